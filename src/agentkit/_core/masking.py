"""What may be shown of what goes over the wire: everything but the secrets in it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

__all__ = ["HIDDEN", "LibraryRecords", "is_secret", "masked", "masked_url", "without"]

HIDDEN = "***"

_SHORTEST = 8  # characters of a secret that is looked for

_SECRET = re.compile("auth|key|token|secret|cookie|password|signature|credential", re.IGNORECASE)

# The name of a pair of a query. It has an end, since a text of nothing but separators is read once from each of them.
_NAME = re.compile(r"(?<=[?&;])[^=&;#\s]{1,256}(?==)")
_VALUE = re.compile(r"=[^&;#\s'\"]*")

# A name whose value proves something: beside the above, the signatures of storage and of functions.
_PROVES = re.compile(r"auth|key|token|secret|password|signature|credential|(?:\A|\?)(?:sig|code|sas)\Z", re.IGNORECASE)
_LOGIN = re.compile(r"(?<=://)[^/@\s'\"]+(?=@)")

# As a library logs the headers of an answer: (b'Set-Cookie', b'id=1').
_LOGGED_HEADER = re.compile(r"""\(b'([^']*)', b(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\)""")


def is_secret(header: str) -> bool:
    """Whether a header of this name may hold a secret: it is not logged and does not follow a redirect to another host."""
    return _SECRET.search(header) is not None


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with every secret replaced, for logs: whole values, and those in the query of an address."""
    return {name: HIDDEN if is_secret(name) else masked_url(value) for name, value in headers.items()}


def masked_url(url: str) -> str:
    """An address, or a text with addresses in it, without logins and without the signatures and keys of its query."""
    return _LOGIN.sub(HIDDEN, _without_proofs(url))


def without(told: bytes, secret: str | None) -> bytes:
    """What a service said, with the places hidden in which it repeats a secret; one of a few characters stands in any text, and stays."""
    if secret is None or len(secret) < _SHORTEST:
        return told
    return told.replace(secret.encode(), HIDDEN.encode())


class LibraryRecords(logging.Filter):
    """Hides the secrets in what an HTTP library logs of requests and answers, which it logs as they are.

    It lets every record through. A record is changed only where it is made, which is where somebody wants to see it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        shown = masked_url(_LOGGED_HEADER.sub(_shown_header, text))
        if shown != text:
            record.msg, record.args = shown, None
        return True


def _without_proofs(text: str) -> str:
    shown, done = "", 0
    for name in _NAME.finditer(text):
        value = _VALUE.match(text, name.end())
        if name.start() >= done and value is not None and len(value[0]) > 1 and _PROVES.search(name[0]):
            shown += f"{text[done : name.end()]}={HIDDEN}"
            done = value.end()
    return shown + text[done:]


def _shown_header(found: re.Match[str]) -> str:
    return f"(b'{found[1]}', b'{HIDDEN}')" if is_secret(found[1]) else found[0]
