"""Which engine the settings ask for, and whether its address is safe."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from challenge.addresses import is_loopback
from challenge.engine.cluster import Cluster, TlsFiles
from challenge.errors import EngineRefusedError
from challenge.settings import Settings

_ENGINE = "CHALLENGE_ENGINE"
_MAKE = "Name PEM files; `docs/scaling.md` shows how to make them."


def open_engine(settings: Settings) -> Executor:
    """Open the executor that runs submissions.

    Threads are enough for one machine: the work is in the sandbox's own process, and
    numpy lets go of the interpreter while it scores. With an address the runs go to
    the workers of a Dask cluster.

    Parameters
    ----------
    settings : Settings
        ``runs_at_once`` says how many submissions run side by side in threads;
        ``engine`` names a Dask scheduler, ``engine_ca`` and ``engine_certificate``
        open its TLS.

    Returns
    -------
    Executor
        Close it with a ``with`` statement. A `Cluster` when ``engine`` is set; it
        need not answer yet.

    Raises
    ------
    EngineRefusedError
        If the address is not safe, or its TLS files are missing.
    """
    if not settings.engine:
        return ThreadPoolExecutor(settings.runs_at_once, thread_name_prefix="run")
    tls = check_engine(settings)
    try:
        return Cluster(settings.engine, tls)
    except ImportError as error:
        raise EngineRefusedError(
            _ENGINE, "Dask is not installed.", "Run `pip install kansrijk[scale]`."
        ) from error
    except OSError as error:
        raise EngineRefusedError(
            "CHALLENGE_ENGINE_CERTIFICATE",
            f"It does not open TLS, with CHALLENGE_ENGINE_CA: {error}.",
            _MAKE,
        ) from error


def check_engine(settings: Settings) -> TlsFiles | None:
    """See that the engine's settings are safe, before anything starts.

    Parameters
    ----------
    settings : Settings
        As `open_engine` reads them.

    Returns
    -------
    TlsFiles or None
        None where there is no cluster, or it is on this machine alone.

    Raises
    ------
    EngineRefusedError
        If the address is not safe, or its TLS files are missing.
    """
    if not settings.engine:
        return None
    if settings.trust_submissions:
        raise EngineRefusedError(
            "CHALLENGE_TRUST_SUBMISSIONS",
            "A cluster runs nothing outside a sandbox.",
            f"Unset it, or unset {_ENGINE}.",
        )
    if _is_safe_without(settings.engine):
        return None
    return TlsFiles(_find("engine_ca", settings), _find("engine_certificate", settings))


def _is_safe_without(address: str) -> bool:
    """Tell whether an address needs no TLS; refuse one that lacks it."""
    scheme, host, port = _split(address)
    if scheme == "tls":
        return False
    if not is_loopback(host):
        raise EngineRefusedError(
            _ENGINE,
            f"{host} is another machine, and tcp:// has no encryption and no log-in:"
            " whoever reaches the scheduler runs code with it.",
            f"Write tls://{host}:{port}, and name the files in CHALLENGE_ENGINE_CA"
            " and CHALLENGE_ENGINE_CERTIFICATE.",
        )
    return True


def _split(address: str) -> tuple[str, str, int]:
    """Read scheme, host and port of a scheduler."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme not in ("tcp", "tls"):
        raise EngineRefusedError(
            _ENGINE,
            f"{address!r} is no address of a Dask scheduler.",
            "Write it as tls://scheduler.example:8786.",
        )
    return parts.scheme, host, port


def _find(setting: str, settings: Settings) -> Path:
    """Give the path of a TLS file that must be there."""
    path: Path | None = getattr(settings, setting)
    if path is None or not path.is_file():
        raise EngineRefusedError(
            f"CHALLENGE_{setting.upper()}",
            "A tls:// engine needs it." if path is None else f"{path} is no file.",
            _MAKE,
        )
    return path
