"""Where the challenge is, and what a phase lets people do."""

from __future__ import annotations

from challenge.brief import Brief
from challenge.errors import PhaseClosedError
from challenge.store import Unit
from leaderboard import Phase

# Every challenge has these; a brief may begin before them.
_ALWAYS = (Phase.OPEN, Phase.FROZEN, Phase.JURY, Phase.CLOSED)


def current_phase(unit: Unit, brief: Brief) -> Phase:
    """Say where the challenge is.

    Parameters
    ----------
    unit : Unit
        An open transaction.
    brief : Brief
        Says where it begins.

    Returns
    -------
    Phase
        The last one that somebody, or the clock, went to; before that the first one
        of the brief, or open.
    """
    if found := unit.phases.last():
        return Phase(found)
    return Phase(brief.phases[0].name) if brief.phases else Phase.OPEN


def path_of(brief: Brief) -> tuple[Phase, ...]:
    """List the phases that a challenge goes through.

    Parameters
    ----------
    brief : Brief
        May name draft and practice; the others are always there.

    Returns
    -------
    tuple of Phase
        In order.
    """
    named = {Phase(phase.name) for phase in brief.phases}
    return tuple(phase for phase in Phase if phase in named or phase in _ALWAYS)


def phase_after(brief: Brief, phase: Phase) -> Phase | None:
    """Name the phase that comes next.

    Parameters
    ----------
    brief : Brief
        Of the challenge.
    phase : Phase
        Where it is.

    Returns
    -------
    Phase or None
        None at the end.
    """
    order = list(Phase)
    later = (p for p in path_of(brief) if order.index(p) > order.index(phase))
    return next(later, None)


def phase_before(brief: Brief, phase: Phase) -> Phase | None:
    """Name the phase that a challenge can go back to.

    Parameters
    ----------
    brief : Brief
        Of the challenge.
    phase : Phase
        Where it is.

    Returns
    -------
    Phase or None
        None from the first one, and from `closed`: what was revealed stays so.
    """
    if phase is Phase.CLOSED:
        return None
    order = list(Phase)
    earlier = [p for p in path_of(brief) if order.index(p) < order.index(phase)]
    return earlier[-1] if earlier else None


def may_upload(phase: Phase, *, proof_only: bool) -> bool:
    """Tell whether bundles come in: scored runs in `open`, practice tries models out.

    Parameters
    ----------
    phase : Phase
        As `challenge.rules.timeline.phase_for_uploads` says.
    proof_only : bool
        Whether the proof run alone is asked for.

    Returns
    -------
    bool
        Whether they do.
    """
    return phase is Phase.OPEN or (phase is Phase.PRACTICE and proof_only)


def may_download(phase: Phase) -> bool:
    """Tell whether teams get the files: not while the organiser still drafts.

    Parameters
    ----------
    phase : Phase
        Where the challenge is.

    Returns
    -------
    bool
        Whether they do.
    """
    return phase is not Phase.DRAFT


def may_pitch(phase: Phase) -> bool:
    """Tell whether pitches and notes may change: until the jury begins.

    Parameters
    ----------
    phase : Phase
        Where the challenge is.

    Returns
    -------
    bool
        Whether they may.
    """
    return phase in (Phase.PRACTICE, Phase.OPEN, Phase.FROZEN)


def may_pick(phase: Phase) -> bool:
    """Tell whether teams may change what counts at the end: until freezing.

    Parameters
    ----------
    phase : Phase
        As `challenge.rules.timeline.phase_for_uploads` says.

    Returns
    -------
    bool
        Whether they may.
    """
    return phase is Phase.OPEN


def shows_finals(phase: Phase) -> bool:
    """Tell whether final and external rows are scored.

    Parameters
    ----------
    phase : Phase
        Where the challenge is.

    Returns
    -------
    bool
        Whether they are; who may see them is for `leaderboard.readers`.
    """
    return phase in (Phase.JURY, Phase.CLOSED)


def check_open(may: bool, what: str, phase: Phase) -> None:
    """Stop what this phase does not let people do.

    Parameters
    ----------
    may : bool
        From one of the functions above.
    what : str
        What somebody wants, as ``"hand in a scored run"``.
    phase : Phase
        Where the challenge is.

    Raises
    ------
    PhaseClosedError
        If they may not.
    """
    if not may:
        raise PhaseClosedError(what, phase)
