"""The brief of a challenge: the question, the rules of the day, and their checks.

::

    sections        target, row sets, areas, shift, rubric and so on
    event           the day itself: time zone, phases, when each begins
    policy          the numbers of the fairness policy
    names           when two names are one to whoever reads them
    attributes      the circumstances by which results are compared
    definition      the brief with its partners
    features        the columns of the flat frame
    households      which columns have one value per household
    mechanism       how the target depends on the columns; never served
    coherence       correlations of normal scores behind the declared associations
    contradictions  associations that lead nowhere or cannot hold together
    linking         keys, foreign keys, postcode areas
    deriving        rules that cannot be applied, or tell too much
    consistency     whether the tables agree with one another
    timetable       phases that do not follow one another
    agreement       whether the brief agrees with its partners
    loading         what is sound in a folder, and which faults are causes
    organiser       what the organiser says about the data set
    unfinished      what drafts and new challenges still ask somebody to write
    reading         read_brief and check
"""

from challenge.brief.definition import Brief
from challenge.brief.mechanism import Mechanism, read_mechanism
from challenge.brief.reading import Report, SetSize, check, read_brief, set_sizes

__all__ = [
    "Brief",
    "Mechanism",
    "Report",
    "SetSize",
    "check",
    "read_brief",
    "read_mechanism",
    "set_sizes",
]
