# Derived by `python -m codegen` from src/agentkit/aio/_api/run_steps.py; change that and run it again.
"""Run steps: the single calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._generated import requests
from .._group import OperationGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from ..._generated.enums import ListSortOrder, RunAdditionalFieldList
    from ..._generated.models.run_steps import OpenAIPageableListOfRunStep, RunStep
    from ..._types import CallOptions

__all__ = ["RunStepsCalls"]


class RunStepsCalls(OperationGroup):
    """Run steps."""

    def list_run_steps(
        self,
        thread_id: str,
        run_id: str,
        *,
        include: Sequence[str | RunAdditionalFieldList] | None = None,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> OpenAIPageableListOfRunStep:
        """List the steps of a run.

        Answers one page, newest first unless `order` says otherwise; pass its `last_id` as `after` for the next.

        :param thread_id: Id of the thread.
        :param run_id: Id of the run.
        :keyword include: Details to add to the steps; the only one is the text that file search found.
        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.OpenAIPageableListOfRunStep
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("list_run_steps", options)
        request = requests.list_run_steps(
            thread_id, run_id, include=include, limit=limit, order=order, after=after, before=before
        )
        return self._page(self._pipeline.send(request, settings), request, settings)

    def get_run_step(
        self,
        thread_id: str,
        run_id: str,
        step_id: str,
        *,
        include: Sequence[str | RunAdditionalFieldList] | None = None,
        **options: Unpack[CallOptions],
    ) -> RunStep:
        """Get a run step.

        Fails with 404 when the run has no step with this id.

        :param thread_id: Id of the thread.
        :param run_id: Id of the run.
        :param step_id: Id of the run step.
        :keyword include: Details to add to the steps; the only one is the text that file search found.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.RunStep
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("get_run_step", options)
        return self._pipeline.send(requests.get_run_step(thread_id, run_id, step_id, include=include), settings)
