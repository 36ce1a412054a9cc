# Derived by `python -m codegen` from src/agentkit/aio/_submitting.py; change that and run it again.
"""Submitting the outputs of function calls, once, also where a connection drops meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from .._core.options import CallSettings
from .._core.runloop import function_calls
from .._generated import requests
from .._primitives import sync_sleep
from .._request import Request
from ._waiting import Waiting

__all__ = ["TOO_MANY_FAILED", "CancelledOnError", "Submitting"]

_log = logging.getLogger("agentkit")

GIVEN_UP_TIMEOUT = 30.0
"""Seconds that an error is held back until the run that it cancels has ended."""

TOO_MANY_FAILED = "the run %s is cancelled: too many rounds of its function calls failed"


class CancelledOnError:
    """A block in which a run is answered. An error in it cancels the run before it comes out.

    Nobody would answer the run any more, and until it expires it would keep its thread busy.

    :param operations: what the run is cancelled with.
    :param run: the run, which requires action.
    :param settings: how the requests for it are sent.
    """

    def __init__(self, operations: Submitting, run: Any, settings: CallSettings) -> None:
        self._operations = operations
        self._run = run
        self._settings = settings

    def __enter__(self) -> None:
        """Nothing is to be done before."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        # The cancelling of a task is not held up by requests, and says nothing of the run.
        if not isinstance(error, (Exception, KeyboardInterrupt, SystemExit)):
            return
        run = self._run
        _log.warning("the run %s is cancelled, since its function calls are not answered: %s", run.id, type(error).__name__)
        try:
            self._operations._cancelled(run.thread_id, run.id, self._settings, GIVEN_UP_TIMEOUT)
        except Exception:  # noqa: BLE001  (whatever it is: the error that led here is to come out)
            _log.exception("the run %s has not ended, and keeps its thread busy until it does", run.id)


class Submitting(Waiting):
    """Operations that answer runs."""

    def _submit(
        self,
        request: Request[Any],
        settings: CallSettings,
        *,
        thread_id: str,
        run_id: str,
        call_ids: Iterable[str],
        following: CallSettings,
        others_answer: bool = True,
    ) -> Any:
        """Submit the outputs of calls; None where the run turns out to wait for them no longer.

        An answer that does not come says nothing of whether the outputs have arrived, so the run is looked at before they are
        sent once more.

        :param request: the submission.
        :param settings: how it is sent.
        :param thread_id: the run's thread.
        :param run_id: the run.
        :param call_ids: the calls whose outputs are submitted.
        :param following: how the run is looked at.
        :param others_answer: a refusal is no error where somebody else has answered or cancelled the run meanwhile.
        """
        from .._core.recovery import looks_after, may_have_arrived
        from ..exceptions import AzureError

        awaited = set(call_ids)
        first = True
        while True:
            try:
                return self._pipeline.send(request, settings)
            except AzureError as error:
                status = getattr(error, "status_code", None)
                # Where the first was lost, the second may be refused because the first has arrived after all.
                looks = looks_after(status) if others_answer or not first or may_have_arrived(status) else ()
                if looks:
                    _log.warning("%s Looking whether the run %s goes on all the same.", error, run_id)
                for delay in looks:
                    sync_sleep(delay)
                    if not self._waits_for(thread_id, run_id, awaited, following):
                        return None
                if not first or not may_have_arrived(status):
                    raise
                first = False

    def _waits_for(self, thread_id: str, run_id: str, call_ids: set[str], settings: CallSettings) -> bool:
        """Whether the run still waits for the outputs of these calls."""
        now = self._pipeline.send(requests.get_run(thread_id, run_id), settings)
        return {call.id for call in function_calls(now) or ()} == call_ids
