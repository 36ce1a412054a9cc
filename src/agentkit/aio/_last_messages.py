"""The last message of somebody in a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._generated import requests
from ._area import Area

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._generated.enums import ListSortOrder, MessageRole
    from .._generated.models.messages import MessageTextContent, ThreadMessage
    from .._types import CallOptions

__all__ = ["LastMessages"]


class LastMessages(Area):
    """Finds the last message of a role."""

    async def get_last_message_by_role(
        self,
        thread_id: str,
        role: str | MessageRole,
        *,
        run_id: str | None = None,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ThreadMessage | None:
        """The newest message of a role. Pages are requested until there is one.

        :param thread_id: the thread.
        :param role: whose message: ``MessageRole.USER`` or ``MessageRole.AGENT``.
        :keyword run_id: only messages that this run made.
        :keyword limit: how many messages each page has.
        :keyword order: ``desc`` unless given; with ``asc`` the first message of the role is found.
        :keyword after: id of a message after which, in this order, the search begins.
        :keyword before: id of a message before which, in this order, the search ends.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the message; None where the thread has none of this role.
        :rtype: ~agentkit.models.ThreadMessage or None
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        request = requests.list_messages(thread_id, run_id=run_id, limit=limit, order=order, after=after, before=before)
        wanted = str(role)
        async for message in self._listed("get_last_message_by_role", request, options):
            if str(message.role) == wanted:
                found: ThreadMessage = message
                return found
        return None

    async def get_last_message_text_by_role(
        self,
        thread_id: str,
        role: str | MessageRole,
        *,
        run_id: str | None = None,
        limit: int | None = None,
        order: str | ListSortOrder | None = None,
        after: str | None = None,
        before: str | None = None,
        **options: Unpack[CallOptions],
    ) -> MessageTextContent | None:
        """The last text in the newest message of a role.

        :param thread_id: the thread.
        :param role: whose message: ``MessageRole.USER`` or ``MessageRole.AGENT``.
        :keyword run_id: only messages that this run made.
        :keyword limit: how many messages each page has.
        :keyword order: ``desc`` unless given; with ``asc`` the first message of the role is found.
        :keyword after: id of a message after which, in this order, the search begins.
        :keyword before: id of a message before which, in this order, the search ends.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the text; None where the thread has no message of this role, or the message no text.
        :rtype: ~agentkit.models.MessageTextContent or None
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        message = await self.get_last_message_by_role(
            thread_id, role, run_id=run_id, limit=limit, order=order, after=after, before=before, **options
        )
        return None if message is None else next(reversed(message.text_messages), None)

    # As azure-ai-agents 1.0.0b1 called it.
    get_last_text_message_by_role = get_last_message_text_by_role
