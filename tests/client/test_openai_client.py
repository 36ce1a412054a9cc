"""Clients of the openai package that a client hands out: where they speak to, as whom, and that they are really answered."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from typing import Any

import openai
import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential

from agentkit._core.endpoint import Endpoint, from_url, hub_project
from agentkit._core.openai_client import openai_arguments
from agentkit.local import LocalService

from .faces import KEY, Connect, Face, done, inside, pieces
from .servers import Answer, RawServer

MODELS = Answer(body={"object": "list", "data": []})
VERSION = {"api-version": "2025-11-15-preview"}
FOUNDRY = "https://r.services.ai.azure.com/api/projects/p"
SCOPE = "https://ai.azure.com/.default"


@pytest.mark.parametrize(
    ("endpoint", "base_url", "query"),
    [
        (FOUNDRY, f"{FOUNDRY}/openai", VERSION),
        (f"{FOUNDRY}/", f"{FOUNDRY}/openai", VERSION),
        ("https://r.services.ai.azure.us/api/projects/p", "https://r.services.ai.azure.us/api/projects/p/openai", VERSION),
        ("https://r.openai.azure.com", "https://r.openai.azure.com/openai/v1", None),
        ("https://r.openai.azure.com/openai", "https://r.openai.azure.com/openai/v1", None),
        ("http://127.0.0.1:8123", "http://127.0.0.1:8123/api/projects/local/openai", VERSION),
        ("http://127.0.0.1:8123/api/projects/p", "http://127.0.0.1:8123/api/projects/p/openai", VERSION),
        ("https://localhost:8123/openai", "https://localhost:8123/openai/v1", None),
    ],
)
def test_each_kind_of_endpoint_has_its_address(endpoint: str, base_url: str, query: Mapping[str, str] | None) -> None:
    arguments = openai_arguments(from_url(endpoint), {})
    assert (arguments.pop("base_url"), arguments.pop("default_query", None), arguments) == (base_url, query, {})


@pytest.mark.parametrize("origin", ["https://eastus.api.azureml.ms", "http://127.0.0.1:8123"])
def test_a_hub_project_says_which_kinds_have_one(origin: str) -> None:
    endpoint: Endpoint = hub_project(origin, "s", "g", "p")
    with pytest.raises(ValueError, match=r"a Foundry project .* of an Azure OpenAI resource or of a local service") as caught:
        openai_arguments(endpoint, {})
    assert "inference.get_azure_openai_client()" in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "said"), [("api_key", KEY, "another credential"), ("base_url", "u", "another endpoint")]
)
def test_what_is_settled_cannot_be_given(name: str, value: str, said: str) -> None:
    with pytest.raises(TypeError, match=rf"get_openai_client\(\) takes no {name}=.*{said}") as caught:
        openai_arguments(from_url(FOUNDRY), {name: value})
    assert KEY not in str(caught.value)


def test_the_callers_own_arguments_win() -> None:
    own = {
        "default_query": {"api-version": "v9"},
        "default_headers": {"x": "y", "api-key": "theirs"},
        "timeout": 5,
        "max_retries": None,
    }
    arguments = openai_arguments(from_url(FOUNDRY), own)
    assert arguments.pop("base_url") == f"{FOUNDRY}/openai"
    assert arguments == {
        "default_query": {"api-version": "v9"},
        "default_headers": {"api-key": "theirs", "x": "y"},
        "timeout": 5,
    }


def test_it_is_a_plain_method_of_both_clients(face: Face) -> None:
    client = face.Client(FOUNDRY, KEY)
    made = client.get_openai_client(timeout=7.0)
    assert type(made) is (openai.AsyncOpenAI if face.waits else openai.OpenAI)
    assert (str(made.base_url), made.timeout, made.default_query) == (f"{FOUNDRY}/openai/", 7.0, VERSION)
    with pytest.raises(TypeError, match="nonsense"):
        client.get_openai_client(nonsense=1)


@pytest.mark.parametrize("credential", [KEY, AzureKeyCredential(KEY)])
async def test_a_key_goes_in_the_header_that_a_redirect_takes_off(credential: Any, raw: RawServer, connect: Connect) -> None:
    raw.answers = [MODELS]
    async with inside(connect(raw, credential).get_openai_client()) as client:
        await pieces(await done(client.models.list()))
    assert (raw.last.path, raw.last.query) == ("/api/projects/local/openai/models", VERSION)
    assert (raw.last.headers["api-key"], raw.last.headers["Authorization"]) == (None, f"Bearer {KEY}")


class Tokens:
    """A credential whose tokens can be told apart, and are never fresh for long."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.threads: list[threading.Thread] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.asked.append(scopes)
        self.threads.append(threading.current_thread())
        return AccessToken(f"token-{len(self.asked)}", 0)


class AwaitedTokens(Tokens):
    """The same, awaited."""

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # type: ignore[override]
        return super().get_token(*scopes)


@pytest.mark.parametrize(("face", "kind"), [("sync", Tokens), ("async", Tokens), ("async", AwaitedTokens)], indirect=["face"])
async def test_every_request_has_a_token_that_is_good(kind: type[Tokens], raw: RawServer, face: Face, connect: Connect) -> None:
    raw.answers = [MODELS]
    credential = kind()
    async with inside(connect(f"{raw.url}/api/projects/p", credential).get_openai_client()) as client:
        for _ in range(2):
            await pieces(await done(client.models.list()))
    assert [seen.headers["Authorization"] for seen in raw.seen] == ["Bearer token-1", "Bearer token-2"]
    assert raw.last.headers["api-key"] is None
    assert credential.asked == [(SCOPE,)] * 2
    held = [thread is threading.current_thread() for thread in credential.threads]
    assert set(held) == {kind is AwaitedTokens or not face.waits}, "a credential that blocks must not hold the event loop"


def test_the_missing_package_is_named(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install '\.\[openai\]'") as caught:
        face.Client(FOUNDRY, KEY).get_openai_client()
    assert caught.value.name == "openai"


@pytest.mark.parametrize("path", ["", "/api/projects/p", "/openai"])
async def test_the_local_service_answers(path: str, service: LocalService, connect: Connect) -> None:
    client = connect(service.url + path, service.key)
    async with inside(client.get_openai_client()) as spoken:
        response = await done(spoken.responses.create(model="any", input="hello"))
        assert response.output_text == "You said: hello"
        completion = await done(spoken.chat.completions.create(model="any", messages=[{"role": "user", "content": "hello"}]))
        assert completion.choices[0].message.content == "You said: hello"


async def test_the_local_service_answers_in_pieces(service: LocalService, connect: Connect) -> None:
    spoken = connect(service).get_openai_client()
    async with inside(spoken), inside(spoken.responses.stream(model="any", input="hello there")) as stream:
        kinds = [event.type for event in await pieces(stream)]
        response = await done(stream.get_final_response())
    assert kinds.count("response.output_text.delta") > 1
    assert (kinds[0], kinds[-1], response.output_text) == ("response.created", "response.completed", "You said: hello there")


async def test_a_wrong_key_is_refused(service: LocalService, connect: Connect) -> None:
    async with inside(connect(service.url, "wrong").get_openai_client()) as spoken:
        with pytest.raises(openai.AuthenticationError, match="key"):
            await done(spoken.responses.create(model="any", input="hello"))


async def test_a_prompt_agent_answers(service: LocalService, connect: Connect) -> None:
    client = connect(service)
    definition = {"kind": "prompt", "model": "any", "instructions": "You help."}
    agent = await done(client.agents.create_version(agent_name="answering", definition=definition))
    async with inside(client.get_openai_client()) as spoken:
        reference = {"agent": {"name": agent.name, "type": "agent_reference"}}
        response = await done(spoken.responses.create(input="hello", extra_body=reference))
    assert (response.output_text, response.model, response.instructions) == ("You said: hello", "any", "You help.")
