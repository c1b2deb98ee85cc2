"""What somebody types from an empty folder to a first score, in order."""

from __future__ import annotations

from challenge.kit.wheel import wheel_name

ENVIRONMENT = ("python3 -m venv .venv", ". .venv/bin/activate")
"""A folder of its own for what is installed."""
WINDOWS = ("py -m venv .venv", r".venv\Scripts\activate")
"""The same two on Windows, in the Command Prompt."""
POWERSHELL = (
    "Set-ExecutionPolicy -Scope Process RemoteSigned -Force",
    r".venv\Scripts\Activate.ps1",
)
"""The second of them in PowerShell, which lets no script run unless it is told to; the
first line tells so to its own window."""
FETCH = "challenge kit"
TRAIN = "python first_model.py"
EVALUATE = "challenge evaluate model.zip"
"""The score on practice rows, on the team's own machine."""
SUBMIT = "challenge submit model.zip"


def wheel_address(site: str) -> str:
    """Say where a server offers its own wheel.

    Parameters
    ----------
    site : str
        Address of the server, without a last slash.

    Returns
    -------
    str
        Such as ``"https://kansrijk.example/kit/kansrijk-1.0-py3-none-any.whl"``.
    """
    return f"{site}/kit/{wheel_name()}"


def install(site: str, *, extras: str = "team") -> str:
    """Write the command that installs what a team needs.

    Parameters
    ----------
    site : str
        Address of the server, without a last slash.
    extras : str
        Names of extras, with a comma between them.

    Returns
    -------
    str
        One line for a shell.
    """
    return f'pip install "kansrijk[{extras}] @ {wheel_address(site)}"'


def log_in(site: str) -> str:
    """Write the command that keeps address and token.

    Parameters
    ----------
    site : str
        Address of the server, or an invitation to it.

    Returns
    -------
    str
        One line for a shell.
    """
    return f"challenge login {site}"


def all_steps(site: str) -> tuple[str, ...]:
    """List every command, in order; eight of them.

    Parameters
    ----------
    site : str
        Address of the server, without a last slash.

    Returns
    -------
    tuple of str
        One line each.
    """
    here = (*ENVIRONMENT, install(site), log_in(site))
    return (*here, FETCH, TRAIN, EVALUATE, SUBMIT)
