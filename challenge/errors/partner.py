"""Refusals inside a partner's own walls: rows, means, and what may leave."""

from __future__ import annotations

from collections.abc import Sequence

from challenge.errors.content import ContentRefusedError
from challenge.errors.root import ChallengeError, Fault


class DraftRefusedError(ContentRefusedError):
    """No schema can be drafted from a file; every reason is listed.

    Parameters
    ----------
    faults : sequence of Fault
        One for each column or place.
    """

    slug, status = "draft-refused", 422
    advice = "Mend the file and try again, or write a schema by hand: docs/schema.md."


class RowsRefusedError(ChallengeError, ValueError):
    """A partner's rows are not what its schema says; every fault is listed.

    Parameters
    ----------
    faults : sequence of Fault
        In the order of the schema's columns; no value of a single row is told.
    """

    slug, status = "rows-refused", 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(str(fault) for fault in self.faults)
        noun = "fault" if len(self.faults) == 1 else "faults"
        super().__init__(
            f"{len(self.faults)} {noun} found in the rows:\n{lines}",
            hint="Mend the rows or the schema and run `challenge synthesize` again;"
            " nothing was written.",
        )


class SynthesizerMissingError(ChallengeError, ImportError):
    """A way of synthesizing is asked for whose library is not installed.

    Parameters
    ----------
    method : str
        As on the command line.
    library : str
        What it needs.
    """

    slug, status = "synthesizer-missing", 500

    def __init__(self, method: str, *, library: str) -> None:
        self.method, self.library = method, library
        super().__init__(
            f"The method {method} needs {library}, which is not installed here.",
            hint=f"Install it with `pip install {library}` (it brings torch, about"
            " 2 GB), or use `--method gaussian-copula`, which needs nothing more.",
        )


class FolderTakenError(ChallengeError, FileExistsError):
    """Something else stands where the output should come.

    Parameters
    ----------
    folder : str
        The folder asked for.
    """

    slug, status = "folder-taken", 409

    def __init__(self, folder: str) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} exists and holds more than an earlier report.",
            hint="Name a new folder with `--out`; nothing is ever overwritten.",
        )


class AcceptanceRefusedError(ChallengeError, ValueError):
    """A risk is accepted that does not exist, or by nobody.

    Parameters
    ----------
    reason : str
        Which of the two, as a full sentence.
    risks : sequence of str
        The risks that exist.
    """

    slug, status = "acceptance-refused", 422

    def __init__(self, reason: str, *, risks: Sequence[str]) -> None:
        self.risks = tuple(risks)
        super().__init__(
            reason, hint=f"Write `--accept RISK --by NAME`; RISK: {', '.join(risks)}."
        )


class DisclosureRefusedError(ChallengeError, PermissionError):
    """Synthetic rows tell too much about real ones; only the report was written.

    Parameters
    ----------
    risks : sequence of str
        Slugs of the checks that failed.
    report : str
        Where the report stands.
    """

    slug, status = "disclosure-refused", 409

    def __init__(self, risks: Sequence[str], *, report: str) -> None:
        self.risks, self.report = tuple(risks), report
        super().__init__(
            f"The synthetic rows fail: {', '.join(risks)}. Only the report was"
            f" written: {report}.",
            hint="Read the report. Give more rows or fewer columns; or somebody who"
            " answers for it takes the risk with `--accept RISK --by NAME`.",
        )
