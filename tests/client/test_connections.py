"""The connections of a project: what is sent to each kind of project, and what comes of the answers."""

from __future__ import annotations

import base64
import inspect
import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from codegen.sync import NAMES
from sas_tokens import jwt

import agentkit.aio.operations
import agentkit.operations
from agentkit._core.endpoint import hub_project
from agentkit._core.services import ProjectService, service_endpoint
from agentkit.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from agentkit.local import LocalService
from agentkit.models import AuthenticationType, ConnectionProperties, ConnectionType, SASTokenCredential

from .faces import KEY, Connect, Face, done, pieces
from .fixtures import Naps
from .servers import Answer, RawServer

SECRET = "s3cret-of-a-connection"
BASE = "/subscriptions/local/resourceGroups/local/providers/Microsoft.MachineLearningServices/workspaces/local"
FOUNDRY = "/api/projects/p"


class Token:
    """A token credential."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken("t0ken", 4_000_000_000)


def wire(name: str = "c", auth: str = "ApiKey", credentials: Any = None, **properties: Any) -> dict[str, Any]:
    told = {"authType": auth, "category": "AzureOpenAI", "target": "https://h/", **properties}
    return {
        "id": f"/c/{name}",
        "name": name,
        "properties": told if credentials is None else {**told, "credentials": credentials},
    }


def page(*found: dict[str, Any], **more: Any) -> Answer:
    return Answer(body={"value": list(found), **more})


# --- what is sent ---------------------------------------------------------------------------------------------------------


async def test_a_connection_is_got_by_its_name(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=wire("my conn"))]
    found = await done(connect(raw).connections.get(connection_name="my conn", headers={"X-Mine": "1"}))
    assert (raw.last.method, raw.last.path, raw.last.body) == ("GET", f"{BASE}/connections/my%20conn", b"")
    assert raw.last.query == {"api-version": "2024-07-01-preview"}
    assert (raw.last.headers["api-key"], raw.last.headers["X-Mine"]) == (KEY, "1")
    assert (type(found), found.name, found.key) == (ConnectionProperties, "my conn", None)


async def test_credentials_are_asked_for_with_a_body_that_says_nothing(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=wire(credentials={"key": SECRET}))]
    found = await done(connect(raw).connections.get(connection_name="c", include_credentials=True))
    assert (raw.last.method, raw.last.path) == ("POST", f"{BASE}/connections/c/listsecrets")
    assert raw.last.json() == {"ignored": "ignore"}
    assert found.key == SECRET


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        (None, {}),
        (ConnectionType.SERVERLESS, {"category": "Serverless"}),
        ("CognitiveSearch", {"category": "CognitiveSearch"}),
    ],
)
async def test_a_list_is_of_everything_or_of_a_kind(kind: Any, query: dict[str, str], raw: RawServer, connect: Connect) -> None:
    raw.answers = [page(wire("a"), wire("b"))]
    found = await done(connect(raw).connections.list(connection_type=kind))
    assert raw.last.query == {"api-version": "2024-07-01-preview", "includeAll": "true", **query}
    assert [one.name for one in found] == ["a", "b"]
    assert isinstance(found, list)


async def test_a_list_that_goes_on_is_read_to_its_end(raw: RawServer, connect: Connect) -> None:
    raw.answers = [page(wire("a"), nextLink=f"{raw.url}{BASE}/connections?skip=1"), page(wire("b"), nextLink=None)]
    assert [one.name for one in await done(connect(raw).connections.list())] == ["a", "b"]
    assert raw.last.query["skip"] == "1"


async def test_a_foundry_project_has_them_in_its_own_form(raw: RawServer, connect: Connect) -> None:
    told = {"id": "/c", "name": "c", "type": "AzureOpenAI", "target": "https://h", "isDefault": True, "metadata": {}}
    with_key = {**told, "credentials": {"type": "ApiKey", "key": SECRET}}
    raw.answers = [Answer(body={"value": [told]}), Answer(body=told), Answer(body=with_key)]
    connections = connect(f"{raw.url}{FOUNDRY}").connections
    (listed,) = await done(connections.list(connection_type=ConnectionType.AZURE_OPEN_AI))
    got = await done(connections.get(connection_name="c"))
    secret = await done(connections.get(connection_name="c", include_credentials=True))
    first, second, third = raw.seen
    assert first.query == {"api-version": "v1", "connectionType": "AzureOpenAI"}
    assert [(seen.method, seen.path) for seen in raw.seen] == [
        ("GET", f"{FOUNDRY}/connections"),
        ("GET", f"{FOUNDRY}/connections/c"),
        ("POST", f"{FOUNDRY}/connections/c/getConnectionWithCredentials"),
    ]
    assert (second.body, third.body) == (b"", b"")
    assert (listed.is_default, got.key, secret.key, secret.authentication_type) == (True, None, SECRET, "ApiKey")


def test_those_of_a_hub_project_are_kept_by_the_management_service() -> None:
    agents = hub_project("https://eastus.api.azureml.ms", "s", "g", "p")
    where = service_endpoint(agents, ProjectService.CONNECTIONS)
    assert where.base_url == (
        "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/p"
    )
    assert where.scope == "https://management.azure.com/.default"


# --- the default of a kind ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("index", "name"), [(None, "a"), ("1", "b"), ("-1", "b")])
async def test_the_default_is_the_first_unless_the_environment_says_another(
    index: str | None, name: str, raw: RawServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    if index is not None:
        monkeypatch.setenv("DEFAULT_CONNECTION_INDEX", index)
    raw.answers = [page(wire("a"), wire("b"))]
    found = await done(connect(raw).connections.get_default(connection_type=ConnectionType.AZURE_OPEN_AI))
    assert (found.name, len(raw.seen), raw.last.query["category"]) == (name, 1, "AzureOpenAI")


async def test_the_default_with_its_credentials_takes_two_requests(raw: RawServer, connect: Connect) -> None:
    raw.answers = [page(wire("a")), Answer(body=wire("a", credentials={"key": SECRET}))]
    found = await done(connect(raw).connections.get_default(connection_type="AzureOpenAI", include_credentials=True))
    assert [seen.path.removeprefix(BASE) for seen in raw.seen] == ["/connections", "/connections/a/listsecrets"]
    assert found.key == SECRET


async def test_a_foundry_project_says_itself_which_is_the_default(raw: RawServer, connect: Connect) -> None:
    told = [{"id": "", "name": name, "type": "AIServices", "target": "", "isDefault": name == "b"} for name in "abc"]
    raw.answers = [Answer(body={"value": told})]
    found = await done(connect(f"{raw.url}{FOUNDRY}").connections.get_default(connection_type="AIServices"))
    assert found.name == "b"


async def test_there_may_be_none(raw: RawServer, connect: Connect) -> None:
    raw.answers = [page()]
    with pytest.raises(ResourceNotFoundError, match="no connection of type AzureOpenAI in a local service at") as caught:
        await done(connect(raw).connections.get_default(connection_type=ConnectionType.AZURE_OPEN_AI))
    assert caught.value.response is None


async def test_there_may_be_fewer_than_the_environment_says(
    raw: RawServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEFAULT_CONNECTION_INDEX", "2")
    raw.answers = [page(wire("a"), wire("b"))]
    with pytest.raises(IndexError, match="DEFAULT_CONNECTION_INDEX is 2, but the project has 2"):
        await done(connect(raw).connections.get_default(connection_type="AzureOpenAI"))


# --- credentials ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (wire(auth="ApiKey", credentials={"key": SECRET}), SECRET),
        (wire(auth="CustomKeys", credentials={"keys": {"key": SECRET}}), None),
        (wire(auth="None"), None),
        (wire(auth="OfTomorrow", credentials={"other": SECRET}), None),
    ],
)
async def test_what_is_no_token_gives_none(answer: Any, key: str | None, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=answer)]
    found = await done(connect(raw).connections.get(connection_name="c", include_credentials=True))
    assert (found.key, found.token_credential) == (key, None)


async def test_tokens_are_the_clients_own(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=wire(auth="AAD"))]
    credential = Token()
    connections = connect(raw, credential, credential_scopes=["s"]).connections
    assert (await done(connections.get(connection_name="c"))).token_credential is None
    assert (await done(connections.get(connection_name="c", include_credentials=True))).token_credential is credential
    with_key = connect(raw).connections
    assert (await done(with_key.get(connection_name="c", include_credentials=True))).token_credential is None


async def test_a_sas_token_is_renewed_also_when_the_client_is_closed(raw: RawServer, connect: Connect, face: Face) -> None:
    first, second = jwt(time.time() + 1), jwt()
    raw.answers = [
        Answer(body=wire(auth="SAS", credentials={"SAS": first})),
        Answer(body=wire(auth="SAS", credentials={"SAS": second})),
    ]
    client = connect(raw)
    found = await done(client.connections.get(connection_name="c", include_credentials=True))
    assert found.authentication_type == AuthenticationType.SAS
    assert isinstance(found.token_credential, SASTokenCredential)
    assert inspect.iscoroutinefunction(found.token_credential.get_token) == face.waits
    await done(client.close())
    token = await done(found.token_credential.get_token("any"))
    assert (token.token, len(raw.seen)) == (second, 2)
    assert (raw.last.method, raw.last.path, raw.last.headers["api-key"]) == ("POST", f"{BASE}/connections/c/listsecrets", KEY)
    assert json.loads(str(found))["token_credential"] == "REDACTED"


@pytest.mark.parametrize("lost", [Answer(drop=True), Answer(500), Answer(504), Answer(cut=True, body={"name": "c"})])
@pytest.mark.parametrize("path", ["", FOUNDRY])
async def test_asking_for_credentials_changes_nothing_and_is_done_again(
    path: str, lost: Answer, raw: RawServer, connect: Connect, naps: Naps
) -> None:
    found = (
        wire() if not path else {"name": "c", "id": "/c", "type": "AzureOpenAI", "credentials": {"type": "ApiKey", "key": "k"}}
    )
    raw.answers = [lost, Answer(body=found)]
    connection = await done(connect(raw.url + path, KEY).connections.get(connection_name="c", include_credentials=True))
    assert connection.name == "c"
    assert [seen.method for seen in raw.seen] == ["POST", "POST"]
    assert "Repeatability-Request-ID" not in raw.last.headers


@pytest.mark.parametrize("token", [f"sv=1&sig={SECRET}", f"{SECRET}.{base64.b64encode(b'[' * 100_002).decode()}."])
async def test_a_sas_token_that_is_no_jwt_is_refused_without_being_shown(token: str, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=wire(auth="SAS", credentials={"SAS": token}))]
    with pytest.raises(ValueError, match="SAS token of the connection 'c'") as caught:
        await done(connect(raw).connections.get(connection_name="c", include_credentials=True))
    assert SECRET not in str(caught.value)


# --- refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", None, "a/b", "..", 3])
async def test_a_name_that_cannot_be_is_refused_before_anything_is_sent(name: Any, raw: RawServer, connect: Connect) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^get\(\).* connection_name"):
        await done(connect(raw).connections.get(connection_name=name))
    assert raw.seen == []


@pytest.mark.parametrize("kind", ["", None])
async def test_the_default_is_of_a_kind(kind: Any, raw: RawServer, connect: Connect) -> None:
    with pytest.raises(ValueError, match="connection_type"):
        await done(connect(raw).connections.get_default(connection_type=kind))
    assert raw.seen == []


async def test_keywords_are_checked(raw: RawServer, connect: Connect) -> None:
    connections = connect(raw).connections
    with pytest.raises(TypeError, match="Did you mean 'connection_type'"):
        await done(connections.list(conection_type="c"))
    with pytest.raises(TypeError, match="does not take cls="):
        await done(connections.list(cls=lambda *_: None))
    with pytest.raises(AttributeError, match="Did you mean 'get_default'"):
        _ = connections.get_defaults


async def test_a_callback_gets_the_connection(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=wire("c"), headers={"X-Told": "yes"})]

    def told(response: Any, connection: ConnectionProperties, headers: Any) -> tuple[int, str, str]:
        return response.http_response.status_code, connection.name, headers["x-told"]

    assert await done(connect(raw).connections.get(connection_name="c", cls=told)) == (200, "c", "yes")


async def test_the_answer_can_be_read_as_it_is(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=wire("c"))]
    chunks = await pieces(await done(connect(raw).connections.get(connection_name="c", stream=True)))
    assert json.loads(b"".join(chunks)) == wire("c")


@pytest.mark.parametrize(
    ("status", "error"), [(404, ResourceNotFoundError), (401, ClientAuthenticationError), (403, HttpResponseError)]
)
async def test_what_the_service_refuses_is_an_error(
    status: int, error: type[Exception], raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(status, body={"error": {"code": "No", "message": "it said no"}})]
    connections = connect(raw).connections
    for path, secrets in (("/connections/c", False), ("/connections/c/listsecrets", True)):
        with pytest.raises(error, match=rf"^get failed on {path}: it said no"):
            await done(connections.get(connection_name="c", include_credentials=secrets))
    with pytest.raises(error, match=r"^list failed on /connections: it said no"):
        await done(connections.list())


async def test_an_azure_openai_resource_has_none(connect: Connect) -> None:
    client = connect("https://res.openai.azure.com")
    with pytest.raises(ValueError, match=r"has no connections: use a client of a hub project"):
        await done(client.connections.list())


# --- on the local service -------------------------------------------------------------------------------------------------

GIVEN: dict[str, Any] = {
    "search": {"type": "CognitiveSearch", "target": "https://s.search.windows.net/", "key": SECRET},
    "second": {"type": "CognitiveSearch", "target": "https://t.search.windows.net/", "is_default": True},
    "blobs": {"type": "AzureBlob", "target": "https://b.blob.core.windows.net", "sas": jwt()},
}


@pytest.mark.parametrize("path", ["", FOUNDRY])
async def test_the_local_service_has_both_kinds(path: str, serve: Callable[..., LocalService], connect: Connect) -> None:
    service = serve(connections=GIVEN)
    connections = connect(f"{service.url}{path}", service.key).connections
    names = [one.name for one in await done(connections.list())]
    assert sorted(names) == ["blobs", "local-aiservices", "local-openai", "local-serverless", "search", "second"]
    searches = await done(connections.list(connection_type=ConnectionType.AZURE_AI_SEARCH))
    assert {(one.name, one.key, one.authentication_type) for one in searches} == {
        ("search", None, "ApiKey"),
        ("second", None, "AAD"),
    }
    assert (await done(connections.get(connection_name="search", include_credentials=True))).key == SECRET
    default = await done(connections.get_default(connection_type=ConnectionType.AZURE_AI_SEARCH))
    assert default.name == "second"
    blobs = await done(connections.get(connection_name="blobs", include_credentials=True))
    assert (await done(blobs.token_credential.get_token("any"))).token == jwt()
    own = await done(connections.get_default(connection_type="AzureOpenAI", include_credentials=True))
    assert (own.endpoint_url, own.key) == (service.url, service.key)
    with pytest.raises(ResourceNotFoundError, match="No connection found with name 'none'"):
        await done(connections.get(connection_name="none"))


# --- the project ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("", (None, None, None)),
        ("/api/projects/p", (None, None, "p")),
        (
            "/agents/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w",
            ("s", "g", "w"),
        ),
        ("/openai", (None, None, None)),
    ],
)
def test_the_scope_is_what_the_endpoint_tells(path: str, scope: Any, raw: RawServer, face: Face) -> None:
    client = face.Client(f"{raw.url}{path}", KEY)
    assert client.scope == dict(zip(("subscription_id", "resource_group_name", "project_name"), scope, strict=True))


# --- the two clients ------------------------------------------------------------------------------------------------------

GROUPS = {
    "ConnectionsOperations": {"get", "get_default", "list"},
    "InferenceOperations": {
        "get_azure_openai_client",
        "get_chat_completions_client",
        "get_embeddings_client",
        "get_image_embeddings_client",
    },
}


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_is_the_same_in_both_clients_but_for_the_derived_names(group: str) -> None:
    sync, awaited = getattr(agentkit.operations, group), getattr(agentkit.aio.operations, group)
    assert {name for name in dir(sync) if not name.startswith("_") and callable(getattr(sync, name))} == GROUPS[group]
    for name in GROUPS[group]:
        derived = re.sub(r"\w+", lambda found: NAMES.get(found[0], found[0]), str(inspect.signature(getattr(awaited, name))))
        assert str(inspect.signature(getattr(sync, name))) == derived
        assert inspect.iscoroutinefunction(getattr(awaited, name))
        assert not inspect.iscoroutinefunction(getattr(sync, name))
        explained = re.findall(r"^:keyword (\w+):", inspect.getdoc(getattr(sync, name)) or "", re.MULTILINE)
        assert explained == [
            parameter for parameter in inspect.signature(getattr(sync, name)).parameters if parameter != "self"
        ]


async def test_a_group_is_made_once(connect: Connect, raw: RawServer) -> None:
    client = connect(raw)
    assert client.connections is client.connections
    assert client.inference is client.inference
    assert client.inference._connections is client.connections
