"""A few threads that carry out jobs, started as they are needed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

__all__ = ["WorkerPool", "call_abandonable"]

_LOG = logging.getLogger("agentkit.local")
_LOOK = 0.05

Job = Callable[[], None]


class WorkerPool:
    """Carries out jobs in at most ``size`` daemon threads; more jobs wait their turn.

    :param size: The most threads there may be.
    :param name: What the threads are called.
    """

    def __init__(self, size: int, name: str) -> None:
        self._size = size
        self._name = name
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._waiting = 0

    def submit(self, job: Job) -> None:
        """Have a job carried out as soon as a thread is free."""
        with self._lock:
            self._waiting += 1
            if self._waiting > self._idle and len(self._threads) < self._size:
                thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads) + 1}", daemon=True)
                self._threads.append(thread)
                self._idle += 1
                thread.start()
        self._jobs.put(job)

    def stop(self, timeout: float) -> None:
        """Let the threads end after what they do now, and wait for them.

        :param timeout: The longest wait for each thread, in seconds.
        """
        with self._lock:
            threads = list(self._threads)
        for _ in threads:
            self._jobs.put(None)
        for thread in threads:
            thread.join(timeout)
            if thread.is_alive():
                _LOG.warning("%s is still at work %g seconds after the service was told to stop", thread.name, timeout)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            with self._lock:
                self._idle -= 1
                self._waiting -= 1
            try:
                job()
            finally:
                with self._lock:
                    self._idle += 1


def call_abandonable(function: Callable[[], object], abandoned: Callable[[], bool]) -> tuple[bool, object]:
    """Call a function in a thread of its own, and stop waiting for it when it is no longer wanted.

    Python cannot stop a thread, and a model may take minutes; so the thread is left to end by itself, its result unread.

    :param function: What to call.
    :param abandoned: Whether the result is no longer wanted.
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
    while not done.wait(_LOOK):
        if abandoned():
            return False, None
    if failure:
        raise failure[0]
    return True, outcome[0]
