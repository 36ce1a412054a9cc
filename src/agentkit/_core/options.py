"""The keywords that every call and every client accepts, checked and resolved to settings."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from .._suggest import unknown_keyword
from .._types import CallOptions, ClientOptions, SharedOptions, StreamedOptions
from .retry import RetryPolicy

__all__ = [
    "CALL_KEYWORDS",
    "READ_TIMEOUT",
    "REPLACED_KEYWORDS",
    "STREAM_TIMEOUT",
    "CallSettings",
    "ClientSettings",
    "call_settings",
    "client_settings",
]

CONNECT_TIMEOUT = 30.0
READ_TIMEOUT = 300.0
STREAM_TIMEOUT = 600.0
"""Seconds between two bytes of a stream of events, where nothing else is said."""

_REPLACED = {
    "transport": "proxies=, connection_verify= and connection_cert= configure the connection",
    "policies": "raw_request_hook= and raw_response_hook= see every request and response, headers= adds to them",
    "run_retry": "create_and_process_run(), create_thread_and_process_run() and runs.create_and_process() take it, which wait for "
    "the end of the run",
    "authentication_policy": "give the key or token credential itself as credential=",
}
REPLACED_KEYWORDS = frozenset(_REPLACED)
"""Keywords that calls do not take, but for those that name them, and whose error says what takes their place."""

# What can be asked to stream its run, and the call that reads the events.
_STREAMED = {
    "create_run": "create_stream",
    "create_thread_and_run": "create_thread_and_run",
    "submit_tool_outputs_to_run": "submit_tool_outputs_to_stream",
}
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SHARED_KEYWORDS = frozenset(SharedOptions.__annotations__)
CALL_KEYWORDS = frozenset({*CallOptions.__annotations__, *StreamedOptions.__annotations__}) | _SHARED_KEYWORDS
"""The keywords that every call takes, and those of calls that may stream."""
_CLIENT_KEYWORDS = frozenset(ClientOptions.__annotations__) | _SHARED_KEYWORDS


@dataclass(frozen=True)
class CallSettings:
    """How one call is made."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    connection_timeout: float | None = CONNECT_TIMEOUT
    read_timeout: float | None = READ_TIMEOUT
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    content_type: str | None = None
    request_id: str | None = None
    logging_enable: bool = False
    user_agent: str | None = None
    raw_request_hook: Callable[[Any], Any] | None = None
    raw_response_hook: Callable[[Any], Any] | None = None
    cls: Callable[[Any, Any, Mapping[str, str]], Any] | None = None
    error_map: Mapping[int, type[Exception]] = field(default_factory=dict)
    stream: bool = False
    stream_parameter: bool | None = None
    follow_up: bool = False
    """The call is one of several that a helper makes, and its caller did not ask for it by name."""


@dataclass(frozen=True)
class ClientSettings:
    """How a client connects, and the settings that its calls start from."""

    call: CallSettings = field(default_factory=CallSettings)
    api_version: str | None = None
    credential_scopes: tuple[str, ...] = ()
    proxies: Mapping[str, str] | None = field(default=None, repr=False)
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    repeatability: bool | None = None


def call_settings(
    operation: str, defaults: CallSettings, options: Mapping[str, Any], own: Callable[[], Iterable[str]]
) -> CallSettings:
    """The settings of one call.

    :param operation: the method's name, for errors.
    :param defaults: the client's settings.
    :param options: the keywords of the call that are not its own.
    :param own: tells the keywords that the method itself takes, for a suggestion.
    :raises TypeError: a keyword is unknown, or of the wrong type.
    :raises ValueError: a value is out of range.
    """
    _check_names(operation, options, CALL_KEYWORDS, own)
    settings = _resolve(operation, defaults, options)
    if settings.stream_parameter:
        _check_streamed(operation, settings)
    return settings


def _check_streamed(operation: str, settings: CallSettings) -> None:
    """Refuse ``stream_parameter=True`` where the answer could not be a stream, or could not be read as one."""
    if operation not in _STREAMED:
        raise TypeError(f"{operation}() does not take stream_parameter=True: its answer is one object")
    if not settings.stream:
        raise TypeError(
            f"{operation}(stream_parameter=True) makes the service answer with events: {_STREAMED[operation]}() reads them, "
            "stream=True with it gives their bytes"
        )


def client_settings(client: str, options: Mapping[str, Any], own: Callable[[], Iterable[str]]) -> ClientSettings:
    """The settings of a client, by the keywords of its constructor; see :func:`call_settings` for the errors."""
    _check_names(client, options, _CLIENT_KEYWORDS, own)
    verify = options.get("connection_verify")
    scopes = options.get("credential_scopes") or ()
    return ClientSettings(
        call=_resolve(client, CallSettings(), {k: v for k, v in options.items() if k in _SHARED_KEYWORDS}),
        api_version=options.get("api_version"),
        credential_scopes=(scopes,) if isinstance(scopes, str) else tuple(scopes),
        proxies=None if options.get("proxies") is None else _proxies(client, options["proxies"]),
        verify=True if verify is None else verify if isinstance(verify, bool) else os.fspath(verify),
        cert=options.get("connection_cert"),
        repeatability=_flag(client, "repeatability", options.get("repeatability")),
    )


def _check_names(function: str, options: Mapping[str, Any], known: frozenset[str], own: Callable[[], Iterable[str]]) -> None:
    for name in options:
        if name in _REPLACED:
            raise TypeError(f"{function}() does not take {name}=: {_REPLACED[name]}")
        if name not in known:
            raise unknown_keyword(function, name, known | set(own()))


def _resolve(function: str, defaults: CallSettings, options: Mapping[str, Any]) -> CallSettings:
    changes: dict[str, Any] = {}
    for name in ("content_type", "request_id", "user_agent"):
        if options.get(name) is not None:
            changes[name] = _header_text(function, name, options[name])
    for name in ("connection_timeout", "read_timeout"):
        if name in options:
            changes[name] = _seconds(function, name, options[name])
    for name in ("raw_request_hook", "raw_response_hook", "cls"):
        if options.get(name) is not None:
            changes[name] = _callable(function, name, options[name])
    checks: dict[str, Callable[[str, str, Any], Mapping[Any, Any]]]
    checks = {"headers": _headers, "params": _mapping, "error_map": _error_map}
    for name, checked in checks.items():
        if options.get(name) is not None:
            changes[name] = {**getattr(defaults, name), **checked(function, name, options[name])}
    for name in ("logging_enable", "stream", "stream_parameter"):
        if options.get(name) is not None:
            changes[name] = bool(options[name])
    changes["retry"] = RetryPolicy.from_keywords(defaults.retry, {k: v for k, v in options.items() if k.startswith("retry_")})
    return replace(defaults, **changes)


def _header_text(function: str, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{function}() takes {name}= as text, not {type(value).__name__}")
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"{function}() takes {name}= without line breaks and characters beyond ASCII: it travels in a header")
    return value


def _seconds(function: str, name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{function}() takes {name}= as seconds or None, not {type(value).__name__}")
    if not value > 0:
        raise ValueError(f"{function}() takes {name}= as seconds above 0 or None, not {value}")
    return float(value)


def _callable(function: str, name: str, value: Any) -> Any:
    if not callable(value):
        raise TypeError(f"{function}() takes {name}= as a callable, not {type(value).__name__}")
    return value


def _flag(function: str, name: str, value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise TypeError(f"{function}() takes {name}= as True, False or None, not {type(value).__name__}")
    return value


def _mapping(function: str, name: str, value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{function}() takes {name}= as a mapping, not {type(value).__name__}")
    return value


def _texts(function: str, name: str, value: Any) -> Mapping[str, str]:
    for item in _mapping(function, name, value).items():
        if not all(isinstance(part, str) for part in item):
            raise TypeError(f"{function}() takes {name}= as a mapping from text to text; the entry {item[0]!r} is none")
    return {**value}


def _proxies(function: str, value: Any) -> Mapping[str, str]:
    """Addresses of proxies, of which the errors show none: there may be a password in it."""
    proxies = _texts(function, "proxies", value)
    for scheme, url in proxies.items():
        try:
            parts = urlsplit(url)
            is_address = parts.scheme in _PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_address = False
        if not is_address:
            raise ValueError(
                f"{function}() was given as the entry {scheme!r} of proxies= no address of a proxy: write "
                f"http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT; the schemes are {', '.join(_PROXY_SCHEMES)}"
            )
    return proxies


def _headers(function: str, name: str, value: Any) -> Mapping[str, str]:
    for header, content in _texts(function, name, value).items():
        if not _HEADER_NAME.fullmatch(header):
            raise ValueError(f"{function}() was given {header!r} in {name}=, which is no name of a header")
        _header_text(function, f"{name}[{header!r}]", content)
    return {**value}


def _error_map(function: str, name: str, value: Any) -> Mapping[int, Any]:
    for status, error in _mapping(function, name, value).items():
        _callable(function, f"{name}[{status!r}]", error)
    return {**value}
