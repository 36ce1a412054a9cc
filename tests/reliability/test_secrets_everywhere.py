"""No secret shows where it has no business: every public call of both clients, with credentials of every kind, come what may."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential

import agentkit
from client.faces import Connect, Face
from client.servers import Answer, RawServer
from telemetry.spans import Spans

from .secret_calls import Call, calls_of
from .secret_search import KEY, SECRETS, TOKEN, Ears, Findings, of_error, of_value
from .secret_server import OUTCOMES, Careless, Outcome

MINE = {"X-Functions-Key": SECRETS["header"], "Cookie": f"mine={SECRETS['cookie']}"}
SIGNED = {"sig": SECRETS["query"]}


class Caller:
    """A token credential."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(TOKEN, 4_000_000_000)


class AwaitedCaller:
    """A token credential of the async client."""

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(TOKEN, 4_000_000_000)

    async def close(self) -> None:
        """Nothing is open."""


SOME = frozenset({"create_agent", "get_agent", "create_stream", "upload_file", "save_file", "list_agents"})
EXPECTED = {
    "good": {"a value"},
    "odd": {"HttpResponseError"},
    "repeating": {"ClientAuthenticationError"},
    "repeating_as_text": {"HttpResponseError"},
    "broken": {"DecodeError"},
    "cut": {"ServiceResponseError"},
    "silent": {"ServiceResponseError"},
    "elsewhere": {"ClientAuthenticationError", "HttpResponseError"},
}
"""What calls come to, among others: a download has no JSON that could be broken."""

CREDENTIALS: dict[str, Any] = {"text": KEY, "key": AzureKeyCredential(KEY), "token": Caller(), "awaited": AwaitedCaller()}


@pytest.fixture
def other() -> Iterator[RawServer]:
    """Another host, which must be shown nothing."""
    with RawServer(Answer(401, {"error": {"message": "Who are you?"}})) as server:
        yield server


@pytest.fixture
def careless(other: RawServer) -> Iterator[Careless]:
    server = Careless(other.url)
    with server:
        yield server


class Stage:
    """A client of the careless service, and everything that it shows."""

    def __init__(self, client: Any, face: Face, careless: Careless, other: RawServer, spans: Spans, folder: Path) -> None:
        self.client, self._face, self._careless, self._other = client, face, careless, other
        self._spans, self._folder = spans, folder
        self.findings = Findings()
        self.calls = list(calls_of(client))
        self.outcomes: set[str] = set()

    async def play(self, call: Call, outcome: Outcome) -> None:
        """Make a call that comes to an outcome, and look at all that it shows."""
        where = f"{call} ({outcome.__name__})"
        self._careless.outcome = outcome
        for server in (self._careless, self._other):
            server.seen.clear()
        self._spans.clear()
        with Ears() as ears:
            shown = [(place, text, call.gives) async for place, text in self._made(call)]
        shown += [("a log record", text, ()) for text in ears.heard]
        shown += [("a span", self._spans.text(), ())]
        shown += [
            ("the other host's request", f"{one.target} {one.headers} {one.body!r}", ("place",)) for one in self._other.seen
        ]
        shown += [("an address", one.target, ("query", "place")) for one in self._careless.seen]
        for place, text, given in shown:
            self.findings.look(f"{where}: {place}", text, but=given)

    async def _made(self, call: Call) -> AsyncIterator[tuple[str, str]]:
        try:
            result = await call.made(self.client, self._face, self._folder, headers=MINE, params=SIGNED)
        except Exception as error:  # noqa: BLE001 - whatever a call raises is looked at
            self.outcomes.add(type(error).__name__)
            for place in of_error(error):
                yield place
        else:
            self.outcomes.add("a value")
            for place in of_value(result):
                yield place


@pytest.fixture
def stage(
    request: pytest.FixtureRequest,
    face: Face,
    connect: Connect,
    careless: Careless,
    other: RawServer,
    recorded: Spans,
    tmp_path: Path,
) -> Stage:
    """The client of the face, with a credential of the kind that the test names."""
    credential = CREDENTIALS[request.param]
    if request.param == "awaited" and not face.waits:
        pytest.skip("the sync client takes no credential that is awaited")
    client = connect(careless.url, credential, credential_scopes=["scope"], logging_enable=True, retry_total=0, read_timeout=5)
    return Stage(client, face, careless, other, recorded, tmp_path)


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.__name__)
@pytest.mark.parametrize("stage", ["text"], indirect=True)
async def test_no_call_shows_a_secret(stage: Stage, outcome: Outcome) -> None:
    for call in stage.calls:
        await stage.play(call, outcome)
    assert stage.findings.found == []
    assert stage.outcomes >= EXPECTED[outcome.__name__]


@pytest.mark.parametrize("stage", ["key", "token", "awaited"], indirect=True)
async def test_no_credential_shows(stage: Stage) -> None:
    for call in stage.calls:
        if call.name in SOME:
            for outcome in OUTCOMES:
                await stage.play(call, outcome)
    assert stage.findings.found == []
    assert stage.outcomes >= set().union(*EXPECTED.values())


def test_every_group_of_operations_is_called(careless: Careless) -> None:
    """The calls are found by looking at the client, so that a new one is among them."""
    with agentkit.AIProjectClient(careless.url, KEY) as client:
        named = {str(call) for call in calls_of(client)}
    assert {
        "agents.create_agent",
        "agents.create_version",
        "connections.get",
        "evaluations.create",
        "telemetry.get_connection_string",
    } <= named
    assert len(named) > 75


async def test_a_secret_that_shows_is_found(careless: Careless, other: RawServer, spans: Spans, tmp_path: Path) -> None:
    """What looks for secrets would see one in each of the places."""

    class Telling(Exception):
        def __init__(self) -> None:
            super().__init__("no")
            self.__cause__ = ValueError(f"the key {KEY}")

    findings = Findings()
    for place, text in of_error(Telling()):
        findings.look(place, text)
    with Ears() as ears:
        logging.getLogger("agentkit").debug("sent %s", {"api-key": KEY})
    findings.look("the log", "".join(ears.heard))
    for place, text in of_value({"cookie": SECRETS["cookie"]}):
        findings.look(place, text)
    assert len(findings.found) == 7, findings.found
    findings.look("what was asked for", KEY, but=("key",))
    assert len(findings.found) == 7
