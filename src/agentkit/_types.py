"""Sentinels and aliases that every layer may use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, Union

from typing_extensions import TypeAlias, TypedDict

if TYPE_CHECKING:
    from azure.core.credentials import AzureKeyCredential, TokenCredential
    from azure.core.credentials_async import AsyncTokenCredential

    from .local import Hosting

__all__ = [
    "JSON",
    "LOCAL_KEYWORDS",
    "UNSET",
    "AsyncCredential",
    "Body",
    "CallOptions",
    "ClientOptions",
    "Credential",
    "FileContent",
    "FileType",
    "LocalClientOptions",
    "LocalOptions",
    "Progress",
    "RequestOptions",
    "RunOptions",
    "StreamOptions",
    "StreamedOptions",
    "ToolOptions",
    "ToolSource",
]


class _Unset(Enum):
    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final[Any] = _Unset.UNSET
"""The default of a parameter that was not given, where None is a value or nothing may stand in for it."""

JSON: TypeAlias = Mapping[str, Any]
Body: TypeAlias = Union[JSON, IO[bytes]]
"""A ready request body: a mapping by wire names, or a binary stream of JSON that is sent as it is."""

FileContent: TypeAlias = Union[str, bytes, IO[str], IO[bytes]]
FileType: TypeAlias = Union[
    FileContent,
    "tuple[str | None, FileContent]",
    "tuple[str | None, FileContent, str | None]",
]
"""What ``upload_file(file=...)`` takes: the content, or (name, content), or (name, content, content type)."""

Progress: TypeAlias = Callable[[int, int], Any]
"""Called with the bytes that have gone by and the bytes in all, 0 while that is not known."""

Credential: TypeAlias = "str | AzureKeyCredential | TokenCredential"
"""A key as text, an AzureKeyCredential, or anything with ``get_token``."""
AsyncCredential: TypeAlias = "str | AzureKeyCredential | TokenCredential | AsyncTokenCredential"
"""As :data:`Credential`, and credentials whose ``get_token`` is awaited."""


class ToolSource(Protocol):
    """Anything that carries tool definitions and resources: a tool, or a set of tools."""

    @property
    def definitions(self) -> Iterable[Any]: ...

    @property
    def resources(self) -> Any: ...


class SharedOptions(TypedDict, total=False):
    """The keywords that calls accept, and clients as the defaults of their calls."""

    headers: Mapping[str, str] | None
    params: Mapping[str, Any] | None
    connection_timeout: float | None
    read_timeout: float | None
    retry_total: int
    retry_connect: int
    retry_read: int
    retry_status: int
    retry_backoff_factor: float
    retry_backoff_max: float
    retry_mode: Any
    retry_on_status_codes: Iterable[int]
    retry_on_methods: Iterable[str]
    retry_after_max: float
    logging_enable: bool
    user_agent: str | None
    raw_request_hook: Callable[[Any], Any] | None
    raw_response_hook: Callable[[Any], Any] | None
    error_map: Mapping[int, type[Exception]] | None


class RequestOptions(SharedOptions, total=False):
    """The keywords that belong to one request, but for the kind of its body."""

    request_id: str | None
    cls: Callable[[Any, Any, Mapping[str, str]], Any] | None
    stream: bool


class CallOptions(RequestOptions, total=False):
    """The keywords that every call accepts besides its own.

    ``headers`` and ``params`` are added to the request; ``request_id`` is its x-ms-client-request-id; the timeouts are seconds;
    ``retry_total`` and the other retry keywords override the client's; ``logging_enable`` logs this call's headers to the logger
    ``agentkit``; the hooks see the request before it is sent and the response when it has come; ``cls`` is called with
    (response, result, headers) and its return value is returned; ``error_map`` maps a status to an exception class; ``stream``
    returns the response's bytes as an iterator.
    """

    content_type: str | None


class StreamedOptions(CallOptions, total=False):
    """The keywords of a call whose answer may be a stream of events: ``stream_parameter=True`` asks for it, and goes with ``stream``."""

    stream_parameter: bool | None


class ToolOptions(TypedDict, total=False):
    """How the function calls of a run are made; accepted by every call that makes them.

    ``on_tool_call`` is called with the name and the arguments before each call, and returns None to allow it or
    :class:`~agentkit.Refuse` with a reason that the model reads; ``on_tool_result`` is called with what came of each call, a
    :class:`~agentkit.tools.FunctionOutcome`; what either of them raises cancels the run and comes out. ``on_missing_tool`` is
    ``answer``, which tells the model that a function has no implementation here, or ``raise``, which cancels the run and raises
    :class:`~agentkit.exceptions.MissingToolError`;
    ``max_parallel`` calls of one round run at once, by default 1, with the order of their outputs kept; ``in_thread`` runs sync
    functions in threads (in the async client they hold the event loop otherwise); ``tool_timeout`` is the seconds that each call
    has; ``tool_output`` is ``json``, which writes what a function returned as JSON unless it is a str, or ``str``, which writes it as
    ``str()`` does.
    """

    on_tool_call: Callable[[str, Mapping[str, Any]], Any] | None
    on_tool_result: Callable[[Any], Any] | None
    on_missing_tool: str
    max_parallel: int
    in_thread: bool
    tool_timeout: float | None
    tool_output: str


class RunOptions(CallOptions, ToolOptions, total=False):
    """The keywords that a call accepts which runs an agent and makes the function calls of the run."""


class StreamOptions(RequestOptions, ToolOptions, total=False):
    """As :class:`RunOptions`, for a call that names ``content_type`` itself."""


class ClientOptions(SharedOptions, total=False):
    """The keywords that a client's constructor accepts: the defaults of its calls, and the connection's own.

    ``enable_auto_function_calls`` is what the method of that name of ``client.agents`` takes: functions, a tool or a set of tools.
    ``repeatability`` says whether the service honours the headers of Repeatable Requests 1.0, so that a call which changes something is
    sent again, under the same key, where its answer was lost; by default the embedded service does, and one at an address of this machine
    once it has said so.
    """

    enable_auto_function_calls: Any

    api_version: str | None
    credential_scopes: list[str] | str | None
    proxies: Mapping[str, str] | None
    connection_verify: bool | str | os.PathLike[str] | None
    connection_cert: str | tuple[str, str] | None
    repeatability: bool | None


class LocalOptions(TypedDict, total=False):
    """The keywords that ``local()`` hands on to the service that it starts; :class:`~agentkit.local.LocalService` says what they do."""

    host: str
    port: int
    port_file: str | os.PathLike[str] | None
    key: str | None
    tls: bool
    model: Any
    model_name: str | None
    model_key_env: str | None
    code_interpreter: bool | None
    allow_download: bool
    app_insights: str | None
    clock: Callable[[], float]
    delta_delay: float
    client_timeout: float
    log_level: str | None
    connections: Mapping[str, Mapping[str, Any]] | Sequence[Mapping[str, Any]] | str | os.PathLike[str] | None
    hosting: Hosting | None


LOCAL_KEYWORDS = tuple(LocalOptions.__annotations__)


class LocalClientOptions(ClientOptions, LocalOptions, total=False):
    """The keywords that ``local()`` accepts: those of the client and those of its service."""
