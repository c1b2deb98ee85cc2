"""Complete household rows of a partition, from the declared law to labels on top.

::

    areas       neighbourhoods, districts and postcode areas, planned beforehand
    declare     marginals and latent correlations of a brief
    generate    rows from SDV's Gaussian copula
    rotation    what makes these rows unknown to anybody else
    derive      districts that differ, and columns that follow from others
    outcome     intercepts, area effects, labels on top
    block       the rows, and what belongs beside them
    partition   the steps above for one partition
    complete    the same in memory, before coverage: for audits and tests
    constraints rules held against finished rows by SDV's constraint classes
"""
