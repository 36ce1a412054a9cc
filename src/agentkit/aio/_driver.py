"""Leads one streamed run on: through its tool rounds, past a dropped connection, to its end."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .. import _hooks
from .._core.options import CallSettings
from .._core.polling import is_active
from .._core.recovery import missing_events
from .._core.runloop import function_calls
from .._generated import requests
from .._http import AsyncHttpResponse
from .._request import Request, streamed
from ._answering import Answering
from ._pages import all_items
from ._pipeline import ByteStream
from ._submitting import TOO_MANY_FAILED, CancelledOnError, Submitting

if TYPE_CHECKING:
    from .._core.accumulate import Accumulator
    from .._core.tool_settings import ToolSettings
    from ._streams import BaseAsyncAgentEventHandler

__all__ = ["ResponseBytes", "RunDriver"]

_log = logging.getLogger("agentkit")


class ResponseBytes(AsyncIterator[bytes]):
    """The bytes of a streamed answer, whose request is sent when it is opened or first read.

    :param sending: sends the request.
    """

    def __init__(self, sending: Callable[[], Any]) -> None:
        self._sending = sending
        self._bytes: ByteStream | None = None
        self._closed = False

    @property
    def response(self) -> AsyncHttpResponse | None:
        """The answer; None where the request was not sent yet."""
        return self._bytes.response if self._bytes is not None else None

    async def open(self) -> None:
        """Send the request, if it was not sent yet. Raises what the service refuses it with."""
        if self._bytes is None and not self._closed:
            self._bytes = await self._sending()

    async def __anext__(self) -> bytes:
        await self.open()
        if self._bytes is None:
            raise StopAsyncIteration
        return await self._bytes.__anext__()

    async def aclose(self) -> None:
        """Close the connection; a request that was not sent is never sent."""
        self._closed = True
        if self._bytes is not None:
            await self._bytes.aclose()


class RunDriver:
    """Leads one streamed run on. A handler calls it as its ``submit_tool_outputs``.

    :param operations: the operations that the run is driven with.
    :param settings: the settings of the call that streams it, without what belongs to one request.
    :param answering: answers its function calls.
    :param thread_id: its thread; None while only the stream can tell it.
    :param cancel_on_exit: cancel the run when its stream is left before its end.
    :param raise_on_failure: raise a run that failed as an error once its events are delivered.

    :ivar watched: the run as it is watched; None where nobody does.
    :ivar answered_by_caller: the caller submitted the outputs, or cancelled the run, since the run last asked for functions.
    """

    def __init__(
        self,
        operations: Submitting,
        settings: CallSettings,
        answering: Answering,
        *,
        thread_id: str | None,
        max_retry: int,
        cancel_on_exit: bool = False,
        raise_on_failure: bool = False,
    ) -> None:
        self._operations = operations
        self._pipeline = operations._pipeline
        self._settings = settings
        self._answering = answering
        self._thread_id = thread_id
        self._run_id: str | None = None
        self.max_retry = max_retry
        self.cancel_on_exit = cancel_on_exit
        self.raise_on_failure = raise_on_failure
        self.answered_by_caller = False
        self._last_seen: Any = None
        self.watched: _hooks.Watched | None = None

    @contextmanager
    def sending(self, request: Request[Any]) -> Iterator[None]:
        """A block in which a request is sent whose answer is a stream. Whoever watches runs is told of this one, unless they know it.

        :param request: what starts the run, or goes on with it.
        """
        if _hooks.observer is not None and (self.watched is None or self.watched.has_ended):
            self.watched = _hooks.run(self._pipeline.endpoint, request)
        with (self.watched or _hooks.NOTHING).part():
            yield

    def saw(self, run: Any, *, asks: bool) -> None:
        """Take note of the run, so that the caller's own calls about it are noticed.

        :param run: the run as an event had it.
        :param asks: whether it asks for functions, which nobody has answered yet.
        """
        self._thread_id = run.thread_id or self._thread_id
        self._run_id = run.id
        self._last_seen = run
        self._operations._drivers[run.id] = self
        self._answering.saw(run)
        if asks:
            self.answered_by_caller = False

    def is_waiting(self, run: Any) -> bool:
        """Whether nobody has gone on yet with a run since it was seen like this: not the caller, and no other handler either.

        :param run: the run as an event had it.
        """
        return not self.answered_by_caller and self._last_seen is run

    @property
    def can_find_run(self) -> bool:
        """Whether anything is known that the run can be found by."""
        return self._thread_id is not None

    def saw_thread(self, thread_id: str) -> None:
        """Take note of the thread that was made along with the run."""
        self._thread_id = thread_id

    def make_calls(self, tool_settings: ToolSettings) -> None:
        """Make the function calls that come from now on in another way.

        :param tool_settings: how they are made.
        """
        self._answering.change(tool_settings)

    async def __call__(self, run: Any, event_handler: BaseAsyncAgentEventHandler[Any], submit_with_error: bool = True) -> bool:
        """Answer the function calls of a run and let the handler go on with what follows.

        :param run: the run, which requires action.
        :param event_handler: the handler of its stream; the answer to the submission is chained to it.
        :param submit_with_error: whether outputs are submitted although a call failed; otherwise the run is cancelled.
        :return: whether a call failed.
        :raises Exception: what the caller's own rule for calls raised, or that a function is not here; the run is cancelled.
        """
        with (self.watched or _hooks.NOTHING).part():
            return await self._answer(run, event_handler, submit_with_error)

    async def _answer(self, run: Any, event_handler: BaseAsyncAgentEventHandler[Any], submit_with_error: bool) -> bool:
        calls = function_calls(run)
        if not calls or self._answering.is_answered(calls):
            return False
        failed_before = self._answering.failed_rounds
        async with CancelledOnError(self._operations, run, self._settings):
            self._answering.check_missing(run, calls)
            if not self._answering.finds_any(run, calls):
                return False
            outputs = await self._answering.outputs(run, calls)
        failed = self._answering.failed_rounds > failed_before
        seen = event_handler._feed.seen
        if failed and not submit_with_error:
            _log.warning(TOO_MANY_FAILED, run.id)
            await self._operations._cancelled(run.thread_id, run.id, self._settings)
            event_handler._feed.chain(self.remaining(seen), self)
        else:
            event_handler._feed.chain(await self._submitted(run, calls, outputs), self)
        return failed

    async def remaining(self, seen: Accumulator) -> AsyncIterator[bytes]:
        """What the stream still owes, by looking at the run until it has ended or asks for functions.

        :param seen: what the stream has told.
        :raises ~agentkit.exceptions.WaitTimeoutError: the run has not ended after 15 minutes.
        """
        run = await self._run()
        thread_id, run_id = str(run.thread_id or self._thread_id), run.id
        # What it asked for when it was last heard of is answered by now; a look that still shows that is too early.
        self._answering.note_answered(function_calls(seen.run) or ())
        self._answering.saw(run)
        watch = self._operations._run_watch(thread_id, run_id, self._settings)
        while watch.is_active(run) and not self._asks_anew(run):
            run = await self._operations._look_again(watch, run)
            self._answering.saw(run)
        steps = await self._all(requests.list_run_steps(thread_id, run_id, limit=100, order="asc"))
        messages = await self._all(requests.list_messages(thread_id, run_id=run_id, limit=100, order="asc"))
        for event in missing_events(seen, run, steps, messages):
            yield f"{event.wire_text()}\n\n".encode()

    async def cancel(self) -> None:
        """Cancel the run, whose stream is left; one that has ended meanwhile is as well."""
        run = None if self._run_id else await self._run()
        if run is None or is_active("run", run.status):
            with (self.watched or _hooks.NOTHING).part():
                await self._operations._cancel(str(self._thread_id), str(self._run_id), self._settings)

    async def submit(
        self,
        request: Request[Any],
        settings: CallSettings,
        run_id: str,
        call_ids: Iterable[str],
        *,
        others_answer: bool = False,
    ) -> AsyncIterator[bytes]:
        """Submit the outputs of calls, and return the bytes of what follows: none where they have arrived, and their answer has not.

        :param request: the submission.
        :param settings: how it is sent.
        :param run_id: the run that is answered.
        :param call_ids: the calls whose outputs are submitted.
        :param others_answer: a refusal is no error where somebody else has answered or cancelled the run meanwhile.
        """
        self._run_id = run_id
        following: AsyncIterator[bytes] | None = await self._operations._submit(
            request,
            settings,
            thread_id=str(self._thread_id),
            run_id=run_id,
            call_ids=call_ids,
            following=self._settings,
            others_answer=others_answer,
        )
        return _no_bytes() if following is None else following

    async def _submitted(self, run: Any, calls: Sequence[Any], outputs: list[dict[str, Any]]) -> AsyncIterator[bytes]:
        """Submit the outputs of functions that were called here, and return the bytes of what follows."""
        request = streamed(requests.submit_tool_outputs_to_run(run.thread_id, run.id, tool_outputs=outputs))
        settings = self._operations._streaming(self._settings)
        return await self.submit(request, settings, run.id, [call.id for call in calls], others_answer=True)

    def _asks_anew(self, run: Any) -> bool:
        calls = function_calls(run)
        return calls is not None and not (calls and self._answering.is_answered(calls))

    async def _run(self) -> Any:
        """The run as it is now: by its id, or, where the stream broke off before it told that, the newest one on the thread.

        :raises ~agentkit.exceptions.ServiceResponseError: there is nothing to find it by.
        """
        thread_id = self._thread_id
        if thread_id is not None and self._run_id is not None:
            return await self._pipeline.send(requests.get_run(thread_id, self._run_id), self._settings)
        if thread_id is not None:
            newest = await self._pipeline.send(requests.list_runs(thread_id, limit=20, order="desc"), self._settings)
            # A run that another stream of this client is about is another run.
            led = self._operations._drivers
            run = next((run for run in newest.data or () if led.get(run.id) is None), None)
            if run is not None:
                self.saw(run, asks=False)
                return run
        from ..exceptions import ServiceResponseError

        raise ServiceResponseError(
            f"the stream broke off before it told of its run{f' on {thread_id}' if thread_id else ''}. Look for it with list_runs()"
        )

    async def _all(self, request: Request[Any]) -> list[Any]:
        page = await self._pipeline.send(request, self._settings)
        return [item async for item in all_items(self._pipeline, request, self._settings, page)]


async def _no_bytes() -> AsyncIterator[bytes]:
    """The bytes of an answer that did not come."""
    return
    yield
