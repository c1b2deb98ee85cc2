"""The documents beside the rows: for machines, and for people who read.

::

    resources    every file of rows, and every column in it, as both of these need it
    datapackage  Frictionless Data Package
    croissant    Croissant JSON-LD
    dictionary   the data dictionary as data; wordbook: as a page, nl and en
    datasheet    Datasheet for Datasets, with the organiser's own words
    provenance   what figures rest on, and which part real rows had
    markup       Markdown in which nobody's words become markup
    packaging    all of them, written into a release
"""
