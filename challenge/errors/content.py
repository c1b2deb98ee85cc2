"""Refusals about content and releases, for organisers."""

from __future__ import annotations

from collections.abc import Sequence

from challenge.errors.root import ChallengeError, Fault


class ContentRefusedError(ChallengeError, ValueError):
    """A challenge folder has faults; all of them are listed.

    Parameters
    ----------
    faults : sequence of Fault
        Every fault found, in file order.
    """

    slug, status = "content-refused", 422
    advice = "Mend each line above and run `challenge check` again."

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
    """

    slug, status = "challenge-missing", 404

    def __init__(self, folder: str) -> None:
        self.folder = folder
        super().__init__(
            f"There is no challenge folder {folder}.",
            hint="A challenge folder holds brief.toml, mechanism.toml and partners/;"
            " CHALLENGE_CONTENT says where they are looked for.",
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
    """A release, or a file that its manifest names, is not there.

    Parameters
    ----------
    thing : str
        The release or file looked for.
    """

    slug, status = "release-missing", 404

    def __init__(self, thing: str) -> None:
        self.thing = thing
        super().__init__(
            f"There is no {thing}.", hint="Make a release with `challenge build SLUG`."
        )


class ReleaseNotPublishedError(ChallengeError, PermissionError):
    """A release exists, and nobody has put their name under it yet.

    Parameters
    ----------
    release : str
        ``slug/version`` of the release.
    """

    slug, status = "release-not-published", 409

    def __init__(self, release: str) -> None:
        self.release = release
        super().__init__(
            f"Release {release} is not published.",
            hint=f"Publish it with `challenge publish {release} --by NAME`.",
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
            hint="Mend what each line names and run `challenge publish` again.",
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
