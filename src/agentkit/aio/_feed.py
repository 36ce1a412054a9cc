"""The events of one streamed run, over all the responses that carry them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

from .._core.accumulate import Accumulator
from .._core.events import StreamEvent, parse_event
from .._core.polling import is_active
from .._core.recovery import DONE, is_whole, owes_run
from .._core.runloop import MAX_ERROR_ROUNDS, function_calls
from .._core.sse import ServerSentEvent, SSEDecoder
from .._outcome import unreadable_events
from .._primitives import async_closed, async_result
from ._driver import ResponseBytes, RunDriver
from ._pipeline import ByteStream

__all__ = ["Feed"]

_log = logging.getLogger("agentkit")


class _Response:
    """One response: its bytes, and what answers the function calls that come in it.

    :ivar told_run: it has told of the run.
    :ivar is_done: its last event, ``done``, has come.
    :ivar has_ended: no more bytes come.
    """

    def __init__(self, chunks: AsyncIterator[bytes], submit: Callable[..., Any]) -> None:
        self.chunks = chunks
        self.submit = submit
        self.told_run = False
        self.is_done = False
        self.has_ended = False
        self._decoder = SSEDecoder()

    @property
    def driver(self) -> RunDriver | None:
        """What leads the run on; None where the bytes were handed in by somebody else."""
        return self.submit if isinstance(self.submit, RunDriver) else None

    async def next_events(self) -> list[ServerSentEvent]:
        """The events that the next bytes complete, which may be none.

        A connection that drops is an end without ``done`` where the run can be looked at instead, and an error where it cannot.
        """
        if isinstance(self.chunks, ResponseBytes):
            await self.chunks.open()
        try:
            chunk = await self.chunks.__anext__()
        except StopAsyncIteration:
            self.has_ended = True
            # A last event that the end has cut in two is looked up instead.
            events = [event for event in self._decoded(None) if self.driver is None or is_whole(event)]
        except Exception as error:
            if self.has_ended:  # it was closed by whoever left the stream meanwhile
                return []
            if not self._may_be_cut(error):
                raise
            _log.warning("the stream dropped (%s): looking at the run to see how it went on", error.__cause__ or error)
            self.has_ended = True
            return []
        else:
            events = self._decoded(chunk)
        self.is_done = self.is_done or any(event.event == "done" for event in events)
        return events

    def _decoded(self, chunk: bytes | None) -> list[ServerSentEvent]:
        """The events that bytes complete, or the end, which is None.

        :raises ~agentkit.exceptions.EventStreamError: what came are no events.
        """
        try:
            return self._decoder.end() if chunk is None else self._decoder.feed(chunk)
        except ValueError as error:
            chunks = self.chunks
            raise unreadable_events(
                error, chunks.response if isinstance(chunks, (ByteStream, ResponseBytes)) else None
            ) from error

    def _may_be_cut(self, error: Exception) -> bool:
        """Whether an error in reading says that the connection dropped, and the run can be looked at instead."""
        if self.driver is None or not isinstance(self.chunks, (ByteStream, ResponseBytes)):
            return False
        from ..exceptions import ServiceResponseError

        return isinstance(error, ServiceResponseError)


class Feed:
    """What a handler reads: one event after the other, from as many responses as the run takes.

    A response that asks for functions is followed by the one that the submission of their outputs was answered with. One whose
    connection drops is followed by what the run turns out to have become.

    :ivar seen: what the events have told so far.
    :ivar text: the text that the last event added to the agent's messages.
    :ivar max_retry: so many rounds in which a call failed are answered; None leaves that to what leads the run on.
    :ivar raises: a failure of the run is an error, once its events were given out.
    :ivar is_warned: a failure of the run was logged.
    :ivar is_read: somebody waits for the next event just now.
    """

    def __init__(self, max_retry: int | None = None) -> None:
        self.seen = Accumulator()
        self.text = ""
        self.max_retry = max_retry
        self.raises = False
        self.is_warned = False
        self.is_read = False
        self._failed_rounds = 0
        self._responses: deque[_Response] = deque()
        self._last: _Response | None = None
        self._reading: _Response | None = None
        self._events: deque[ServerSentEvent] = deque()
        self._asking: tuple[Any, _Response] | None = None
        self._is_answered = False
        self._current: tuple[str, StreamEvent] | None = None
        self._error_seen = False

    # --- what is read -----------------------------------------------------------------------------------------------------

    @property
    def has_begun(self) -> bool:
        """Whether there ever was anything to be read."""
        return self._last is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be read."""
        return not self._responses and not self._events

    @property
    def event(self) -> StreamEvent | None:
        """The event that was read last."""
        return self._current[1] if self._current is not None else None

    def chain(self, chunks: AsyncIterator[bytes], submit: Callable[..., Any]) -> None:
        """Read these bytes after what there is. Where the run asks for functions, that is the answer to it."""
        self._is_answered = True
        self._last = _Response(chunks, submit)
        self._responses.append(self._last)
        self.raises = self.raises or (self._last.driver is not None and self._last.driver.raise_on_failure)

    def look_for_rest(self) -> bool:
        """Where the stream is over and the run is not, since the caller went on with it by other means: read how it went on."""
        driver, run = self._driver, self.seen.run
        if driver is None or self._error_seen or not self.is_over or (driver.is_waiting(run) and not owes_run(run)):
            return False
        if run is not None and not is_active("run", run.status):
            return False
        self.chain(driver.remaining(self.seen), driver)
        return True

    def check_failure(self) -> None:
        """Raise where the run has failed, or the stream has reported an error, and that is to be raised.

        :raises ~agentkit.exceptions.RunFailedError: as said.
        """
        run = self.seen.run
        if self.raises and (self._error_seen or (run is not None and str(run.status) == "failed")):
            from ..exceptions import run_failed

            raise run_failed(run, self.seen.last_error)

    def event_of(self, text: str) -> StreamEvent:
        """The event of a text; that of the last one that was read is known."""
        if self._current is not None and self._current[0] is text:
            return self._current[1]
        name, data = "", ""
        for line in text.splitlines():
            field, _, value = line.partition(":")
            if field == "event":
                name = value.strip()
            elif field == "data":
                data = value.strip()
        return parse_event(name, data)

    async def next_text(self, handler: Any) -> str | None:
        """The next event as text, ``event: NAME`` and ``data: DATA``; None at the end.

        :param handler: the handler that asks, to which a continuation is chained.
        """
        self.is_read = True
        try:
            await self._settle(handler)
            while not self._events:
                if not self._responses:
                    self._ended()
                    return None
                await self._read(self._responses[0])
            return self._take(self._events.popleft())
        finally:
            self.is_read = False

    async def close(self, error: BaseException | None = None) -> None:
        """Close every connection; nothing is read any more.

        :param error: why, where it is for one.
        """
        try:
            await self._close()
        finally:
            self._ended(error)

    async def _close(self) -> None:
        responses, self._responses = list(self._responses), deque()
        self._events.clear()
        self._asking = None
        for response in responses:
            response.has_ended = True
            await async_closed(response.chunks)

    async def leave(self) -> None:
        """Close, and cancel a run that goes on where that is asked for."""
        driver = self._driver
        if driver is not None and not driver.cancel_on_exit:
            driver = None
        try:
            try:
                if driver is not None:
                    await self._hear_of_run(driver)
            finally:
                await self._close()
            run = self.seen.run
            goes_on = is_active("run", run.status) if run is not None else not self._error_seen
            if driver is not None and goes_on:
                await driver.cancel()
        finally:
            self._ended()

    def _ended(self, error: BaseException | None = None) -> None:
        """Let whoever watches the run know that its stream is over."""
        driver = self._driver
        if driver is not None and driver.watched is not None:
            driver.watched.end(error)

    @property
    def _driver(self) -> RunDriver | None:
        """What leads the run on, by the response that was chained last."""
        return self._last.driver if self._last is not None else None

    # --- how --------------------------------------------------------------------------------------------------------------

    def _take(self, event: ServerSentEvent) -> str:
        """Take note of what an event tells, and return it as text."""
        text = event.wire_text()
        parsed = parse_event(event.event, event.data)
        self._current = (text, parsed)
        self.text = self.seen.add(parsed)
        response, run = self._reading, self.seen.run
        if response is None:
            return text
        if response.driver is not None and response.driver.watched is not None:
            response.driver.watched.saw(parsed)
        if run is not None and parsed.data is run:
            self._take_run(run, response)
        elif event.event == "thread.created" and response.driver is not None and isinstance(parsed.raw, dict):
            response.driver.saw_thread(str(parsed.raw.get("id")))
        return text

    def _take_run(self, run: Any, response: _Response) -> None:
        response.told_run = True
        asks = function_calls(run) is not None
        if asks:
            self._asking, self._is_answered = (run, response), False
        if response.driver is not None:
            response.driver.saw(run, asks=asks)

    async def _hear_of_run(self, driver: RunDriver) -> None:
        """Read on until the run is told of, where nothing is known yet that it could be found by."""
        while self.seen.run is None:
            if self._events:
                self._take(self._events.popleft())
                continue
            response = self._responses[0] if self._responses else None
            if driver.can_find_run or response is None or response.has_ended:
                return
            self._reading = response
            self._events.extend(await response.next_events())

    async def _settle(self, handler: Any) -> None:
        """Answer what the run asked for, unless the caller has done so since."""
        if self._asking is None:
            return
        (run, response), self._asking = self._asking, None
        driver = response.driver
        if self._is_answered or (driver is not None and not driver.is_waiting(run)):
            return
        most = self.max_retry if self.max_retry is not None else driver.max_retry if driver else MAX_ERROR_ROUNDS
        if await async_result(response.submit(run, handler, self._failed_rounds < most)):
            self._failed_rounds += 1

    async def _read(self, response: _Response) -> None:
        """Take what comes next in a response; when it has ended and its events are taken, go over to what follows."""
        self._reading = response
        if not response.has_ended:
            events = await response.next_events()
            if response not in self._responses:  # the stream was left meanwhile
                return
            self._events.extend(events)
            self._error_seen = self._error_seen or any(event.event == "error" for event in events)
            if events or not response.has_ended:
                return
        self._responses.popleft()
        await async_closed(response.chunks)
        if response.driver is None or response.is_done or self._error_seen:
            return
        # It ended without saying so: say it, or find out what it still owes. One that told nothing of the run owes how it went on,
        # also after a run that asked for functions: they were answered, or nothing would have been read any more.
        if self._responses or not (owes_run(self.seen.run) or not response.told_run):
            self._events.append(DONE)
        else:
            self._responses.append(_Response(response.driver.remaining(self.seen), response.driver))
