"""Checks on URLs and their parts whose errors never repeat a part of the input that may be a secret."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

__all__ = ["Url", "clean", "is_loopback", "parse", "require_secure", "segment"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_QUOTES = "[\"'`\u2018\u2019\u201c\u201d]"
_SLIPS = (
    (re.compile(r"\A\Z"), "is empty"),
    (re.compile(rf"\A{_QUOTES}|{_QUOTES}\Z"), "has quotation marks around it, which are no part of it; remove them"),
    (
        re.compile(r"\A\w+\s*="),
        "starts with NAME=, like a line of a .env file or the connection string of another service; give the value alone",
    ),
    (re.compile(r"[<>{}]"), "still has a placeholder in <> or {}; put the real value there"),
    (_CONTROL, "has a line break or another control character in it"),
    (re.compile(r"[\ud800-\udfff]"), "has half of a character in it, which nothing can be sent with; type it anew"),
)
_HOST = re.compile(r"(?!-)[a-z0-9_-]+(?<!-)(?:\.(?!-)[a-z0-9_-]+(?<!-))*", re.ASCII)
_OWN_PORT = {"https": 443, "http": 80}
_SHOWN = 100  # characters of a path in an error text
_SECURE = "keys and tokens go over https, or over http to a loopback host, only"


class Url(NamedTuple):
    """An http or https URL without user information, query and fragment; the host in lower case, no slash at the end."""

    scheme: str
    host: str
    port: int | None
    path: str

    @property
    def loopback(self) -> bool:
        """Whether the host is this machine."""
        return is_loopback(self.host)

    @property
    def origin(self) -> str:
        """Scheme, host and, where it is not the scheme's own, port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port in (None, _OWN_PORT[self.scheme]) else f":{self.port}")

    def __str__(self) -> str:
        return self.origin + (self.path if len(self.path) <= _SHOWN else self.path[:_SHOWN] + "...")


def is_loopback(host: str) -> bool:
    """Whether a host is ``localhost``, an address of 127.0.0.0/8, or ``::1``, with or without brackets."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address == ipaddress.IPv6Address("::1") or (address.version == 4 and address.is_loopback)


def require_secure(url: str) -> None:
    """Refuse, with a ValueError, a URL that is neither https nor http to a loopback host."""
    parts = _split(url)
    # Parsers disagree on where the host ends in URLs with these, and a key must not follow the wrong reading.
    if parts is None or not parts.hostname or "@" in parts.netloc or re.search(r"[\\\s]", url) or _CONTROL.search(url):
        raise ValueError(f"no key or token is sent to a URL of this form; {_SECURE}")
    if not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))):
        raise ValueError(f"no key or token is sent to {parts.scheme}://{parts.hostname}; {_SECURE}")


def clean(label: str, value: object, expected: str) -> str:
    """Strip the blanks around a string, and refuse what a slip of copy and paste leaves around it or in it.

    :param label: What the string is, for the error text.
    :param value: What was given.
    :param expected: What would be right, for the end of the error text.
    :return: The string without blanks around it.
    :raises TypeError: It is neither a string nor None.
    :raises ValueError: It is missing, or malformed whatever it should be.
    """
    if value is None:
        raise ValueError(f"{label} is missing; {expected}")
    if not isinstance(value, str):
        raise TypeError(f"{label} must be a str, not {type(value).__name__}; {expected}")
    text = value.strip()
    for slip, problem in _SLIPS:
        if slip.search(text):
            raise ValueError(f"{label} {problem}; {expected}")
    return text


def segment(label: str, value: object) -> str:
    """Check the name of a resource before it becomes one segment of a path.

    :param label: What the name is, for the error text.
    :param value: What was given.
    :return: The name without blanks around it.
    :raises TypeError: It is neither a string nor None.
    :raises ValueError: It is missing, or cannot be a name.
    """
    text = clean(label, value, "give the name or id alone")
    wrong = next((character for character in text if character in "/\\?#;"), "")
    if wrong or text in (".", ".."):
        raise ValueError(f"{label} must be a name or an id alone, without {wrong or text!r} in it")
    return text


def parse(label: str, text: str, expected: str = "") -> Url:
    """Read an absolute URL that holds no secret and to which secrets may go.

    :param label: What the URL is, for the error text.
    :param text: The URL, cleaned.
    :param expected: What would be right, for the end of the error of a text without a scheme.
    :return: The URL, its path without slashes at the end.
    :raises ValueError: It is no such URL; the text says what is wrong with it.
    """
    if "@" in text:
        raise ValueError(f"{label} has a user name or password before the host; give it without, and the key as credential")
    if "://" not in text:
        raise ValueError(f"{label} has no scheme; it must start with https://, or with http:// for a loopback host{expected}")
    if "?" in text or "#" in text:
        raise ValueError(
            f"{label} has a query or a fragment; end it before the '?' or '#' (the api-version is set by api_version=)"
        )
    parts = _split(text)
    if parts is not None and parts.hostname and not parts.hostname.isascii():
        raise ValueError(f"{label} has a host with characters beyond ASCII; hosts of these services have none, so type it anew")
    if parts is None or not parts.hostname or not _is_host(parts.hostname):
        raise ValueError(f"{label} has a host that is malformed, or a port that is no number from 0 to 65535")
    if re.search(r"[\\\s]", text):
        raise ValueError(f"{label} has a blank or a backslash in it")
    if parts.scheme not in _OWN_PORT:
        raise ValueError(f"{label} has the scheme {parts.scheme!r}; it must be https, or http for a loopback host")
    url = Url(parts.scheme, parts.hostname, parts.port, parts.path.rstrip("/"))
    if url.scheme == "http" and not url.loopback:
        hint = "127.0.0.1 reaches a service that listens there" if url.host in ("0.0.0.0", "::") else "write it with https://"
        raise ValueError(f"{label} {url.origin} is not secure: {_SECURE}; {hint}")
    return url


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return None
    return parts


def _is_host(host: str) -> bool:
    if ":" not in host:
        return bool(_HOST.fullmatch(host))
    try:
        return ipaddress.ip_address(host).version == 6 and "%" not in host
    except ValueError:
        return False
