"""What synthetic rows tell about real ones: checks, and what is done about them.

::

    checks    all of them together, and what each allows
    attacks   one function a check
    cells     small cells: found, and blanked
    nearness  distances between rows
    findings  the records that are reported
    reading   such records in a challenge folder
"""

from challenge.synthesis.disclosure.cells import small_cells, without_small_cells
from challenge.synthesis.disclosure.checks import Halves, disclosure
from challenge.synthesis.disclosure.findings import RISKS, Disclosure, Finding, Guess

__all__ = [
    "RISKS",
    "Disclosure",
    "Finding",
    "Guess",
    "Halves",
    "disclosure",
    "small_cells",
    "without_small_cells",
]
