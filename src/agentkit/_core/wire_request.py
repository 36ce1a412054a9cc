"""From a request value to what goes over the wire: address, headers, bytes."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from .._request import Request, with_body_read
from .._version import __version__
from .._wire import to_wire
from .masking import is_secret, masked

__all__ = ["encode_body", "is_secret", "join_url", "link_url", "masked", "merged_headers", "redirect_target", "user_agent"]

# These ask for the same request at another address; the others have come to mean a GET.
_REPEATED = frozenset({307, 308})
_REDIRECTS = frozenset({301, 302, 303}) | _REPEATED


def join_url(base: str, path: str, params: Mapping[str, Any]) -> str:
    """The address of a request. A tuple or list is one value, its items encoded one by one and joined by literal commas."""
    pairs = "&".join(
        f"{quote(str(name), safe='[]')}={_query_value(value)}" for name, value in params.items() if value is not None
    )
    return f"{base}{path}?{pairs}" if pairs else f"{base}{path}"


def link_url(url: str, version_name: str, version: str) -> str:
    """The address of a page that the service named by a link: its query as it is, but for the api-version, which is the caller's."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name.lower().replace("-", "") != "apiversion"]
    query = urlencode([*kept, (version_name, version)], quote_via=quote, safe="")
    return f"{parts.scheme}://{parts.netloc}{quote(parts.path, safe='/%:@!$&()*+,;=~')}?{query}"


def _query_value(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return ",".join(quote(str(to_wire(item)), safe="") for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(str(to_wire(value)), safe="")


def user_agent(prefix: str | None) -> str:
    """What the client says of itself, after what its user wants said first."""
    # platform.platform() says hardly more, and starts a process to find out the processor's name.
    system = f"{platform.system()}-{platform.release()}-{platform.machine()}"
    own = f"agentkit/{__version__} Python/{platform.python_version()} ({system})"
    return f"{prefix} {own}" if prefix else own


def encode_body(request: Request[Any]) -> Any:
    """The body's bytes, an upload's chunks, or None. A binary stream is read to its end here, so that it can be sent again.

    :raises TypeError: a value of the body has no JSON form.
    """
    if request.parts is not None:
        return request.parts
    body = with_body_read(request).body
    if body is None or isinstance(body, bytes):
        return body
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise TypeError(f"{request.operation}() was given a value that has no JSON form: {error}") from error


def merged_headers(*layers: Mapping[str, str]) -> dict[str, str]:
    """Headers of which a later layer replaces those of the same name, however that is written, in an earlier one."""
    merged: dict[str, tuple[str, str]] = {}
    for layer in layers:
        merged.update({name.lower(): (name, value) for name, value in layer.items()})
    return dict(merged.values())


def redirect_target(method: str, url: str, status: int, headers: Mapping[str, str]) -> str | None:
    """Where a redirect leads; None when it is not to be followed.

    A redirect to another scheme is not followed: from https, the rest would be open to read; and a pool of connections that was
    made for plain http checks no certificates. What changes something is sent again as it is where the status asks for that, and to
    the same server only: nobody else is to have its content.
    """
    location = headers.get("location")
    if status not in _REDIRECTS or not location:
        return None
    try:
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
        is_address = bool(there.hostname) and there.port != 0
    except ValueError:  # of a port beyond all others, too
        return None
    if not is_address or here.scheme != there.scheme:
        return None
    if method in ("GET", "HEAD"):
        return target
    return target if status in _REPEATED and here.netloc == there.netloc else None
