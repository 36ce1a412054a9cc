# Derived by `python -m codegen` from src/agentkit/aio/_waiting.py; change that and run it again.
"""Waiting: for an object to come to rest, and for a thread to be free."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from .._core.busy import active_run_id, check_if_active, is_busy
from .._core.options import CallSettings
from .._core.polling import Wait, check_interval, is_active
from .._generated import requests
from .._primitives import sync_call, sync_notify, sync_sleep
from .._request import Request, with_body_read
from ._group import OperationGroup

__all__ = ["FILE_TIMEOUT", "RUN_TIMEOUT", "STORE_TIMEOUT", "Waiting", "lasting"]

RUN_TIMEOUT = 15 * 60.0
FILE_TIMEOUT = 30 * 60.0
STORE_TIMEOUT = 30 * 60.0
T = TypeVar("T")


def lasting(settings: CallSettings) -> CallSettings:
    """The settings that the follow-up calls of a helper share; what belongs to one request or its result is left out."""
    return replace(settings, params={}, content_type=None, request_id=None, cls=None, stream=False)


class Waiting(OperationGroup):
    """The waits that the helpers are made of."""

    def _wait(self, operation: str, sleep_interval: float, timeout: float | None) -> Wait:
        """The schedule of a wait.

        :raises TypeError: a time is no number.
        :raises ValueError: a time is negative.
        """
        interval = check_interval(f"{operation}(sleep_interval=)", sleep_interval)
        limit = None if timeout is None else check_interval(f"{operation}(timeout=)", timeout)
        return Wait(interval, limit, time.monotonic())

    def _cancels(self, operation: str, on_timeout: str) -> bool:
        """Whether the work is to be cancelled when the time is over. Raises ValueError for anything but raise and cancel."""
        if on_timeout not in ("raise", "cancel"):
            raise ValueError(f"{operation}() takes on_timeout= as 'raise' or 'cancel', not {on_timeout!r}")
        return on_timeout == "cancel"

    def _pause(self, wait: Wait, kind: str, last: Any, settings: CallSettings, cancel: Request[Any] | None = None) -> None:
        """Sleep as long as the wait says before the next look.

        :raises ~agentkit.exceptions.WaitTimeoutError: the time is over; the work was cancelled where that was asked for.
        """
        delay = wait.next_delay(time.monotonic())
        if delay is not None:
            sync_sleep(delay)
            return
        from ..exceptions import WaitTimeoutError

        waited = wait.waited(time.monotonic())
        if cancel is not None:
            last = self._pipeline.send(cancel, settings)
        went = "it was asked to cancel" if cancel is not None else "it goes on"
        raise WaitTimeoutError(
            f"the {kind.replace('_', ' ')} {last.id} is still {last.status} after {waited:.1f} s; {went}. Look again later by its "
            "id, or wait longer with timeout=",
            last=last,
            waited=waited,
        )

    def _at_rest(
        self,
        kind: str,
        last: T,
        look: Request[T],
        settings: CallSettings,
        wait: Wait,
        on_update: Callable[[T], Any] | None = None,
        cancel: Request[Any] | None = None,
    ) -> T:
        """Look again and again until the object is at rest.

        :param last: the object as it was last seen.
        :param look: the request that fetches it.
        :param on_update: called with each new object.
        :param cancel: the request that cancels the work when the time is over; None lets it go on.
        """
        while is_active(kind, getattr(last, "status", None)):
            self._pause(wait, kind, last, settings, cancel)
            last = self._pipeline.send(look, settings)
            sync_notify(on_update, last)
        return last

    def _on_free_thread(self, thread_id: str, request: Request[T], settings: CallSettings, if_active: str) -> T:
        """Send a request that needs a thread without an active run.

        :param if_active: ``error`` raises, ``wait`` waits until the active run has ended, ``cancel`` cancels it first.
        :raises ~agentkit.exceptions.ActiveRunError: the thread has an active run.
        """
        check_if_active(request.operation, if_active)
        if if_active != "error":
            # Named anew, since a type checker does not carry the request's own type through the call.
            sent_again: Request[T] = sync_call(lambda: with_body_read(request))
            request = sent_again
        wait = self._wait(request.operation, 1.0, RUN_TIMEOUT)
        while True:
            try:
                return self._pipeline.send(request, settings)
            except Exception as error:
                if not is_busy(error):
                    raise
                refusal = error
            run_id = active_run_id(refusal) or self._active_run(thread_id, lasting(settings))
            if if_active == "error" or run_id is None:
                from ..exceptions import active_run_error

                raise active_run_error(refusal, request.operation, thread_id, run_id) from refusal
            self._ended(thread_id, run_id, lasting(settings), wait, cancel=if_active == "cancel")

    def _ended(self, thread_id: str, run_id: str, settings: CallSettings, wait: Wait, *, cancel: bool) -> None:
        """Wait until a run has ended, after cancelling it where that is asked for."""
        run = self._pipeline.send(requests.get_run(thread_id, run_id), settings)
        if cancel and is_active("run", run.status):
            try:
                run = self._pipeline.send(requests.cancel_run(thread_id, run_id), settings)
            except Exception as error:
                # It may have ended between the look and the request; then there is nothing to cancel.
                if getattr(error, "status_code", None) != 400:
                    raise
                run = self._pipeline.send(requests.get_run(thread_id, run_id), settings)
        self._at_rest("run", run, requests.get_run(thread_id, run_id), settings, wait)

    def _active_run(self, thread_id: str, settings: CallSettings) -> str | None:
        page = self._pipeline.send(requests.list_runs(thread_id, limit=20), settings)
        return next((run.id for run in page.data or () if is_active("run", run.status)), None)
