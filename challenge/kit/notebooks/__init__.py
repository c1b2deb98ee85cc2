"""The notebooks of the starter kit: read together, in Dutch or in English.

::

    sources/   one text per notebook: its code once, its prose in two languages
    writing    makes .ipynb files of them
    book       what their cells use: words of the dictionary, numbers that may be shown
    words      labels and levels, and numbers as people write them
    shares     a share with its interval, and which shares stay in
    pictures   points with their intervals, and what a picture shows in words
    tables     totals under each other, with a caption
"""

from challenge.kit.notebooks.book import Book, find_data
from challenge.kit.notebooks.writing import notebook_files, write_notebooks

__all__ = ["Book", "find_data", "notebook_files", "write_notebooks"]
