"""Who the caller is: keys, tokens, and the key of the local service."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from typing import Any

import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential

from agentkit.exceptions import ClientAuthenticationError, HttpResponseError

from .faces import KEY, Connect, Face, done
from .fixtures import Naps
from .servers import AGENT, Answer, RawServer

HTTPS = "https://127.0.0.1:1/api/projects/p"
ENDPOINTS = [
    ("https://eastus.api.azureml.ms", ("s", "g", "p"), "https://ml.azure.com/.default"),
    ("https://r.services.ai.azure.com/api/projects/p", (), "https://ai.azure.com/.default"),
    ("https://r.services.ai.azure.us/api/projects/p", (), "https://ai.azure.us/.default"),
    ("https://r.openai.azure.com", (), "https://cognitiveservices.azure.com/.default"),
    ("https://r.openai.azure.cn", (), "https://cognitiveservices.azure.cn/.default"),
]


class Tokens:
    """A credential that counts how often it is asked, and whose tokens last an hour."""

    def __init__(self, naps: Naps, lasts: float = 3600.0) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.threads: list[threading.Thread] = []
        self._naps = naps
        self._lasts = lasts

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.asked.append(scopes)
        self.threads.append(threading.current_thread())
        return AccessToken(f"token-{len(self.asked)}", int(self._naps.unix + self._lasts))


class AwaitedTokens(Tokens):
    """The same, awaited."""

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().get_token(*scopes)


class Wrapped(Tokens):
    """Its ``get_token`` does not look awaited, and is."""

    def get_token(self, *scopes: str, **_: Any) -> Any:
        given = super().get_token(*scopes)

        async def later() -> AccessToken:
            return given

        return later()


def _shown(raw: RawServer) -> list[str]:
    return [seen.headers["Authorization"] for seen in raw.seen]


@pytest.mark.parametrize("credential", [KEY, f"  {KEY}\n", AzureKeyCredential(KEY)])
async def test_a_key_is_sent_as_key(credential: Any, raw: RawServer, connect: Connect) -> None:
    await done(connect(raw, credential).agents.get_agent("asst_1"))
    assert raw.last.headers.get_all("api-key") == [KEY]
    assert "Authorization" not in raw.last.headers


async def test_an_updated_key_counts_from_the_next_call_on(raw: RawServer, connect: Connect) -> None:
    credential = AzureKeyCredential("first")
    client = connect(raw, credential)
    await done(client.agents.get_agent("asst_1"))
    credential.update("second")
    await done(client.agents.get_agent("asst_1"))
    assert [seen.headers["api-key"] for seen in raw.seen] == ["first", "second"]
    credential.update("new\nsecret")
    with pytest.raises(ValueError, match="line break") as caught:
        await done(client.agents.get_agent("asst_1"))
    assert "secret" not in str(caught.value)


async def test_a_token_is_kept_until_five_minutes_before_its_end(raw: RawServer, connect: Connect, naps: Naps) -> None:
    credential = Tokens(naps)
    client = connect(raw, credential, credential_scopes=["one", "two"])
    for seconds in (0, 3299, 2, 10):
        naps.pass_(seconds)
        await done(client.agents.get_agent("asst_1"))
    assert credential.asked == [("one", "two")] * 2
    assert _shown(raw) == ["Bearer token-1"] * 2 + ["Bearer token-2"] * 2


async def test_a_token_that_was_refused_is_not_used_again(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(401), Answer(body=AGENT)]
    client = connect(raw, Tokens(naps), credential_scopes="scope")
    with pytest.raises(ClientAuthenticationError):
        await done(client.agents.get_agent("asst_1"))
    await done(client.agents.get_agent("asst_1"))
    assert _shown(raw) == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize("face", ["async"], indirect=True)
async def test_calls_at_the_same_time_ask_for_one_token(face: Face, raw: RawServer, naps: Naps) -> None:
    credential = AwaitedTokens(naps)
    async with face.Client(raw.url, credential, credential_scopes=["scope"]) as client:
        await asyncio.gather(*(client.agents.get_agent("asst_1") for _ in range(8)))
    assert len(credential.asked) == 1
    assert set(_shown(raw)) == {"Bearer token-1"}


@pytest.mark.parametrize("face", ["async"], indirect=True)
@pytest.mark.parametrize("kind", [Tokens, AwaitedTokens, Wrapped])
async def test_the_async_client_takes_credentials_of_both_kinds(
    kind: type[Tokens], face: Face, raw: RawServer, naps: Naps
) -> None:
    credential = kind(naps)
    async with face.Client(raw.url, credential, credential_scopes=["scope"]) as client:
        await client.agents.get_agent("asst_1")
    assert _shown(raw) == ["Bearer token-1"]
    own = [thread is threading.current_thread() for thread in credential.threads]
    assert own == [kind is AwaitedTokens], "a credential that blocks must not hold the event loop"


@pytest.mark.parametrize("face", ["sync"], indirect=True)
async def test_the_sync_client_refuses_an_awaited_credential(face: Face, naps: Naps) -> None:
    with pytest.raises(TypeError, match=r"AwaitedTokens is awaited: the sync client takes .* azure\.identity"):
        face.Client(HTTPS, AwaitedTokens(naps))


@pytest.mark.parametrize(("host", "parts", "scope"), ENDPOINTS)
async def test_each_kind_of_endpoint_has_its_scope(
    host: str, parts: tuple[str, ...], scope: str, face: Face, naps: Naps
) -> None:
    class Asked(Exception):
        """Raised in place of a token."""

    class Asking:
        def get_token(self, *scopes: str, **_: Any) -> AccessToken:
            raise Asked(*scopes)

    client = face.Client(host, *parts, credential=Asking())
    with pytest.raises(Asked) as caught:
        await done(client.agents.get_agent("asst_1"))
    assert caught.value.args == (scope,)
    await done(client.close())


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (None, TypeError),
        ("text", TypeError),
        (AccessToken("a\nb", 9_999_999_999), ValueError),
        (AccessToken("ü", 9), ValueError),
    ],
)
async def test_what_is_no_token_is_not_sent(token: Any, error: type[Exception], raw: RawServer, connect: Connect) -> None:
    class Wrong:
        def get_token(self, *_: str, **__: Any) -> Any:
            return token

    with pytest.raises(error, match="Wrong"):
        await done(connect(raw, Wrong(), credential_scopes=["scope"]).agents.get_agent("asst_1"))
    assert not raw.seen


@pytest.mark.parametrize(
    ("credential", "error", "said"),
    [
        (None, ValueError, "a credential is missing"),
        ("", ValueError, "empty"),
        ("  ", ValueError, "empty"),
        (5, TypeError, "int is none of these"),
        (object(), TypeError, "object is none of these"),
        (AzureKeyCredential, TypeError, r"the class AzureKeyCredential itself; give an object of it: AzureKeyCredential\(\)"),
        ("two\nlines", ValueError, "line break"),
        ("schlüssel", ValueError, "beyond ASCII"),
    ],
)
async def test_what_is_no_credential_is_refused(credential: Any, error: type[Exception], said: str, face: Face) -> None:
    for endpoint in (HTTPS, "http://127.0.0.1:1"):
        with pytest.raises(error, match=said) as caught:
            face.Client(endpoint=endpoint, credential=credential)
        assert "lines" not in str(caught.value)


async def test_a_token_for_a_local_service_is_refused(raw: RawServer, face: Face, naps: Naps) -> None:
    with pytest.raises(ValueError, match="takes its key, not a token: give the key as credential, or set AGENTKIT_LOCAL_KEY"):
        face.Client(raw.url, Tokens(naps))


@pytest.mark.parametrize("url", ["http://r.services.ai.azure.com/api/projects/p", "http://10.0.0.5:80", "http://0.0.0.0:80"])
async def test_http_to_another_machine_is_refused(url: str, face: Face) -> None:
    with pytest.raises(ValueError, match="keys and tokens go over https, or over http to a loopback host, only"):
        face.Client(url, KEY)


async def test_the_local_key_stands_in_for_a_credential_on_loopback(
    raw: RawServer, connect: Connect, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTKIT_LOCAL_KEY", "from-the-environment")
    credential = Tokens(naps)
    client = connect(raw, credential)
    await done(client.agents.get_agent("asst_1"))
    assert raw.last.headers["api-key"] == "from-the-environment"
    assert credential.asked == []


async def test_no_other_host_gets_the_local_key(face: Face, naps: Naps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTKIT_LOCAL_KEY", "from-the-environment")
    shown = []

    class Stop(Exception):
        """Raised before anything is sent."""

    def look(request: Any) -> None:
        shown.append(dict(request.http_request.headers))
        raise Stop

    for host, parts, _ in ENDPOINTS:
        for credential in (KEY, Tokens(naps)):
            client = face.Client(host, *parts, credential=credential)
            with pytest.raises(Stop):
                await done(client.agents.get_agent("asst_1", raw_request_hook=look))
            await done(client.close())
    assert len(shown) == 2 * len(ENDPOINTS)
    assert all("from-the-environment" not in headers.values() for headers in shown)
    assert {headers.get("api-key") or headers["authorization"] for headers in shown} == {KEY, "Bearer token-1"}


async def test_a_failing_credential_is_not_wrapped(raw: RawServer, connect: Connect) -> None:
    from azure.core.exceptions import ClientAuthenticationError as TheirError

    class Failing:
        def get_token(self, *_: str, **__: Any) -> AccessToken:
            raise TheirError("log in first")

    client = connect(raw, Failing(), credential_scopes=["scope"])
    for _ in range(2):
        with pytest.raises(TheirError, match="log in first") as caught:
            await done(client.agents.get_agent("asst_1"))
        assert not isinstance(caught.value, HttpResponseError)
        if sys.version_info >= (3, 11):
            assert "set AGENTKIT_LOCAL_KEY to what it printed" in caught.value.__notes__[0]
    assert not raw.seen


DEFAULT = """
import asyncio, json, sys, types
closed = []
class DefaultAzureCredential:
    def __init__(self): closed.append("made")
    def get_token(self, *scopes, **_):
        closed.append(scopes[0])
        raise LookupError("no token here")
    def close(self): closed.append("closed")
sys.modules["azure.identity"] = types.SimpleNamespace(DefaultAzureCredential=DefaultAzureCredential)
import agentkit
client = agentkit.AIProjectClient.from_env()
assert closed == []
try: client.agents.list_agents()
except LookupError: pass
client.close(); client.close()
async def main():
    async with agentkit.aio.AIProjectClient.from_env() as client:
        try: await client.agents.list_agents()
        except LookupError: pass
asyncio.run(main())
print(json.dumps(closed))
"""


def test_the_default_credential_is_made_on_first_use_and_closed_with_the_client() -> None:
    environ = {"PROJECT_ENDPOINT": "https://r.services.ai.azure.com/api/projects/p", "PATH": ""}
    ran = subprocess.run([sys.executable, "-c", DEFAULT], env=environ, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == ["made", "https://ai.azure.com/.default", "closed"] * 2
