"""Waiting: for an object to come to rest, and for a thread to be free."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._core.busy import active_run_id, check_if_active, is_busy
from .._core.options import READ_TIMEOUT, STREAM_TIMEOUT, CallSettings
from .._core.polling import Wait, check_callback, check_interval, is_active, seconds_text
from .._generated import requests
from .._primitives import async_call, async_notify, async_sleep
from .._request import Request, with_body_read
from ._memory import Memory

if TYPE_CHECKING:
    from .._generated.models.runs import ThreadRun

__all__ = ["FILE_TIMEOUT", "RUN_TIMEOUT", "STORE_TIMEOUT", "Waiting", "Watch"]

RUN_TIMEOUT = 15 * 60.0
FILE_TIMEOUT = 30 * 60.0
STORE_TIMEOUT = 30 * 60.0
T = TypeVar("T")


@dataclass(frozen=True)
class Watch(Generic[T]):
    """How an object is watched until it comes to rest.

    ``kind`` names its active states; ``look`` fetches it; ``on_update`` is called with each new state; ``cancel`` ends the work when
    the time is over, and is None where that is to go on.
    """

    kind: str
    look: Request[T]
    settings: CallSettings
    wait: Wait
    on_update: Callable[[T], Any] | None = None
    cancel: Request[Any] | None = None

    def is_active(self, last: T) -> bool:
        """Whether work on the object goes on."""
        return is_active(self.kind, getattr(last, "status", None))


class Waiting(Memory):
    """The waits that the helpers are made of."""

    def _lasting(self, settings: CallSettings) -> CallSettings:
        """The settings that the follow-up calls of a helper share; what belongs to one request or its result is left out."""
        params = self._pipeline.defaults.params
        return replace(settings, params=params, content_type=None, request_id=None, cls=None, stream=False, follow_up=True)

    def _streaming(self, settings: CallSettings) -> CallSettings:
        """The settings of a request whose answer is a stream of events, between which much time may pass."""
        default = settings.read_timeout == READ_TIMEOUT
        return replace(settings, stream=True, read_timeout=STREAM_TIMEOUT if default else settings.read_timeout)

    def _wait(
        self, operation: str, sleep_interval: float, timeout: float | None, on_update: Callable[[Any], Any] | None = None
    ) -> Wait:
        """The schedule of a wait.

        :raises TypeError: a time is no number, or ``on_update`` cannot be called.
        :raises ValueError: a time is negative.
        """
        check_callback(f"{operation}(on_update=)", on_update)
        interval = check_interval(f"{operation}(sleep_interval=)", sleep_interval)
        limit = None if timeout is None else check_interval(f"{operation}(timeout=)", timeout)
        return Wait(interval, limit, time.monotonic())

    def _cancels(self, operation: str, on_timeout: str) -> bool:
        """Whether the work is to be cancelled when the time is over. Raises ValueError for anything but raise and cancel."""
        if on_timeout not in ("raise", "cancel"):
            raise ValueError(f"{operation}() takes on_timeout= as 'raise' or 'cancel', not {on_timeout!r}")
        return on_timeout == "cancel"

    async def _slept(self, wait: Wait) -> bool:
        """Sleep as long as the wait says before the next look; False, without a sleep, when the time is over."""
        delay = wait.next_delay(time.monotonic())
        if delay is None:
            return False
        await async_sleep(delay)
        return True

    async def _at_rest(self, watch: Watch[T], last: T) -> T:
        """Look again and again until the object is at rest, and return it as it is then.

        :param last: the object as it was last seen.
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over.
        """
        await async_notify(watch.on_update, last)
        while watch.is_active(last):
            last = await self._look_again(watch, last)
        return last

    async def _look_again(self, watch: Watch[T], last: T) -> T:
        """Sleep and look. When the time is over, cancel the work where that is asked for, and raise.

        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over.
        """
        if await self._slept(watch.wait):
            last = await self._pipeline.send(watch.look, watch.settings)
            await async_notify(watch.on_update, last)
            return last
        from ..exceptions import HttpResponseError, WaitTimeoutError

        seen: Any = last
        stands, became, refused = f"the {watch.kind.replace('_', ' ')} {seen.id} is still {seen.status}", "it goes on", None
        waited = watch.wait.waited(time.monotonic())
        if watch.cancel is not None:
            try:
                last = await self._pipeline.send(watch.cancel, watch.settings)
                became = "it was asked to cancel"
            except HttpResponseError as error:
                # It may have ended between the last look and this request; then there is nothing to cancel.
                last = await self._pipeline.send(watch.look, watch.settings)
                if not watch.is_active(last):
                    return last
                became, refused = "it could not be cancelled and goes on", error
        raise WaitTimeoutError(
            f"{stands} after {seconds_text(waited)}; {became}. Look again later by its id, or wait longer with timeout=",
            last=last,
            waited=waited,
        ) from refused

    async def _on_free_thread(
        self, thread_id: str, request: Request[T], settings: CallSettings, if_active: str, wait: Wait | None = None
    ) -> T:
        """Send a request that needs a thread without an active run.

        :param if_active: ``error`` raises, ``wait`` waits until the active run has ended, ``cancel`` cancels it first.
        :param wait: how long that may take; by default as long as the helpers wait for a run.
        :raises ~agentkit.exceptions.ActiveRunError: the thread has an active run.
        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over and the run has not ended.
        """
        check_if_active(request.operation, if_active)
        if if_active != "error":
            given = request
            request = await async_call(lambda: with_body_read(given))
        wait = wait or self._wait(request.operation, 1.0, RUN_TIMEOUT)
        ended: set[str | None] = {None}
        while True:
            try:
                return await self._pipeline.send(request, settings)
            except Exception as error:
                own = if_active == "error" and getattr(error, "status_code", None) in settings.error_map
                if own or not is_busy(error):
                    raise
                refusal = error
            run_id = active_run_id(refusal) or await self._active_run(thread_id, settings)
            if if_active == "error":
                from ..exceptions import active_run_error

                raise active_run_error(refusal, request.operation, thread_id, run_id) from refusal
            # A service may take a while to notice that its run has ended; it is not asked again without a pause.
            if run_id in ended and not await self._slept(wait):
                from ..exceptions import refused_too_long

                raise refused_too_long(refusal, request.operation, thread_id, wait.waited(time.monotonic())) from refusal
            if run_id is not None:
                await self._ended(thread_id, run_id, settings, wait, cancel=if_active == "cancel")
            ended.add(run_id)

    async def _ended(self, thread_id: str, run_id: str, settings: CallSettings, wait: Wait, *, cancel: bool) -> None:
        """Wait until a run has ended, after cancelling it where that is asked for."""
        watch = Watch("run", requests.get_run(thread_id, run_id), self._lasting(settings), wait)
        run = await self._pipeline.send(watch.look, watch.settings)
        if cancel and watch.is_active(run):
            run = await self._cancel(thread_id, run_id, watch.settings)
        await self._at_rest(watch, run)

    def _run_watch(self, thread_id: str, run_id: str, settings: CallSettings, timeout: float = RUN_TIMEOUT) -> Watch[ThreadRun]:
        """How a run is watched that no call of the caller's waits for: by default as long as a call would."""
        wait = self._wait("get_run", 1.0, timeout)
        return Watch("run", requests.get_run(thread_id, run_id), settings, wait)

    async def _cancel(self, thread_id: str, run_id: str, settings: CallSettings) -> ThreadRun:
        """Cancel a run, and return it as it is then; one that has ended meanwhile is returned as it ended."""
        try:
            return await self._pipeline.send(requests.cancel_run(thread_id, run_id), settings)
        except Exception as error:
            if getattr(error, "status_code", None) not in (400, 409):
                raise
            return await self._pipeline.send(requests.get_run(thread_id, run_id), settings)

    async def _cancelled(self, thread_id: str, run_id: str, settings: CallSettings, timeout: float = RUN_TIMEOUT) -> ThreadRun:
        """Cancel a run and wait until it has ended.

        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over and it has not.
        """
        run = await self._cancel(thread_id, run_id, settings)
        return await self._at_rest(self._run_watch(thread_id, run_id, settings, timeout), run)

    async def _active_run(self, thread_id: str, settings: CallSettings) -> str | None:
        page = await self._pipeline.send(requests.list_runs(thread_id, limit=20), self._lasting(settings))
        return next((run.id for run in page.data or () if is_active("run", run.status)), None)
