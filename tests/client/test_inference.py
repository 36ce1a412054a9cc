"""Clients of other packages for the models of a project: the real packages answer on the local service, and the rules by which they are made."""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential
from PIL import Image
from sas_tokens import jwt

from agentkit._core.endpoint import from_url, hub_project
from agentkit._core.inference import model_endpoint, openai_scope, user_agent_of
from agentkit.exceptions import ResourceNotFoundError
from agentkit.local import LocalService

from .faces import KEY, Connect, Face, done, inside, pieces
from .servers import Answer, RawServer

SECRET = "s3cret-of-a-connection"
HUB = "/agents/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
FOUNDRY = "/api/projects/p"
VERSION = "2024-10-21"
SAID = [{"role": "user", "content": "hello there"}]
ANSWER = "You said: hello there"


class Token:
    """A token credential."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes = scopes
        return AccessToken("t0ken", 4_000_000_000)


def picture() -> str:
    """A red picture as a data URL."""
    written = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(written, "PNG")
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"


# --- the real packages, on the local service ------------------------------------------------------------------------------


@pytest.fixture(params=["", HUB, FOUNDRY], ids=["bare", "hub", "foundry"])
def inference(request: pytest.FixtureRequest, service: LocalService, connect: Connect) -> Any:
    """The operations of a client of the local service, spoken to as each kind of project."""
    return connect(f"{service.url}{request.param}", service.key).inference


async def test_a_chat_is_completed(inference: Any) -> None:
    async with inside(await done(inference.get_chat_completions_client())) as client:
        whole = await done(client.complete(messages=SAID, model="m"))
        assert whole.choices[0].message.content == ANSWER
        assert (whole.model, whole.choices[0].finish_reason) == ("m", "stop")
        assert (await done(client.complete(messages=SAID))).model == "_repeated"


async def test_a_chat_is_streamed(inference: Any) -> None:
    # The stream is read up to the sign that the answer is whole, so its connection is for the reader to give back.
    async with (
        inside(await done(inference.get_chat_completions_client())) as client,
        inside(await done(client.complete(messages=SAID, stream=True))) as stream,
    ):
        updates = await pieces(stream)
    assert "".join(update.choices[0].delta.content or "" for update in updates if update.choices) == ANSWER
    assert len(updates) > 2


async def test_texts_are_embedded(inference: Any) -> None:
    async with inside(await done(inference.get_embeddings_client())) as client:
        result = await done(client.embed(input=["the red harbour", "the harbour is red", "seven"], dimensions=64))
    first, second, third = (item.embedding for item in result.data)
    assert [item.index for item in result.data] == [0, 1, 2]
    assert len(first) == 64
    assert sum(a * b for a, b in zip(first, second, strict=True)) > sum(a * b for a, b in zip(first, third, strict=True))
    assert result.usage.total_tokens > 0
    assert result.id


async def test_pictures_are_embedded(inference: Any) -> None:
    from azure.ai.inference.models import ImageEmbeddingInput

    async with inside(await done(inference.get_image_embeddings_client())) as client:
        result = await done(client.embed(input=[ImageEmbeddingInput(image=picture())], dimensions=12))
    (item,) = result.data
    red, green, blue = item.embedding[:3]
    assert red > 0 > green == blue


async def test_azure_openai_answers(inference: Any) -> None:
    async with inside(await done(inference.get_azure_openai_client(api_version=VERSION))) as client:
        whole = await done(client.chat.completions.create(model="m", messages=SAID))
        assert whole.choices[0].message.content == ANSWER
        chunks = await pieces(await done(client.chat.completions.create(model="m", messages=SAID, stream=True)))
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == ANSWER
        result = await done(client.embeddings.create(model="m", input="the red harbour"))
        plain = await done(client.embeddings.create(model="m", input="the red harbour", encoding_format="float"))
    assert result.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-6)
    assert len(plain.data[0].embedding) == 1536


async def test_a_model_may_have_a_connection_of_its_own(
    service: LocalService, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USE_SERVERLESS_CONNECTION", "true")
    inference = connect(service).inference
    async with inside(await done(inference.get_chat_completions_client())) as client:
        assert (await done(client.complete(messages=SAID))).choices[0].message.content == ANSWER
        assert (await done(client.get_model_info())).model_type == "chat_completion"
    async with inside(await done(inference.get_embeddings_client(connection_name="local-serverless"))) as client:
        assert len((await done(client.embed(input=["a"]))).data) == 1


async def test_a_client_goes_on_when_that_of_the_project_is_closed(service: LocalService, connect: Connect) -> None:
    project = connect(service)
    made = await done(project.inference.get_azure_openai_client(api_version=VERSION))
    await done(project.close())
    async with inside(made) as client:
        assert (await done(client.chat.completions.create(model="m", messages=SAID))).choices


async def test_azure_openai_takes_tokens(raw: RawServer, connect: Connect) -> None:
    connection = {"id": "", "name": "c", "properties": {"authType": "AAD", "category": "AzureOpenAI", "target": f"{raw.url}/"}}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
    raw.answers = [Answer(body={"value": [connection]}), Answer(body=connection), Answer(body=answer)]
    credential = Token()
    inference = connect(raw, credential, credential_scopes=["s"]).inference
    async with inside(await done(inference.get_azure_openai_client(api_version=VERSION))) as client:
        await done(client.chat.completions.create(model="m", messages=[]))
    assert raw.last.headers["Authorization"] == "Bearer t0ken"
    assert raw.last.path == "/openai/deployments/m/chat/completions"
    assert raw.last.query == {"api-version": VERSION}
    assert credential.scopes == ("https://cognitiveservices.azure.com/.default",)


# --- what they are made of ------------------------------------------------------------------------------------------------


class Made:
    """A client in place of one of another package: it keeps what it was made of."""

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments


@pytest.fixture
def recorded(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every class of another package is one that keeps its arguments."""
    module, prefix = f"{face.package}.operations._inference", "async" if face.waits else "sync"
    monkeypatch.setattr(f"{module}.{prefix}_inference_class", lambda operation, name: Made)
    monkeypatch.setattr(f"{module}.{prefix}_openai_class", lambda operation: Made)
    monkeypatch.setattr(f"{module}.{prefix}_token_provider", lambda credential, scope: (credential, scope))


def told(auth: str = "ApiKey", credentials: Any = None, category: str = "AIServices") -> Answer:
    properties = {"authType": auth, "category": category, "target": "https://res/", "credentials": credentials}
    return Answer(body={"id": "/c", "name": "c", "properties": properties})


WITH_KEY = told(credentials={"key": SECRET})
MODELS = ["get_chat_completions_client", "get_embeddings_client", "get_image_embeddings_client"]


@pytest.mark.usefixtures("recorded")
class TestModels:
    @pytest.mark.parametrize("method", MODELS)
    async def test_a_key(self, method: str, raw: RawServer, connect: Connect) -> None:
        raw.answers = [WITH_KEY]
        made = await done(getattr(connect(raw).inference, method)(connection_name="c", logging_enable=True))
        credential = made.arguments.pop("credential")
        assert isinstance(credential, AzureKeyCredential)
        assert credential.key == SECRET
        assert made.arguments == {"endpoint": "https://res/models", "user_agent": "AIProjectClient", "logging_enable": True}
        (asked,) = raw.seen
        assert asked.path.endswith("/connections/c/listsecrets")

    async def test_a_token(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [told("AAD")]
        credential = Token()
        client = connect(raw, credential, credential_scopes=["s"])
        made = await done(client.inference.get_chat_completions_client(connection_name="c"))
        assert made.arguments["credential"] is credential
        assert made.arguments["credential_scopes"] == ["https://cognitiveservices.azure.com/.default"]

    @pytest.mark.parametrize(
        ("value", "kind", "endpoint", "scope"),
        [
            ("true", "Serverless", "https://res", "https://ml.azure.com/.default"),
            ("True", "AIServices", "https://res/models", "https://cognitiveservices.azure.com/.default"),
            ("", "AIServices", "https://res/models", "https://cognitiveservices.azure.com/.default"),
        ],
    )
    async def test_the_environment_says_whether_each_model_has_its_own(
        self,
        value: str,
        kind: str,
        endpoint: str,
        scope: str,
        raw: RawServer,
        connect: Connect,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("USE_SERVERLESS_CONNECTION", value)
        connection = told("AAD")
        raw.answers = [Answer(body={"value": [connection.body]}), connection, connection]
        inference = connect(raw, Token(), credential_scopes=["s"]).inference
        # It decides for a connection that is named as well.
        for name in (None, "c"):
            made = await done(inference.get_embeddings_client(connection_name=name))
            assert (made.arguments["endpoint"], made.arguments["credential_scopes"]) == (endpoint, [scope])
        assert raw.seen[0].query["category"] == kind

    @pytest.mark.parametrize("method", MODELS)
    async def test_a_connection_to_one_model_is_known_by_its_type(self, method: str, raw: RawServer, connect: Connect) -> None:
        raw.answers = [told("AAD", category="Serverless")]
        inference = connect(raw, Token(), credential_scopes=["s"]).inference
        made = await done(getattr(inference, method)(connection_name="c"))
        assert made.arguments["endpoint"] == "https://res"
        assert made.arguments["credential_scopes"] == ["https://ml.azure.com/.default"]

    @pytest.mark.parametrize(
        ("own", "given", "said"),
        [(None, None, "AIProjectClient"), ("mine", None, "mine-AIProjectClient"), ("mine", "yours", "yours")],
    )
    async def test_who_made_it_is_said(
        self, own: str | None, given: str | None, said: str, raw: RawServer, connect: Connect
    ) -> None:
        raw.answers = [WITH_KEY]
        client = connect(raw, **({"user_agent": own} if own else {}))
        options = {"user_agent": given} if given else {}
        made = await done(client.inference.get_chat_completions_client(connection_name="c", **options))
        assert made.arguments["user_agent"] == said

    @pytest.mark.parametrize("method", MODELS)
    @pytest.mark.parametrize("taken", ["endpoint", "credential"])
    async def test_the_key_goes_to_no_other_address(self, method: str, taken: str, raw: RawServer, connect: Connect) -> None:
        raw.answers = [WITH_KEY]
        with pytest.raises(TypeError, match=rf"{method}\(\) does not take {taken}=: it comes from the connection"):
            await done(getattr(connect(raw).inference, method)(connection_name="c", **{taken: "https://another"}))
        assert raw.seen == []

    @pytest.mark.parametrize("credential", [KEY, Token()])
    async def test_a_foundry_project_has_a_resource_of_its_own(self, credential: Any, raw: RawServer, connect: Connect) -> None:
        inference = connect(f"{raw.url}{FOUNDRY}", credential, credential_scopes=["s"]).inference
        made = await done(inference.get_chat_completions_client())
        openai = await done(inference.get_azure_openai_client(api_version=VERSION))
        assert raw.seen == []
        assert made.arguments["endpoint"] == f"{raw.url}/models"
        assert openai.arguments["azure_endpoint"] == raw.url
        if credential is KEY:
            assert made.arguments["credential"].key == openai.arguments["api_key"] == KEY
        else:
            scope = "https://cognitiveservices.azure.com/.default"
            assert made.arguments["credential"] is credential
            assert openai.arguments["azure_ad_token_provider"] == (credential, scope)


@pytest.mark.usefixtures("recorded")
class TestAzureOpenAI:
    async def test_a_key(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [WITH_KEY]
        options = {"headers": {"X-Mine": "1"}}
        made = await done(connect(raw).inference.get_azure_openai_client(api_version=VERSION, connection_name="c", **options))
        # Its keywords are those of the call that looks up the connection.
        assert made.arguments == {"api_key": SECRET, "azure_endpoint": "https://res", "api_version": VERSION}
        assert raw.last.headers["X-Mine"] == "1"

    async def test_settings_of_the_openai_client(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [WITH_KEY]
        own = {"timeout": 5.0, "max_retries": 0, "default_headers": {"X-Theirs": "1"}, "default_query": {"q": "1"}}
        made = await done(connect(raw).inference.get_azure_openai_client(api_version=VERSION, connection_name="c", **own))
        assert made.arguments == {"api_key": SECRET, "azure_endpoint": "https://res", "api_version": VERSION, **own}
        assert "X-Theirs" not in raw.last.headers

    async def test_the_environment_may_tell_the_version(
        self, raw: RawServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raw.answers = [WITH_KEY]
        inference = connect(raw).inference
        monkeypatch.delenv("OPENAI_API_VERSION", raising=False)
        with pytest.raises(ValueError, match="api_version, or the environment variable OPENAI_API_VERSION"):
            await done(inference.get_azure_openai_client())
        assert raw.seen == []
        monkeypatch.setenv("OPENAI_API_VERSION", "v-of-the-environment")
        made = await done(inference.get_azure_openai_client(connection_name="c"))
        assert made.arguments["api_version"] == "v-of-the-environment"

    async def test_unknown_keywords_are_refused(self, raw: RawServer, connect: Connect) -> None:
        inference = connect(raw).inference
        refusals = {
            "max_retry": ".*Did you mean 'max_retries'",
            "connection_nam": ".*Did you mean 'connection_name'",
            "stream": "does not take stream=",
            "cls": "does not take cls=",
        }
        for keyword, refusal in refusals.items():
            with pytest.raises(TypeError, match=rf"get_azure_openai_client\(\) .*{refusal}"):
                await done(inference.get_azure_openai_client(api_version=VERSION, **{keyword: print}))
        assert raw.seen == []


METHODS: dict[str, Callable[..., Any]] = {
    **{name: lambda inference, name=name, **keywords: getattr(inference, name)(**keywords) for name in MODELS},
    "get_azure_openai_client": lambda inference, **keywords: inference.get_azure_openai_client(api_version=VERSION, **keywords),
}


@pytest.mark.parametrize("method", METHODS)
class TestRefusals:
    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (told("SAS", {"SAS": jwt()}), "authentication by SAS is not supported"),
            (told("CustomKeys", {"keys": {"key": SECRET}}), "authentication 'CustomKeys' is unknown"),
            (told("None"), "authentication 'None' is unknown"),
            (told("AAD"), "it takes tokens, and this client has a key"),
            (told("ApiKey"), "the service gave no key for it"),
        ],
    )
    async def test_what_clients_are_not_made_for(
        self, method: str, answer: Answer, reason: str, raw: RawServer, connect: Connect
    ) -> None:
        raw.answers = [answer]
        with pytest.raises(ValueError, match=f"{method}.. cannot use the connection 'c': .*{reason}") as caught:
            await done(METHODS[method](connect(raw).inference, connection_name="c"))
        assert not [secret for secret in (SECRET, KEY, jwt()) if secret in str(caught.value)]

    async def test_a_name_is_not_empty(self, method: str, raw: RawServer, connect: Connect) -> None:
        with pytest.raises(ValueError, match="empty connection_name"):
            await done(METHODS[method](connect(raw).inference, connection_name=""))
        assert raw.seen == []

    async def test_a_missing_package_is_named_before_anything_is_sent(
        self, method: str, raw: RawServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        extra = "openai" if "openai" in method else "inference"
        for name in ("openai", "azure.ai.inference", "azure.ai.inference.aio"):
            monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(ModuleNotFoundError, match=rf"{method}\(\) needs the package .* pip install '\.\[{extra}\]'"):
            await done(METHODS[method](connect(raw).inference))
        assert raw.seen == []

    async def test_there_may_be_no_connection(self, method: str, raw: RawServer, connect: Connect) -> None:
        raw.answers = [Answer(body={"value": []})]
        with pytest.raises(ResourceNotFoundError, match="found no connection of type A"):
            await done(METHODS[method](connect(raw).inference))


def test_the_awaited_clients_need_aiohttp(monkeypatch: pytest.MonkeyPatch) -> None:
    from agentkit._inference import async_inference_class

    monkeypatch.setattr("agentkit._inference.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"f\(\) needs the package aiohttp.* pip install '\.\[aio\]'"):
        async_inference_class("f", "ChatCompletionsClient")


# --- the pure rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "domain"),
    [("eastus.api.azureml.ms", "com"), ("r.api.ml.azure.us", "us"), ("r.api.ml.azure.cn", "cn"), ("127.0.0.1:1", "com")],
)
def test_the_scope_is_of_the_projects_cloud(host: str, domain: str) -> None:
    project = hub_project(f"http{'' if host.startswith('127') else 's'}://{host}", "s", "g", "p")
    assert openai_scope(project) == f"https://cognitiveservices.azure.{domain}/.default"
    assert model_endpoint("t", project, serverless=True).scope == f"https://ml.azure.{domain}/.default"


def test_a_local_service_is_in_the_public_cloud() -> None:
    assert openai_scope(from_url("http://127.0.0.1:1")) == "https://cognitiveservices.azure.com/.default"


@pytest.mark.parametrize(("own", "said"), [(None, "AIProjectClient"), ("", "AIProjectClient"), ("a/1", "a/1-AIProjectClient")])
def test_who_makes_a_client(own: str | None, said: str) -> None:
    assert user_agent_of(own) == said
