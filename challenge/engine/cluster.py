"""A Dask cluster, seen as an executor of the standard library."""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from challenge.errors import EngineUnavailableError

T = TypeVar("T")

SANDBOX = "sandbox"
"""Name of the Dask resource: how many runs at once a worker has sandboxes for."""

# Longer than a healthy scheduler takes to answer, shorter than a lease.
ANSWER_SECONDS = 5.0
_LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What both ends of a connection prove themselves with.

    Attributes
    ----------
    ca : Path
        PEM file of the authority; whoever it signed may join.
    certificate : Path
        PEM file with a certificate and its key.
    """

    ca: Path
    certificate: Path


@dataclass(frozen=True, slots=True)
class Teller:
    """Says a word from inside a task to whoever listens to that run.

    Parameters
    ----------
    topic, run : str
        Where `Cluster.listen` hears it.
    """

    topic: str
    run: str

    def __call__(self, word: str) -> None:
        """Say one word; call it from the thread that Dask runs the task in.

        Parameters
        ----------
        word : str
            A few letters.
        """
        from distributed import get_worker

        get_worker().log_event(self.topic, [self.run, str(word)])


class Cluster(Executor):
    """A Dask cluster as an executor; it may go away and come back.

    A scheduler that dies takes every run with it: their futures are cancelled, and
    the leases in the database bring them back. This connects again by itself.

    Parameters
    ----------
    address : str
        ``tcp://host:port`` or ``tls://host:port`` of the scheduler.
    tls : TlsFiles or None
        None for ``tcp://``.
    answer_seconds : float
        How long a scheduler may take to answer before it counts as away.

    Raises
    ------
    ImportError
        If Dask is not installed.
    OSError
        If a TLS file is none.
    """

    def __init__(
        self,
        address: str,
        tls: TlsFiles | None,
        *,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._address = address
        self._answer_seconds = answer_seconds
        self._connect = _prepare(address, tls, answer_seconds)
        self._client: Any = None
        self._scheduler = ""
        self._slots = 0
        self._topic = f"kansrijk-{secrets.token_hex(8)}"
        self._listeners: dict[str, Callable[[str], None]] = {}
        self._closing = threading.Event()
        self._look()
        self._keeper = threading.Thread(target=self._keep, name="engine", daemon=True)
        self._keeper.start()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have one worker that has a sandbox call a function.

        Parameters
        ----------
        fn : callable
            Of a module that the workers have too.
        *args, **kwargs : object
            Small; files travel through the folder that every machine sees.

        Returns
        -------
        Future
            Cancelled when the scheduler dies.

        Raises
        ------
        EngineUnavailableError
            If the scheduler does not answer, or has no worker with a sandbox.
        """
        client = self._client
        if client is None or client.status != "running":
            raise EngineUnavailableError(f"No scheduler answers at {self._address}.")
        if not self._slots:
            raise EngineUnavailableError(
                f"The scheduler at {self._address} has no worker with a sandbox."
            )
        executor = client.get_executor(pure=False, retries=0, resources={SANDBOX: 1})
        future: Future[T] = executor.submit(fn, *args, **kwargs)
        return future

    def slots(self) -> int:
        """Tell how many runs the cluster can carry out side by side.

        Returns
        -------
        int
            0 while the engine is away: claim nothing then. At most a second old.
        """
        return self._slots

    @contextlib.contextmanager
    def listen(self, hear: Callable[[str], None]) -> Iterator[Teller]:
        """Hear what one task says while it runs.

        Words of a task are lost when the scheduler dies, and come twice when Dask runs
        it again.

        Parameters
        ----------
        hear : callable
            Told each word, in Dask's own thread: it may not wait.

        Yields
        ------
        Teller
            An argument for the task.
        """
        run = secrets.token_hex(8)
        self._listeners[run] = hear
        try:
            yield Teller(self._topic, run)
        finally:
            del self._listeners[run]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Disconnect; the cluster itself goes on.

        Parameters
        ----------
        wait : bool
            Ignored: whoever submitted has waited for what it submitted.
        cancel_futures : bool
            Ignored: what nobody waits for is cancelled by leaving.
        """
        self._closing.set()
        self._keeper.join()
        self._leave()

    def _keep(self) -> None:
        while not self._closing.wait(_LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        """See who is there; connect anew when the scheduler went away."""
        try:
            if self._client is None or self._client.status != "running":
                self._leave()
                self._client = self._connect()
            facts = self._client.sync(
                self._client.scheduler.identity,
                n_workers=-1,
                callback_timeout=self._answer_seconds,
            )
            if facts["id"] != self._scheduler:
                # It knows nothing of what we told the one before.
                self._client.subscribe_topic(self._topic, self._hear)
                self._scheduler = facts["id"]
            workers = facts["workers"].values()
            able = (w["resources"] for w in workers if w["status"] == "running")
            self._note(sum(int(resources.get(SANDBOX, 0)) for resources in able))
        except Exception as error:
            self._note(0, str(error) or type(error).__name__)

    def _note(self, slots: int, why: str = "no worker has one") -> None:
        if slots != self._slots:
            log.warning(
                "The engine has %d sandboxes%s.", slots, "" if slots else f": {why}"
            )
        self._slots = slots

    def _leave(self) -> None:
        client, self._client, self._scheduler = self._client, None, ""
        self._slots = 0
        if client is not None:
            # A scheduler that is gone needs no farewell.
            with contextlib.suppress(Exception):
                client.close(timeout=1)

    def _hear(self, event: tuple[float, tuple[str, str]]) -> None:
        _, (run, word) = event
        if run in self._listeners:
            self._listeners[run](word)


def _prepare(
    address: str, tls: TlsFiles | None, answer_seconds: float
) -> Callable[[], Any]:
    """Make what connects; import the library only here, since it is slow."""
    from distributed import Client, Security

    secure: Any = Security  # it has no types
    security = secure(require_encryption=False)
    if tls is not None:
        security = secure(
            require_encryption=True,
            tls_ca_file=str(tls.ca),
            tls_client_cert=str(tls.certificate),
        )
    security.get_connection_args("client")  # reads the files
    # What it would say, with a trace, our own log says in a line.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    return partial(
        Client,
        address,
        security=security,
        timeout=answer_seconds,
        name="kansrijk",
        set_as_default=False,
    )
