"""Hand-written members of generated models: what the mirrored client adds to the plain fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ._attached import attached
from ._citations import CitationStyle, render_message
from ._structured import parse_answer

if TYPE_CHECKING:
    from ._generated.enums import MessageRole
    from ._generated.models.hosted import ContainerConfiguration, ProtocolVersionRecord
    from ._generated.models.messages import (
        MessageImageFileContent,
        MessageTextContent,
        MessageTextFileCitationAnnotation,
        MessageTextFilePathAnnotation,
        MessageTextUrlCitationAnnotation,
        ThreadMessage,
    )
    from ._generated.models.streams import MessageDelta
    from ._generated.models.vector_stores import VectorStoreFile

__all__ = [
    "AgentDetailsMembers",
    "AgentVersionDetailsMembers",
    "FailedFilesMembers",
    "HostedAgentDefinitionMembers",
    "MessageDeltaChunkMembers",
    "OpenAIPageableListOfThreadMessageMembers",
    "ThreadMessageMembers",
    "VectorStoreFileBatchMembers",
    "VectorStoreMembers",
]

M = TypeVar("M")


def _items(value: Any) -> list[Any]:
    """The value of a list field; nothing where the service sent none, or something else."""
    return value if isinstance(value, list) else []


def _of_kind(value: Any, kind: str) -> list[Any]:
    """The items whose class stands for a kind; values that were kept raw have no class and are left out."""
    if not isinstance(value, list):
        return []
    return [item for item in value if getattr(type(item), "__tag__", None) == kind]


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

    def render(self, citations: CitationStyle = "footnotes", files: Mapping[str, str] | None = None) -> str:
        """The text of the message with its citation markers made readable. Nothing is fetched.

        :param citations: ``footnotes`` puts `` [n]`` in place of each marker and a list at the end; ``markdown`` uses Markdown's own
            footnotes and links; ``strip`` takes the markers out; ``keep`` changes nothing.
        :param files: file ids to names; a file that is not in it is called by its id.
        :return: the text parts, joined by line ends.
        :raises ValueError: the style is none of these.
        """
        return render_message(self, citations, files)

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

    def parse_last(self, model: type[M]) -> M:
        """The assistant's last text as a value of a type, for answers to a ``response_format``.

        :param model: a pydantic model class, or any type that pydantic reads.
        :raises ValueError: there is no text of the assistant on the page, or it is not of that form.
        """
        last = self.get_last_text_message_by_role("assistant")
        return parse_answer(getattr(last.text, "value", None) if last else None, model)

    get_last_message_by_sender = get_last_message_by_role
    get_last_text_message_by_sender = get_last_text_message_by_role

    def _messages(self) -> list[ThreadMessage]:
        found: list[ThreadMessage] = _items(self.data)
        return [message for message in found if isinstance(message, ThreadMessageMembers)]


def _role(role: Any) -> str:
    value = str(getattr(role, "value", role))
    return "assistant" if value == "agent" else value


class FailedFilesMembers:
    """The files of a vector store or batch that could not be taken in."""

    @property
    def failed_files(self) -> list[VectorStoreFile]:
        """The files that failed, each with its reason as ``last_error``, where a helper that waits has looked; otherwise empty."""
        failed: list[VectorStoreFile] = attached(self, "failed_files", [])
        return failed


class VectorStoreMembers(FailedFilesMembers):
    """See :class:`FailedFilesMembers`."""


class VectorStoreFileBatchMembers(FailedFilesMembers):
    """See :class:`FailedFilesMembers`."""


class MessageDeltaChunkMembers:
    """The text of one piece of a streamed message."""

    if TYPE_CHECKING:
        delta: MessageDelta

    @property
    def text(self) -> str:
        """The text of all text parts of this piece, joined; empty where there is none."""
        told = ""
        for part in _of_kind(getattr(self.delta, "content", None), "text"):
            value = getattr(part.text, "value", None)
            if isinstance(value, str):
                told += value
        return told


class AgentVersionDetailsMembers:
    """How far the deployment of a version has come, under whichever name the service tells it."""

    if TYPE_CHECKING:
        state_: str | None
        status: Any

    @property
    def state(self) -> str | None:
        """How far the deployment has come, such as ``creating``, ``active`` or ``failed``: what the service sends as ``state``, else
        what it sends as ``status``; None where it sends neither."""
        told = self.state_ if self.state_ is not None else self.status
        return None if told is None else str(told)

    @state.setter
    def state(self, value: str | None) -> None:
        self.state_ = value


class AgentDetailsMembers:
    """Where an agent stands."""

    if TYPE_CHECKING:
        state_: str | None
        versions: Any

    @property
    def state(self) -> str | None:
        """Where the agent stands: what the service sends as its ``state``, else the state of its newest version; None where it sends
        neither."""
        latest = getattr(self.versions, "latest", None)
        return self.state_ if self.state_ is not None else getattr(latest, "state", None)

    @state.setter
    def state(self, value: str | None) -> None:
        self.state_ = value


class HostedAgentDefinitionMembers:
    """What a hosted agent consists of, in either of the two spellings that there are: what was given in one is read in both."""

    if TYPE_CHECKING:
        image_: str | None
        container_configuration: ContainerConfiguration | None
        container_protocol_versions_: list[ProtocolVersionRecord] | None
        protocol_versions_: list[ProtocolVersionRecord] | None

    @property
    def image(self) -> str | None:
        """Container image with registry and tag; that of the ``container_configuration`` where it stands there alone."""
        return self.image_ if self.image_ is not None else getattr(self.container_configuration, "image", None)

    @image.setter
    def image(self, value: str | None) -> None:
        self.image_ = value
        if self.container_configuration is not None:
            self.container_configuration.image = value  # type: ignore[assignment]

    @property
    def container_protocol_versions(self) -> list[ProtocolVersionRecord] | None:
        """Protocols that the container speaks, also where they were given as ``protocol_versions``."""
        earlier = self.container_protocol_versions_
        return earlier if earlier is not None else self.protocol_versions_

    @container_protocol_versions.setter
    def container_protocol_versions(self, value: list[ProtocolVersionRecord] | None) -> None:
        self.container_protocol_versions_ = value
        if self.protocol_versions_ is not None:
            self.protocol_versions_ = value

    @property
    def protocol_versions(self) -> list[ProtocolVersionRecord] | None:
        """Protocols that the container speaks, also where they were given as ``container_protocol_versions``."""
        later = self.protocol_versions_
        return later if later is not None else self.container_protocol_versions_

    @protocol_versions.setter
    def protocol_versions(self, value: list[ProtocolVersionRecord] | None) -> None:
        self.protocol_versions_ = value
        if self.container_protocol_versions_ is not None:
            self.container_protocol_versions_ = value
