"""Hand-written members of generated models: what the mirrored client adds to the plain fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._generated.enums import MessageRole
    from ._generated.models.messages import (
        MessageImageFileContent,
        MessageTextContent,
        MessageTextFileCitationAnnotation,
        MessageTextFilePathAnnotation,
        MessageTextUrlCitationAnnotation,
        ThreadMessage,
    )
    from ._generated.models.streams import MessageDelta

__all__ = ["MessageDeltaChunkMembers", "OpenAIPageableListOfThreadMessageMembers", "ThreadMessageMembers"]


def _items(value: Any) -> list[Any]:
    """The value of a list field; nothing where the service sent none, or something else."""
    return value if isinstance(value, list) else []


def _of_kind(value: Any, kind: str) -> list[Any]:
    """The items whose class stands for a kind; values that were kept raw have no class and are left out."""
    return [item for item in _items(value) if getattr(type(item), "__tag__", None) == kind]


class ThreadMessageMembers:
    """The parts of one message by kind."""

    if TYPE_CHECKING:
        content: Any

    @property
    def text_messages(self) -> list[MessageTextContent]:
        """The text parts."""
        return _of_kind(self.content, "text")

    @property
    def image_contents(self) -> list[MessageImageFileContent]:
        """The image file parts."""
        return _of_kind(self.content, "image_file")

    @property
    def file_citation_annotations(self) -> list[MessageTextFileCitationAnnotation]:
        """The citations of files in all text parts."""
        return self._annotations("file_citation")

    @property
    def file_path_annotations(self) -> list[MessageTextFilePathAnnotation]:
        """The links to files that the code interpreter made, in all text parts."""
        return self._annotations("file_path")

    @property
    def url_citation_annotations(self) -> list[MessageTextUrlCitationAnnotation]:
        """The citations of web pages in all text parts."""
        return self._annotations("url_citation")

    def _annotations(self, kind: str) -> list[Any]:
        return [found for part in self.text_messages for found in _of_kind(getattr(part.text, "annotations", None), kind)]


class OpenAIPageableListOfThreadMessageMembers:
    """The parts of all messages of one page, in the page's order."""

    if TYPE_CHECKING:
        data: list[ThreadMessage]

    @property
    def text_messages(self) -> list[MessageTextContent]:
        """The text parts of all messages."""
        return [part for message in self._messages() for part in message.text_messages]

    @property
    def image_contents(self) -> list[MessageImageFileContent]:
        """The image file parts of all messages."""
        return [part for message in self._messages() for part in message.image_contents]

    @property
    def file_citation_annotations(self) -> list[MessageTextFileCitationAnnotation]:
        """The citations of files in all messages."""
        return [found for message in self._messages() for found in message.file_citation_annotations]

    @property
    def file_path_annotations(self) -> list[MessageTextFilePathAnnotation]:
        """The links to made files in all messages."""
        return [found for message in self._messages() for found in message.file_path_annotations]

    @property
    def url_citation_annotations(self) -> list[MessageTextUrlCitationAnnotation]:
        """The citations of web pages in all messages."""
        return [found for message in self._messages() for found in message.url_citation_annotations]

    def get_last_message_by_role(self, role: str | MessageRole) -> ThreadMessage | None:
        """The first message of the role in the page's order, which is the newest unless the page was asked for ascending.

        :param role: ``user`` or ``assistant``; ``agent`` is taken as ``assistant``.
        """
        wanted = _role(role)
        return next((message for message in self._messages() if message.role == wanted), None)

    def get_last_text_message_by_role(self, role: str | MessageRole) -> MessageTextContent | None:
        """The first text part of the role's messages in the page's order; messages without text are passed over.

        :param role: ``user`` or ``assistant``; ``agent`` is taken as ``assistant``.
        """
        wanted = _role(role)
        return next((part for m in self._messages() if m.role == wanted for part in m.text_messages), None)

    get_last_message_by_sender = get_last_message_by_role
    get_last_text_message_by_sender = get_last_text_message_by_role

    def _messages(self) -> list[ThreadMessage]:
        found: list[ThreadMessage] = _items(self.data)
        return [message for message in found if isinstance(message, ThreadMessageMembers)]


def _role(role: Any) -> str:
    value = str(getattr(role, "value", role))
    return "assistant" if value == "agent" else value


class MessageDeltaChunkMembers:
    """The text of one piece of a streamed message."""

    if TYPE_CHECKING:
        delta: MessageDelta

    @property
    def text(self) -> str:
        """The text of all text parts of this piece, joined; empty where there is none."""
        parts = _of_kind(getattr(self.delta, "content", None), "text")
        values = [getattr(part.text, "value", None) for part in parts]
        return "".join(value for value in values if isinstance(value, str))
