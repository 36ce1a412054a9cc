"""Keeps one code interpreter for each thread whose code ran lately."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentkit.local.interpreter import Interpreter

__all__ = ["CodeSession", "CodeSessions"]

_LOG = logging.getLogger("agentkit.local")

_MOST = 8
_IDLE_SECONDS = 20 * 60.0
_REMEMBERED = 4096
_ENDED = (
    "The code session of this thread began afresh, because {why}: variables, imports and files that code had made are gone, the files "
    "of the conversation are there."
)


class CodeSession:
    """The interpreter of one thread, and the ids of the files that are under its ``/mnt/data``, by their names there.

    :param notice: What is to be said in the log of the first code, where an earlier session of the thread has ended.
    """

    def __init__(self, interpreter: Interpreter, notice: str | None) -> None:
        self.interpreter = interpreter
        self.notice = notice
        self.given: dict[str, str] = {}
        self.made: dict[str, str] = {}
        self.users = 0
        self.used_at: float = 0.0


class CodeSessions:
    """The code sessions of a service, by the ids of their threads; each ends when it was idle too long or others need its place.

    :param trusted: Whether the code comes from the service's own rules rather than from a model or a user.
    :param most: How many sessions stay alive at once; those in use are never ended for it, so there may be more for a while.
    :param idle_seconds: How long a session stays without being used.
    :param clock: Seconds that only grow.
    """

    def __init__(
        self,
        *,
        trusted: bool,
        most: int = _MOST,
        idle_seconds: float = _IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trusted = trusted
        self._most = most
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._changed = threading.Condition()
        self._live: OrderedDict[str, CodeSession] = OrderedDict()  # the least recently used first
        self._ending: list[CodeSession] = []
        self._why_ended: OrderedDict[str, str] = OrderedDict()
        self._janitor: threading.Thread | None = None
        self._closed = False

    def __len__(self) -> int:
        """How many sessions are alive."""
        with self._changed:
            return len(self._live)

    @contextmanager
    def of(self, thread_id: str) -> Iterator[CodeSession]:
        """The session of a thread, begun where there is none, to run code in.

        :raises RuntimeError: The service has stopped.
        """
        with self._changed:
            session = self._live.get(thread_id) or self._begun(thread_id)
            session.users += 1
            self._live.move_to_end(thread_id)
        try:
            yield session
        finally:
            with self._changed:
                session.users -= 1
                session.used_at = self._clock()
                self._changed.notify_all()

    def end(self, thread_id: str) -> None:
        """End the session of a thread that is deleted, with what runs in it. Returns at once."""
        with self._changed:
            session = self._live.pop(thread_id, None)
            self._why_ended.pop(thread_id, None)
            if session is not None:
                self._ending.append(session)
                self._changed.notify_all()

    def tidy(self) -> float | None:
        """End the sessions whose time is up, or that are too many; returns the seconds until the next look, if there is to be one."""
        with self._changed:
            ending, self._ending = self._ending, []
            ending += self._due()
            idle = [session.used_at for session in self._live.values() if not session.users]
            left = min(idle) + self._idle_seconds - self._clock() if idle else None
        for session in ending:
            try:
                session.interpreter.close()
            except OSError as error:
                _LOG.warning(
                    "the folder of a code session could not be removed; the next start of the service tries again: %s", error
                )
        return left

    def close(self) -> None:
        """End every session."""
        with self._changed:
            self._closed = True
            self._ending += self._live.values()
            self._live.clear()
            self._changed.notify_all()
        if self._janitor is not None:
            self._janitor.join()
        self.tidy()

    def _begun(self, thread_id: str) -> CodeSession:
        from agentkit.local.interpreter import Interpreter

        if self._closed:
            raise RuntimeError("the service has stopped, so no code is run any more")
        why = self._why_ended.pop(thread_id, None)
        session = CodeSession(Interpreter(trusted=self._trusted), None if why is None else _ENDED.format(why=why))
        self._live[thread_id] = session
        if self._janitor is None:
            self._janitor = threading.Thread(target=self._keep_tidy, name="agentkit-code-sessions", daemon=True)
            self._janitor.start()
        return session

    def _due(self) -> Iterator[CodeSession]:
        surplus, now = len(self._live) - self._most, self._clock()
        for thread_id, session in list(self._live.items()):
            if session.users:
                continue
            idle = now - session.used_at >= self._idle_seconds
            if not idle and surplus <= 0:
                continue
            surplus -= 1
            del self._live[thread_id]
            self._why_ended[thread_id] = (
                f"it was not used for {self._idle_seconds / 60:g} minutes" if idle else f"at most {self._most} are kept at once"
            )
            if len(self._why_ended) > _REMEMBERED:
                self._why_ended.popitem(last=False)
            yield session

    def _keep_tidy(self) -> None:
        while True:
            left = self.tidy()
            with self._changed:
                if self._closed:
                    return
                if not self._ending and (left is None or left > 0) and not self._is_crowded():
                    self._changed.wait(left)

    def _is_crowded(self) -> bool:
        free = sum(not session.users for session in self._live.values())
        return bool(free) and len(self._live) > self._most
