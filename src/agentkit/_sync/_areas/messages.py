# Derived by `python -m codegen` from src/agentkit/aio/_areas/messages.py; change that and run it again.
"""The messages of a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..._generated import requests
from ..._types import UNSET
from .._last_messages import LastMessages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from ..._generated.enums import ListSortOrder, MessageRole
    from ..._generated.models.messages import MessageAttachment, MessageInputContent, ThreadMessage
    from ..._types import Body, CallOptions
    from .._pages import ItemPaged

__all__ = ["MessagesOperations"]


class MessagesOperations(LastMessages):
    """The messages of a thread."""

    _area = "messages"

    @overload
    def create(
        self,
        thread_id: str,
        *,
        role: str | MessageRole,
        content: MessageInputContent,
        attachments: Sequence[MessageAttachment] | None = ...,
        metadata: dict[str, str] | None = ...,
        if_active: str = ...,
        **options: Unpack[CallOptions],
    ) -> ThreadMessage: ...

    @overload
    def create(self, thread_id: str, body: Body, *, if_active: str = ..., **options: Unpack[CallOptions]) -> ThreadMessage: ...

    def create(
        self,
        thread_id: str,
        body: Body = UNSET,
        *,
        role: str | MessageRole = UNSET,
        content: MessageInputContent = UNSET,
        attachments: Sequence[MessageAttachment] | None = None,
        metadata: dict[str, str] | None = None,
        if_active: str = "error",
        **options: Unpack[CallOptions],
    ) -> ThreadMessage:
        """Add a message to a thread.

        The thread must have no active run.

        :param thread_id: Id of the thread.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword role: Who speaks: `user`, or `assistant` to replay what an agent said.
        :keyword content: Text, or a list of blocks of text and images.
        :keyword attachments: Files that go with the message, each with the tools that may read it; null for none.
        :keyword metadata: The caller's own notes, at most 16 pairs of texts: names up to 64 characters, values up to
            512; null for none.
        :keyword if_active: what to do when the thread has an active run: ``error`` raises, ``wait`` waits for its end,
            at most 15 minutes, ``cancel`` cancels it first.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.ThreadMessage
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ~agentkit.exceptions.ActiveRunError: the thread has an active run, and ``if_active`` is ``error``.
        :raises ~agentkit.exceptions.WaitTimeoutError: the active run does not end.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: ThreadMessage = self._overloaded.create_message(
            thread_id,
            body,
            role=role,
            content=content,
            attachments=attachments,
            metadata=metadata,
            if_active=if_active,
            **self._checked("create", options),
        )
        return answer

    def get(self, thread_id: str, message_id: str, **options: Unpack[CallOptions]) -> ThreadMessage:
        """Get a message.

        Fails with 404 when the thread has no message with this id.

        :param thread_id: Id of the thread.
        :param message_id: Id of the message.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.ThreadMessage
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._agents.get_message(thread_id, message_id, **self._checked("get", options))

    @overload
    def update(
        self, thread_id: str, message_id: str, *, metadata: dict[str, str] | None = ..., **options: Unpack[CallOptions]
    ) -> ThreadMessage: ...

    @overload
    def update(self, thread_id: str, message_id: str, body: Body, **options: Unpack[CallOptions]) -> ThreadMessage: ...

    def update(
        self,
        thread_id: str,
        message_id: str,
        body: Body = UNSET,
        *,
        metadata: dict[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> ThreadMessage:
        """Change the notes on a message.

        Its content cannot be changed.

        :param thread_id: Id of the thread.
        :param message_id: Id of the message.
        :param body: the whole body instead of its keywords: a mapping by wire names, or a binary stream of JSON.
        :keyword metadata: New notes, in place of the old, of at most 16 pairs; null keeps them.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.ThreadMessage
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        answer: ThreadMessage = self._overloaded.update_message(
            thread_id, message_id, body, metadata=metadata, **self._checked("update", options)
        )
        return answer

    def list(
        self,
        thread_id: str,
        *,
        run_id: str | None = None,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ItemPaged[ThreadMessage]:
        """List the messages of a thread.

        The pages are requested one by one; ``limit`` is the size of each.

        :param thread_id: Id of the thread.
        :keyword run_id: Only messages that this run wrote.
        :keyword limit: Most entries on the page, 1 to 100; 20 unless given.
        :keyword order: Order by creation time: `desc`, the default, puts the newest first, `asc` the oldest.
        :keyword after: Id of an entry, in the order of the list; the page begins after it.
        :keyword before: Id of an entry, in the order of the list; the page ends before it.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all of them, page after page as they are asked for; nothing is requested before.
        :rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.ThreadMessage]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        return self._listed(
            "list",
            requests.list_messages(thread_id, run_id=run_id, limit=limit, order=order, after=after, before=before),
            options,
        )
