# Derived by `python -m codegen` from src/agentkit/aio/_areas/threads.py; change that and run it again.
"""Threads, the conversations that messages and runs belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..._generated import requests
from ..._types import UNSET
from .._area import Area

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from typing_extensions import Unpack

    from ..._generated.enums import ListSortOrder
    from ..._generated.models.messages import ThreadMessageOptions
    from ..._generated.models.threads import AgentThread
    from ..._generated.models.tools import ToolResources
    from ..._types import Body, CallOptions
    from .._pages import ItemPaged

__all__ = ["ThreadsOperations"]


class ThreadsOperations(Area):
    """Threads, the conversations that messages and runs belong to."""

    _area = "threads"

    @overload
    def create(
        self,
        *,
        messages: Sequence[ThreadMessageOptions] | None = ...,
        tool_resources: ToolResources | None = ...,
        metadata: dict[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> AgentThread: ...

    @overload
    def create(self, body: Body, **options: Unpack[CallOptions]) -> AgentThread: ...

    def create(
        self,
        body: Body = UNSET,
        *,
        messages: Sequence[ThreadMessageOptions] | None = None,
        tool_resources: ToolResources | None = None,
        metadata: dict[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> AgentThread:
        """Create a thread.

        Starts a conversation, empty or with messages.

        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword messages: Messages to begin with, in order; null for none.
        :keyword tool_resources: Files and vector stores that tools may use in this conversation only; null for none.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentThread
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: AgentThread = self._overloaded.create_thread(
            body, messages=messages, tool_resources=tool_resources, metadata=metadata, **self._checked("create", options)
        )
        return answer

    def get(self, thread_id: str, **options: Unpack[CallOptions]) -> AgentThread:
        """Get a thread.

        Fails with 404 when no thread has this id. Its messages are a separate call.

        :param thread_id: Id of the thread.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentThread
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.get_thread(thread_id, **self._checked("get", options))

    @overload
    def update(
        self,
        thread_id: str,
        *,
        tool_resources: ToolResources | None = ...,
        metadata: dict[str, str] | None = ...,
        **options: Unpack[CallOptions],
    ) -> AgentThread: ...

    @overload
    def update(self, thread_id: str, body: Body, **options: Unpack[CallOptions]) -> AgentThread: ...

    def update(
        self,
        thread_id: str,
        body: Body = UNSET,
        *,
        tool_resources: ToolResources | None = None,
        metadata: dict[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> AgentThread:
        """Change a thread.

        Replaces tool data, notes or both; messages are not touched.

        :param thread_id: Id of the thread.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword tool_resources: New tool data, in place of the old; null keeps it.
        :keyword metadata: New notes, in place of the old, of at most 16 pairs; null keeps them.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.AgentThread
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: AgentThread = self._overloaded.update_thread(
            thread_id, body, tool_resources=tool_resources, metadata=metadata, **self._checked("update", options)
        )
        return answer

    def delete(self, thread_id: str, **options: Unpack[CallOptions]) -> None:
        """Delete a thread.

        Its messages, runs and run steps go with it; files and vector stores stay.

        :param thread_id: Id of the thread.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        self._agents.delete_thread(thread_id, **self._checked("delete", options))

    def list(
        self,
        *,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ItemPaged[AgentThread]:
        """List threads.

        The pages are requested one by one; ``limit`` is the size of each.

        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all of them, page after page as they are asked for; nothing is requested before.
        :rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.AgentThread]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        """
        return self._listed("list", requests.list_threads(limit=limit, order=order, after=after, before=before), options)

    def temporary(
        self,
        *,
        messages: Sequence[ThreadMessageOptions] | None = None,
        tool_resources: ToolResources | None = None,
        metadata: dict[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> AbstractContextManager[AgentThread]:
        """A thread for one block, deleted with its messages and runs when the block is left, also by an error.

        :keyword messages: the messages to begin with.
        :keyword tool_resources: files and vector stores for this conversation only; they are not deleted.
        :keyword metadata: up to 16 pairs of at most 64 and 512 characters.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: a context manager that gives the thread.
        :rtype: context manager of ~agentkit.models.AgentThread
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; raised by the block.
        :raises TypeError: an argument is unknown, or of the wrong type.
        """
        return self._agents.temporary_thread(
            messages=messages, tool_resources=tool_resources, metadata=metadata, **self._checked("temporary", options)
        )
