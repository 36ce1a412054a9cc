"""Requests that may arrive more than once and are carried out once.

A client whose connection broke cannot know whether its request was carried out. It sends it again under the same key, by the headers
of Repeatable Requests 1.0 (OASIS): ``Repeatability-Request-ID`` names the request, ``Repeatability-First-Sent`` says when it was sent
first. The first of them is carried out, and its answer is written to the store in the transaction that carries it out; those that
follow are given that answer. So there is no moment at which the one is there without the other, not after a crash either; and one that
comes while the first is being carried out waits for it, as transactions do.

Answers are kept for a while, longer than a client goes on trying. When a request was first sent is not looked at, since clocks differ:
a client whose clock is slow would be refused whatever it asks for.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from agentkit.local.errors import ApiError
from agentkit.local.operations import Answered, Awaited, BrokenOff, Events, Result
from agentkit.local.store import Document, Transaction
from agentkit.local.tables import ANSWERS

if TYPE_CHECKING:
    from hashlib import _Hash

    from starlette.requests import Request

__all__ = ["KEPT_SECONDS", "MOST_KEPT", "Answers", "Key", "key_of"]

MOST_KEPT = 10_000
"""So many answers are kept, the newest of them."""

KEPT_SECONDS = 3600
"""An answer is kept for this long. Older ones go with the next request that has a key, looked for once a minute."""

_TRIMMED_EVERY = 256
_TRIMMED_SECONDS = 60
_ID = re.compile(r"[!-~]{1,128}")


@dataclass(frozen=True)
class Key:
    """What makes a request the same as an earlier one.

    :param request_id: The name that its client gave it.
    """

    request_id: str
    _digest: _Hash = field(default_factory=hashlib.sha256, repr=False)

    def covers(self, data: bytes) -> None:
        """Have the key stand for a request that consists of this too."""
        self._digest.update(data)

    async def covering(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Hand on the pieces of a body as they arrive, and have the key stand for them."""
        async for chunk in chunks:
            self.covers(chunk)
            yield chunk

    def fingerprint(self) -> str:
        """What the whole request is known by again."""
        return self._digest.hexdigest()


def key_of(request: Request) -> Key | None:
    """The key of a request, covering its method and address; None where it has none, or changes nothing by its method.

    :raises ApiError: 400, the headers are not what they should be.
    """
    headers = request.headers
    request_id = headers.get("repeatability-request-id")
    if request_id is None or request.method in ("GET", "HEAD"):
        return None
    if not _ID.fullmatch(request_id):
        raise _rejected("Repeatability-Request-ID: it has to be 1 to 128 visible characters, such as a UUID.")
    sent = headers.get("repeatability-first-sent")
    if sent is None:
        raise _rejected("Repeatability-First-Sent: it goes with Repeatability-Request-ID, and was not sent; send an HTTP date.")
    try:
        parsedate_to_datetime(sent)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise _rejected(
            "Repeatability-First-Sent: it has to be an HTTP date, such as 'Sun, 06 Nov 1994 08:49:37 GMT'."
        ) from None
    key = Key(request_id)
    key.covers(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    return key


class Answers:
    """The answers that were given to requests with a key.

    :param clock: The present in unix seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._added = 0
        self._trimmed_at = 0

    def find(self, tx: Transaction, key: Key) -> Answered | BrokenOff | None:
        """The answer that the request was given before; None where it comes for the first time.

        :raises ApiError: 400, the id was given to another request.
        """
        kept = tx.get(ANSWERS, key.request_id)
        if kept is not None:
            if kept["fingerprint"] != key.fingerprint():
                raise _rejected(
                    f"Repeatability-Request-ID: '{key.request_id}' was sent before with another method, address or body; give each "
                    "request an id of its own.",
                )
            return _given_again(kept)
        return None

    def keep(self, tx: Transaction, key: Key, result: Result, *, changed: bool) -> bool:
        """Keep the answer to a request that was just carried out.

        :param changed: Whether the transaction has changed anything; if not, the request may be carried out again.
        :return: Whether the request takes effect once, however often it comes.
        """
        if isinstance(result, Awaited) or (isinstance(result, Events) and result.first is None):
            # What it does goes beyond the transaction.
            return False
        if not changed:
            return True
        answer = _answer(result)
        if answer is None:
            return False
        now = int(self._clock())
        if self._added % _TRIMMED_EVERY == 0 or not 0 <= now - self._trimmed_at < _TRIMMED_SECONDS:
            tx.trim(ANSWERS, most=MOST_KEPT, before=now - KEPT_SECONDS)
            self._trimmed_at = now
        self._added += 1
        tx.insert(ANSWERS, {"id": key.request_id, "created_at": now, "fingerprint": key.fingerprint(), **answer})
        return True


def _answer(result: Result) -> Document | None:
    """What is kept of an answer; None for one that is not made by the time that its request has been carried out."""
    if isinstance(result, Events) and result.first is not None:
        name, data = result.first
        return {"status": 200, "body": data, "event": name}
    if isinstance(result, Answered):
        return {"status": result.status, "body": result.document, "event": None}
    return {"status": 200, "body": result, "event": None} if isinstance(result, dict) else None


def _given_again(kept: Document) -> Answered | BrokenOff:
    """The answer of which :func:`_answer` was kept."""
    return Answered(kept["status"], kept["body"]) if kept["event"] is None else BrokenOff(kept["event"], kept["body"])


def _rejected(message: str) -> ApiError:
    return ApiError(400, message, code="RepeatabilityRejected", headers={"Repeatability-Result": "rejected"})
