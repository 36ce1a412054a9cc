"""The events of runs on their way from the threads that work on the runs to the streams that are open.

An event is told inside the transaction that makes it true, and is published when that is committed, in the order of the commits:
nobody reads of what the store does not have. Pieces of a text that is being written stand for nothing in the store, and are
published at once.

Whoever publishes never waits. What a reader has not taken yet stays in memory, within bounds: beyond ``MERGE_BYTES`` the pieces of
a text that wait grow together into one, so that an answer takes about the memory of its text, however finely it was cut; beyond
``MOST_BYTES`` the stream breaks off with an ``error`` event, and what waited is dropped. The run goes on in any case. A reader
that leaves takes its stream with it.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from agentkit.local.errors import ApiError
from agentkit.local.runs.states import TERMINAL
from agentkit.local.store import Document, Store, Transaction

__all__ = ["MERGE_BYTES", "MOST_BYTES", "EventHub", "EventStore", "EventStream", "GrowingText", "frame"]

MERGE_BYTES = 256 * 1024
"""How many unread bytes of a stream there may be before pieces of one text are merged."""

MOST_BYTES = 8 * 1024 * 1024
"""How many unread bytes of a stream there may be before it breaks off."""

_CHUNK_BYTES = 64 * 1024
_BYTES_OF_CHARACTER = 4  # in memory

_LAST = frozenset({"thread.run.requires_action", *(f"thread.run.{state}" for state in TERMINAL)})
_DONE = b"event: done\ndata: [DONE]\n\n"

_TOO_SLOW = ApiError(
    500,
    f"More than {MOST_BYTES} bytes of this stream were not read in time, so it was broken off. The run goes on: get it, its "
    "steps and its messages.",
    code="StreamNotRead",
    kind="server_error",
)
_STOPPED = ApiError(
    503,
    "The service was stopped while this stream was open. Start it again with the same data, and get the run.",
    code="ServiceStopped",
    kind="server_error",
)
_BROKEN = ApiError(
    500,
    "The service stopped to work on this run before it came to its end; its log says why. Get the run to see what became of it.",
    code="InternalServerError",
    kind="server_error",
)
_DELETED = ApiError(
    404, "The thread of this run was deleted, and the run with it, so there is nothing more to come.", code="NotFound"
)


def frame(name: str, data: Mapping[str, object]) -> bytes:
    """An event as it stands in the stream."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


class GrowingText:
    """A text that readers get in pieces.

    :param name: The name of the events that carry the pieces.
    :param wrap: Makes the data of an event from a piece.
    """

    def __init__(self, name: str, wrap: Callable[[str], Document]) -> None:
        self.name = name
        self.wrap = wrap


class _Merged:
    """Pieces of one text that wait unread, and go out as one event."""

    def __init__(self, text: GrowingText) -> None:
        self.text = text
        self._pieces = StringIO()

    def add(self, piece: str) -> int:
        """Take in a piece; returns the bytes that it occupies."""
        return self._pieces.write(piece) * _BYTES_OF_CHARACTER

    @property
    def size(self) -> int:
        """The bytes that the pieces occupy."""
        return self._pieces.tell() * _BYTES_OF_CHARACTER

    def encoded(self) -> bytes:
        return frame(self.text.name, self.text.wrap(self._pieces.getvalue()))


class EventStream:
    """The events of one run for one reader: written by any thread, read by one task of an event loop.

    :param present: What each step is turned into before this reader gets it.
    """

    def __init__(self, present: Callable[[Document], Document]) -> None:
        self.present = present
        self._lock = threading.Lock()
        self._unread: deque[bytes | _Merged] = deque()
        self._size = 0
        self._ended = False
        self._waiter: tuple[asyncio.AbstractEventLoop, asyncio.Future[None]] | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come; what came before may still be unread."""
        return self._ended

    async def read(self) -> bytes:
        """What is to be sent next, which may be several events; empty when the stream is over."""
        while True:
            with self._lock:
                taken = self._taken()
                if taken or self._ended:
                    return taken
                loop = asyncio.get_running_loop()
                waiter = loop.create_future()
                self._waiter = (loop, waiter)
            await waiter

    def write(self, encoded: bytes, *, last: bool = False) -> None:
        """Add an event; ``last`` says that none will follow it."""
        with self._lock:
            if not self._ended:
                self._unread.append(encoded)
                self._grown(len(encoded))
                self._ended = self._ended or last
                self._wake()

    def grow(self, text: GrowingText, piece: str) -> None:
        """Add a piece of a text."""
        with self._lock:
            if self._ended:
                return
            newest = self._unread[-1] if self._unread else None
            if isinstance(newest, _Merged) and newest.text is text:
                self._grown(newest.add(piece))
            elif self._size > MERGE_BYTES:
                merged = _Merged(text)
                self._unread.append(merged)
                self._grown(merged.add(piece))
            else:
                encoded = frame(text.name, text.wrap(piece))
                self._unread.append(encoded)
                self._grown(len(encoded))
            self._wake()

    def leave(self) -> None:
        """Drop what is unread and take nothing more: the reader has gone."""
        with self._lock:
            self._unread.clear()
            self._size = 0
            self._ended = True
            self._wake()

    def _grown(self, size: int) -> None:
        self._size += size
        if self._size > MOST_BYTES:
            self._unread.clear()
            self._unread.append(frame("error", _TOO_SLOW.body()))
            self._size = 0
            self._ended = True

    def _taken(self) -> bytes:
        taken: list[bytes] = []
        size = 0
        while self._unread and size < _CHUNK_BYTES:
            event = self._unread.popleft()
            self._size -= event.size if isinstance(event, _Merged) else len(event)
            taken.append(event.encoded() if isinstance(event, _Merged) else event)
            size += len(taken[-1])
        return b"".join(taken)

    def _wake(self) -> None:
        if self._waiter is not None:
            (loop, waiter), self._waiter = self._waiter, None
            # A loop that is closed has no reader any more.
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake, waiter)


class EventHub:
    """Knows the open streams by their runs, and hands the events to them. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._streams: dict[str, list[EventStream]] = {}
        self._told: list[Callable[[], None]] = []
        self._closed = False

    # Inside a transaction.

    def open(self, run_id: str, present: Callable[[Document], Document]) -> EventStream:
        """A stream of what becomes of a run from now on, up to the next time that it ends or waits.

        :param present: What each step is turned into before the reader gets it.
        """
        stream = EventStream(present)
        with self._lock:
            if self._closed:
                stream.write(frame("error", _STOPPED.body()), last=True)
            else:
                self._streams.setdefault(run_id, []).append(stream)
        return stream

    def tell(self, run_id: str, name: str, data: Document) -> None:
        """Publish an event when the transaction is committed; one that ends the run, or has it wait, ends its streams."""
        if not self.is_watched(run_id):
            return
        frames = {stream: frame(name, _shown(stream, data)) for stream in self._streams_of(run_id)}
        self._told.append(lambda: self._publish(run_id, frames, last=name in _LAST))

    def tell_deleted(self, run_id: str) -> None:
        """Break the streams of a run off when the transaction, which deletes it, is committed."""
        if self.is_watched(run_id):
            self._told.append(lambda: self._break_off(run_id, _DELETED))

    # The end of a transaction, with the store still locked.

    def committed(self) -> None:
        """Publish what was told in the transaction."""
        told, self._told = self._told, []
        # Nobody else's events come between those of one transaction.
        with self._lock:
            for publish in told:
                publish()

    def rolled_back(self) -> None:
        """Forget what was told in the transaction: it did not come to pass."""
        self._told.clear()

    # At any time.

    def is_watched(self, run_id: str) -> bool:
        """Whether a stream of this run is open."""
        return run_id in self._streams

    def publish(self, run_id: str, name: str, data: Document) -> None:
        """Publish an event that stands for nothing in the store."""
        with self._lock:
            for stream in self._streams_of(run_id):
                stream.write(frame(name, data))

    def grow(self, run_id: str, text: GrowingText, piece: str) -> None:
        """Publish a piece of a text."""
        with self._lock:
            for stream in self._streams_of(run_id):
                stream.grow(text, piece)

    def leave(self, run_id: str, stream: EventStream) -> None:
        """Close one stream whose reader has gone."""
        stream.leave()
        with self._lock:
            self._keep(run_id, [other for other in self._streams_of(run_id) if other is not stream])

    def release(self, run_id: str) -> None:
        """Break off the streams that are still open of a run that is not worked on any more: each should have ended by itself."""
        self._break_off(run_id, _BROKEN)

    def close(self) -> None:
        """Break off all streams, and those that are still to be opened."""
        with self._lock:
            self._closed = True
            for run_id in list(self._streams):
                self._break_off(run_id, _STOPPED)

    def _streams_of(self, run_id: str) -> list[EventStream]:
        with self._lock:
            return list(self._streams.get(run_id, ()))

    def _publish(self, run_id: str, frames: Mapping[EventStream, bytes], *, last: bool) -> None:
        for stream, encoded in frames.items():
            stream.write(encoded + _DONE if last else encoded, last=last)
        self._keep(run_id, [stream for stream in self._streams_of(run_id) if not stream.ended])

    def _break_off(self, run_id: str, error: ApiError) -> None:
        with self._lock:
            for stream in self._streams.pop(run_id, ()):
                stream.write(frame("error", error.body()), last=True)

    def _keep(self, run_id: str, streams: list[EventStream]) -> None:
        if streams:
            self._streams[run_id] = streams
        else:
            self._streams.pop(run_id, None)


class EventStore(Store):
    """A store that publishes, with each commit, the events that were told in its transaction.

    :param hub: Where they are told.
    :param folder: Where the database file lies; None keeps everything in memory.
    :raises StoreError: The file is in use by another service, is no database, or was written by a newer version.
    """

    def __init__(self, hub: EventHub, folder: Path | None = None) -> None:
        super().__init__(folder)
        self._hub = hub

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Hold the lock for some reads and writes, and for what is published of them."""
        with self._lock:
            outermost = self._depth == 0
            try:
                with super().transaction() as tx:
                    yield tx
            except BaseException:
                if outermost:
                    self._hub.rolled_back()
                raise
            if outermost:
                self._hub.committed()


def _shown(stream: EventStream, data: Document) -> Document:
    return stream.present(data) if data["object"] == "thread.run.step" else data


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
