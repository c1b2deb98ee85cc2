"""Refusals about content and releases, for organisers."""

from __future__ import annotations

from collections.abc import Sequence

from challenge.errors.machine import RESTORE
from challenge.errors.root import ChallengeError, Fault


class ContentRefusedError(ChallengeError, ValueError):
    """A challenge folder has faults; all of them are listed.

    Parameters
    ----------
    faults : sequence of Fault
        Every fault found, in file order.
    """

    slug, status = "content-refused", 422
    advice = "Mend each line above and run the command again."

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(str(fault) for fault in self.faults)
        noun = "fault" if len(self.faults) == 1 else "faults"
        super().__init__(
            f"{len(self.faults)} {noun} found:\n{lines}",
            hint=self.advice,
        )


class ChallengeMissingError(ChallengeError, LookupError):
    """There is no challenge folder of that name.

    Parameters
    ----------
    folder : str
        Where it was looked for.
    meant : str
        What to write in its place, as a full sentence; empty: nobody can tell.
    """

    slug, status = "challenge-missing", 404

    def __init__(self, folder: str, *, meant: str = "") -> None:
        self.folder = folder
        super().__init__(
            f"There is no challenge folder {folder}.",
            hint=meant
            or "A challenge folder holds brief.toml, mechanism.toml and partners/;"
            " CHALLENGE_CONTENT says where they are looked for. One schema alone is"
            " checked with `challenge schema check`.",
        )


class FolderRefusedError(ChallengeError, ValueError):
    """No new challenge can be started in a folder.

    Parameters
    ----------
    folder : str
        As the person named it.
    problem : str
        Why not, as a full sentence.
    hint : str
        What to name instead.
    """

    slug, status = "folder-refused", 422

    def __init__(self, folder: str, problem: str, *, hint: str) -> None:
        self.folder = folder
        super().__init__(f"No challenge can start in {folder}. {problem}", hint=hint)


class ReleaseMissingError(ChallengeError, LookupError):
    """A release, or a file that it is made of, is not there.

    Parameters
    ----------
    thing : str
        The release or file looked for.
    versions : sequence of int
        Those that there are.
    served : sequence of str
        Other challenges of which this home has a release with a name under it.

    Attributes
    ----------
    repair : str
        The command that names the challenge of this home; empty: nobody can tell.
    """

    slug, status = "release-missing", 404
    advice = "Make a release with `challenge build SLUG`."
    repair = ""

    def __init__(
        self, thing: str, *, versions: Sequence[int] = (), served: Sequence[str] = ()
    ) -> None:
        self.thing, self.versions = thing, tuple(versions)
        verb = "are" if len(self.versions) > 1 else "is"
        others = f"; there {verb} {', '.join(map(str, versions))}" if versions else ""
        hint = "Name one of those." if versions else self.advice
        if served:
            others = f"; this home serves {' and '.join(served)}"
            self.repair = f"export CHALLENGE_CHALLENGE={served[0]}"
            hint = f"Say which challenge you mean, once a terminal: `{self.repair}`."
            hint += f" Or: {self.advice}"
        super().__init__(f"There is no {thing}{others}.", hint=hint)


class FileMissingError(ReleaseMissingError):
    """A file is asked for that the reader does not have in this release.

    It does not tell whether another source set has it.

    Parameters
    ----------
    name : str
        The file asked for.
    release : str
        ``slug/version``.
    """

    slug, status = "file-missing", 404
    advice = "See your files at /data."

    def __init__(self, name: str, *, release: str) -> None:
        self.name, self.release = name, release
        super().__init__(f"file {name} in {release}")


class ReleaseNameError(ChallengeError, ValueError):
    """A release is named otherwise than by its challenge and version.

    Parameters
    ----------
    name : str
        As somebody typed it.
    """

    slug, status = "release-name", 422

    def __init__(self, name: str) -> None:
        self.name = name
        slug = name.split("/")[0] or "my-challenge"
        super().__init__(
            f"{name} is not the name of a release.",
            hint=f"Write SLUG/VERSION, such as {slug}/1.",
        )


class ReleaseNotPublishedError(ChallengeError, PermissionError):
    """A release exists, and nobody has put their name under it yet.

    Parameters
    ----------
    release : str
        ``slug/version`` of the release.
    rehearsal : bool
        Whether its seed was typed, so that it can be no more than a rehearsal.
    """

    slug, status = "release-not-published", 409

    def __init__(self, release: str, *, rehearsal: bool = False) -> None:
        self.release, self.rehearsal = release, rehearsal
        more = " --rehearsal" if rehearsal else ""
        super().__init__(
            f"Release {release} is not published.",
            hint=f"Publish it with `challenge publish {release} --by NAME{more}`.",
        )


class PublicationUnknownError(ChallengeError, PermissionError):
    """A name stands under a release, and the audit table has no entry of it.

    Parameters
    ----------
    release : str
        ``slug/version`` of the release.

    Attributes
    ----------
    repair : str
        The command that brings a lost database back.
    """

    slug, status = "publication-unknown", 409
    repair = RESTORE

    def __init__(self, release: str) -> None:
        self.release = release
        super().__init__(
            f"Release {release} has a published.json, and this database does not know"
            " of its publication.",
            hint=f"Put the last backup back: `{RESTORE}`; or name the database that it"
            " was published in. Only where this home never served anybody: remove"
            f" published.json, and `challenge publish {release} --by NAME`.",
        )


class ReleaseAlteredError(ChallengeError, ValueError):
    """A release is not as it was built, or not what a person signed.

    Parameters
    ----------
    release : str
        ``slug/version`` of the release, or where it is.
    problem : str
        What is not as it was, as a full sentence.
    """

    slug, status = "release-altered", 409

    def __init__(self, release: str, problem: str) -> None:
        self.release, self.problem = release, problem
        super().__init__(
            f"Release {release} was altered. {problem}",
            hint="Put its files back as they were, or build and publish a new release.",
        )


class ReleaseOutdatedError(ChallengeError, ValueError):
    """A release was made from another brief or other schemas than are there now.

    Parameters
    ----------
    release : str
        ``slug/version`` of the release.
    files : sequence of str
        Which files of the challenge folder changed.
    """

    slug, status = "release-outdated", 409

    def __init__(self, release: str, *, files: Sequence[str]) -> None:
        self.release, self.files = release, tuple(files)
        super().__init__(
            f"Release {release} was made from other versions of {', '.join(files)}.",
            hint="Put the files back as they were, or build and publish a new release.",
        )


class PublicationRefusedError(ChallengeError, PermissionError):
    """The gate refuses a release; every objection is listed.

    Parameters
    ----------
    release : str
        ``slug/version`` of the release.
    objections : sequence of tuple of str and str
        Why, as full sentences, each with what the organiser does about it.
    """

    slug, status = "publication-refused", 409

    def __init__(self, release: str, objections: Sequence[tuple[str, str]]) -> None:
        self.release, self.objections = release, tuple(objections)
        told = "\n".join(f"{reason} {repair}" for reason, repair in self.objections)
        super().__init__(
            f"Release {release} cannot be published.\n{told}",
            hint="Mend what each line names and run `challenge publish` again."
            if len(self.objections) > 1
            else "Then run `challenge publish` again.",
        )


class DemoBrokenError(ChallengeError, RuntimeError):
    """A step of the demonstration failed.

    Parameters
    ----------
    problem : str
        Which step, and what it said.
    """

    slug, status = "demo-broken", 500

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem, hint="Run `make test` to find out which part fails.")
