# Derived by `python -m codegen` from src/agentkit/aio/operations/_agents.py; change that and run it again.
"""All operations on agents and what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._api import AgentsApi
from .._areas import Areas
from ._housekeeping import HousekeepingHelpers
from ._runs import RunHelpers
from ._thread_runs import ThreadRunHelpers
from ._versions import VersionHelpers

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._generated.enums import ListSortOrder
    from ..._generated.models.messages import OpenAIPageableListOfThreadMessage
    from ..._types import CallOptions

__all__ = ["AgentsOperations"]


class AgentsOperations(RunHelpers, ThreadRunHelpers, HousekeepingHelpers, VersionHelpers, AgentsApi, Areas):
    """Agents, threads, messages, runs, files and vector stores of one endpoint. A client makes it; it is not made by hand.

    The operations are there twice: each by a name of its own, as ``create_thread``, and by area, as ``threads.create``.
    """

    def get_messages(
        self,
        thread_id: str,
        *,
        run_id: str | None = None,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> OpenAIPageableListOfThreadMessage:
        """As :meth:`list_messages`, by the name that azure-ai-projects 1.0.0b1 and b2 had for it.

        :param thread_id: id of the thread.
        :keyword run_id: only messages that this run wrote.
        :keyword limit: most entries on the page, 1 to 100; 20 unless given.
        :keyword order: order by creation time: ``desc``, the default, puts the newest first, ``asc`` the oldest.
        :keyword after: id of an entry, in the order of the list; the page begins after it.
        :keyword before: id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: one page.
        :rtype: ~agentkit.models.OpenAIPageableListOfThreadMessage
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self.list_messages(thread_id, run_id=run_id, limit=limit, order=order, after=after, before=before, **options)

    @property
    def _operations(self) -> AgentsOperations:
        return self
