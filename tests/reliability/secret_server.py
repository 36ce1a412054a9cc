"""A service that has an answer to everything, and can be as careless with secrets as a service can be."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from client.servers import Answer, RawServer, Seen

from .secret_search import SECRETS

__all__ = ["OUTCOMES", "Careless", "Outcome"]

_CONNECTION = {
    "id": "/c/x_1",
    "name": "x_1",
    "properties": {
        "authType": "ApiKey",
        "category": "AzureOpenAI",
        "target": f"https://h.example/?sig={SECRETS['target']}",
        "credentials": {"key": SECRETS["connection"]},
        "applicationInsights": "insights",
        "ConnectionString": f"InstrumentationKey={SECRETS['connection']}",
    },
}
_OBJECT = {
    "id": "x_1",
    "name": "x_1",
    "created_at": 1,
    "status": "completed",
    "thread_id": "t",
    "assistant_id": "a",
    "model": "m",
    "filename": "a.txt",
    "bytes": 1,
    "deleted": True,
    "version": "1",
    "data": [],
    "value": [],
    "first_id": None,
    "last_id": None,
    "has_more": False,
}
_RUN = {"id": "run_1", "object": "thread.run", "thread_id": "t", "assistant_id": "a", "status": "completed"}
_EVENTS = f"event: thread.run.completed\ndata: {json.dumps(_RUN)}\n\nevent: done\ndata: [DONE]\n\n"
_KEEPERS = ("/workspaces/local", "/workspaces/local/", "/insights")
_COOKIE = {"Set-Cookie": f"id={SECRETS['cookie']}"}

Outcome = Callable[[Seen, str], Answer]
"""What a request comes to, by the request and the address of another host."""


def good(seen: Seen, other: str) -> Answer:
    """What was asked for."""
    if b'"stream": true' in seen.body:
        return Answer(body=_EVENTS, headers={"Content-Type": "text/event-stream", **_COOKIE})
    if seen.path.endswith(_KEEPERS) or "/connections" in seen.path:
        return Answer(body={**_CONNECTION, "value": [_CONNECTION]}, headers=_COOKIE)
    return Answer(body=_OBJECT, headers=_COOKIE)


def odd(seen: Seen, other: str) -> Answer:
    """What was asked for, in an answer that is not taken for one."""
    return replace(good(seen, other), status=202)


def repeating(seen: Seen, other: str) -> Answer:
    """A refusal whose words repeat what proves who is calling, as gateways do that are there to find mistakes."""
    told = ", ".join(f"{name}={value}" for name, value in seen.headers.items() if name.lower() in ("api-key", "authorization"))
    return Answer(401, {"error": {"code": "Unauthorized", "message": f"These are not good enough: {told}."}}, _COOKIE)


def repeating_as_text(seen: Seen, other: str) -> Answer:
    """As :func:`repeating`, in an answer that is no JSON, by a service that is not well."""
    return Answer(500, f"cannot serve {seen.headers['api-key'] or seen.headers['Authorization']}", _COOKIE)


def broken(seen: Seen, other: str) -> Answer:
    """A secret that was asked for, in an answer that cannot be read."""
    return Answer(body=f'{{"key": "{SECRETS["connection"]}", "rest": ', headers={"Content-Type": "application/json", **_COOKIE})


def cut(seen: Seen, other: str) -> Answer:
    """An answer that breaks off."""
    return replace(good(seen, other), cut=True)


def silent(seen: Seen, other: str) -> Answer:
    """No answer."""
    return Answer(drop=True)


def elsewhere(seen: Seen, other: str) -> Answer:
    """A redirect to another host, whose address holds a signature."""
    return Answer(302, headers={"Location": f"{other}/away?sig={SECRETS['place']}", **_COOKIE})


OUTCOMES: tuple[Outcome, ...] = (good, odd, repeating, repeating_as_text, broken, cut, silent, elsewhere)


class Careless(RawServer):
    """Answers everything with one outcome.

    :param other: The address of the host that redirects lead to.
    """

    def __init__(self, other: str) -> None:
        super().__init__()
        self.outcome: Outcome = good
        self._other = other

    def _take(self, seen: Seen) -> Answer:
        self.seen.append(seen)
        return self.outcome(seen, self._other)

    @property
    def asked(self) -> list[Any]:
        """What the requests were, for the words of a failure."""
        return [f"{seen.method} {seen.target}" for seen in self.seen]
