# Derived by `python -m codegen` from src/agentkit/aio/_areas/run_steps.py; change that and run it again.
"""The steps of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._generated import requests
from .._area import Area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from ..._generated.enums import ListSortOrder, RunAdditionalFieldList
    from ..._generated.models.run_steps import RunStep
    from ..._types import CallOptions
    from .._pages import ItemPaged

__all__ = ["RunStepsOperations"]


class RunStepsOperations(Area):
    """The steps of a run."""

    _area = "run_steps"

    def get(
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
        return self._agents.get_run_step(thread_id, run_id, step_id, include=include, **self._checked("get", options))

    def list(
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
    ) -> ItemPaged[RunStep]:
        """List the steps of a run.

        The pages are requested one by one; ``limit`` is the size of each.

        :param thread_id: Id of the thread.
        :param run_id: Id of the run.
        :keyword include: Details to add to the steps; the only one is the text that file search found.
        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all of them, page after page as they are asked for; nothing is requested before.
        :rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.RunStep]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._listed(
            "list",
            requests.list_run_steps(thread_id, run_id, include=include, limit=limit, order=order, after=after, before=before),
            options,
        )
