"""Partner tables and the flat frame of features, from complete household rows.

::

    coverage         who is in a table, and which values are gaps
    extracts         the part of a block that one table shows
    repeated         tables with several rows per household
    postcodes        tables with one row per postcode area
    frame            one row per household: columns and aggregates, per source set
    frame_dictionary what each column of the frame is made of
    linking          keys, tables and frame of one partition
    streams, csvtext Parquet and CSV, written part by part
    files            every file of rows that a release has
"""
