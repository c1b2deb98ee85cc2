"""The second road: synthetic rows made inside a partner's walls, from its own rows.

::

    rows      real rows, held against the partner's schema
    figures   what one column of real rows may tell
    learned   all of that together: marginals, missing patterns, correlations
    fitting   synthetic rows from what was learned
    fidelity  how much they are like it
    records   what is asked, and the manifest that goes along
    report    the disclosure report
    writing   the folder that leaves, which appears at once
    handover  all of this in order
"""

from challenge.synthesis.walls.handover import synthesize
from challenge.synthesis.walls.records import Handover, Order

__all__ = ["Handover", "Order", "synthesize"]
