"""A few threads that carry out jobs, started as they are needed; those that only wait for something outside do not count."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from queue import SimpleQueue

__all__ = ["WorkerPool", "call_abandonable", "waiting_outside"]

_LOG = logging.getLogger("agentkit.local")
_LOOK = 0.05
_MOST = 512

Job = Callable[[], None]
_own = threading.local()


class WorkerPool:
    """Carries out jobs in daemon threads; more jobs wait their turn.

    :param size: The most threads that may work at once; those that wait outside come on top, up to 512 in all.
    :param name: What the threads are called.
    """

    def __init__(self, size: int, name: str) -> None:
        self._size = size
        self._name = name
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._started = 0
        self._idle = 0
        self._outside = 0
        self._waiting = 0

    def submit(self, job: Job) -> None:
        """Have a job carried out as soon as a thread is free."""
        with self._lock:
            self._waiting += 1
            self._start_if_needed()
        self._jobs.put(job)

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Have another thread work while this one waits."""
        with self._lock:
            self._outside += 1
            self._start_if_needed()
        try:
            yield
        finally:
            with self._lock:
                self._outside -= 1

    def stop(self, timeout: float) -> None:
        """Let the threads end after what they do now, and wait for them.

        :param timeout: The longest wait for each thread, in seconds.
        """
        with self._lock:
            threads = list(self._threads)
        self._jobs.put(None)
        for thread in threads:
            thread.join(timeout)
            if thread.is_alive():
                _LOG.warning("%s is still at work %g seconds after the service was told to stop", thread.name, timeout)

    def _start_if_needed(self) -> None:
        working = len(self._threads) - self._outside
        if self._waiting > self._idle and working < self._size and len(self._threads) < _MOST:
            self._started += 1
            thread = threading.Thread(target=self._work, name=f"{self._name}-{self._started}", daemon=True)
            self._threads.append(thread)
            self._idle += 1
            thread.start()

    def _work(self) -> None:
        _own.pool = self
        while (job := self._jobs.get()) is not None:
            with self._lock:
                self._idle -= 1
                self._waiting -= 1
            try:
                job()
            finally:
                with self._lock:
                    self._idle += 1
                    surplus = len(self._threads) - self._outside > self._size
                    if surplus:
                        self._idle -= 1
                        self._threads.remove(threading.current_thread())
            if surplus:
                return
        self._jobs.put(None)  # for the next thread


@contextmanager
def waiting_outside() -> Iterator[None]:
    """Wait for something that does not keep this machine busy; in a worker's thread, another one works meanwhile."""
    pool: WorkerPool | None = getattr(_own, "pool", None)
    with nullcontext() if pool is None else pool.outside():
        yield


def call_abandonable(
    function: Callable[[], object], abandoned: Callable[[], bool], *, outside: bool = True
) -> tuple[bool, object]:
    """Call a function in a thread of its own, and stop waiting for it when it is no longer wanted.

    Python cannot stop a thread, and a model may take minutes; so the thread is left to end by itself, its result unread.

    :param function: What to call.
    :param abandoned: Whether the result is no longer wanted.
    :param outside: Whether it waits for something outside rather than keeping this machine busy.
    :return: Whether the function came to its end, and what it returned.
    :raises Exception: What the function raised.
    """
    outcome: list[object] = []
    failure: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            outcome.append(function())
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            failure.append(error)
        finally:
            done.set()

    threading.Thread(target=run, name="agentkit-model", daemon=True).start()
    with waiting_outside() if outside else nullcontext():
        while not done.wait(_LOOK):
            if abandoned():
                return False, None
    if failure:
        raise failure[0]
    return True, outcome[0]
