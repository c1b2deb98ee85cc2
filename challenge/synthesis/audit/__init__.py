"""The audit of a release: what was declared, what came out, and what can be learned.

::

    population    the households that are audited
    samples       what was drawn of each declared column
    ranks         of weighted values
    marginals, associations, areas, gaps, cells
                  declared against got
    recovery      effects drawn and found again (sealed)
    basis, logistic, visible, expectation
                  the best that a model can do on what it sees
    ceilings, values, power, verdicts
                  what follows for teams, sources and policy
    likeness      what SDMetrics says
    records, truths, record, rounding, gate
                  the findings, what of them is public, and what thresholds say
    auditing      every check in order
    texts, pictures, marks, first_page, page
                  the report as one HTML page
    writing       the public and the sealed report
"""

from challenge.synthesis.audit.auditing import audit
from challenge.synthesis.audit.population import AuditRows, gather
from challenge.synthesis.audit.power import planned_power
from challenge.synthesis.audit.record import Audit
from challenge.synthesis.audit.writing import read_audit, write_reports

__all__ = [
    "Audit",
    "AuditRows",
    "audit",
    "gather",
    "planned_power",
    "read_audit",
    "write_reports",
]
