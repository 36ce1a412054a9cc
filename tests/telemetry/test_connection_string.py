"""Where a project keeps its traces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from agentkit._core.endpoint import from_url
from agentkit.aio.operations._telemetry import _not_enabled
from agentkit.exceptions import DecodeError, HttpResponseError, ResourceNotFoundError
from agentkit.local import LocalService
from client.faces import Connect, Face, done
from client.fixtures import Naps
from client.servers import Answer, RawServer
from telemetry.spans import Spans

Serve = Callable[..., LocalService]

STRING = "InstrumentationKey=0;IngestionEndpoint=http://127.0.0.1:9/"
RESOURCE = "/subscriptions/s/resourceGroups/g/providers/microsoft.insights/components/c"
WORKSPACE = {"id": "w", "name": "w", "properties": {"applicationInsights": RESOURCE}}


async def test_it_is_looked_up_by_two_requests_and_kept(serve: Serve, connect: Connect, spans: Spans) -> None:
    sent: list[str] = []
    client = connect(serve(app_insights=STRING), raw_request_hook=lambda request: sent.append(request.http_request.url))
    assert await done(client.telemetry.get_connection_string()) == STRING
    assert await done(client.telemetry.get_connection_string()) == STRING
    first, second = (url.partition("//")[2].partition("/")[2] for url in sent)
    workspace = "providers/Microsoft.MachineLearningServices/workspaces/local"
    assert first == f"subscriptions/local/resourceGroups/local/{workspace}/?api-version=2024-07-01-preview"
    component = "providers%2FMicrosoft.Insights%2Fcomponents%2Flocal"
    assert second == f"%2Fsubscriptions%2Flocal%2FresourceGroups%2Flocal%2F{component}?api-version=2020-02-02"
    assert spans.names() == ["get_connection_string"]
    assert "gen_ai.system" not in spans.told("get_connection_string")
    assert "InstrumentationKey" not in spans.text()


async def test_a_client_of_a_hub_project_finds_it(serve: Serve, face: Face) -> None:
    service = serve(app_insights=STRING)
    client = face.Client.from_connection_string(service.connection_string, service.key)
    try:
        assert await done(client.telemetry.get_connection_string()) == STRING
    finally:
        await done(client.close())


async def test_a_project_without_the_resource_says_so(serve: Serve, connect: Connect) -> None:
    with pytest.raises(
        ResourceNotFoundError,
        match=r'Application Insights resource was not enabled for this project .*LocalService\(app_insights="',
    ):
        await done(connect(serve()).telemetry.get_connection_string())


@pytest.mark.parametrize(
    "answer",
    [{"properties": {}}, {"properties": {"applicationInsights": None}}, {"properties": None}, {"properties": []}, {}],
)
async def test_a_workspace_that_names_no_resource_has_none(
    raws: Callable[..., RawServer], connect: Connect, answer: Any
) -> None:
    server = raws(Answer(body=answer))
    with pytest.raises(ResourceNotFoundError, match="not enabled"):
        await done(connect(server).telemetry.get_connection_string())


@pytest.mark.parametrize("answer", ["[]", "no JSON at all", "", "[" * 100_000])
async def test_an_answer_that_is_none_is_no_reason_to_enable_anything(
    answer: str, raws: Callable[..., RawServer], connect: Connect
) -> None:
    for answers in ((Answer(body=answer),), (Answer(body=WORKSPACE), Answer(body=answer))):
        with pytest.raises(DecodeError, match=r"get_connection_string failed on .* is no JSON object"):
            await done(connect(raws(*answers)).telemetry.get_connection_string())


async def test_an_answer_that_breaks_off_is_asked_for_again(
    raws: Callable[..., RawServer], connect: Connect, naps: Naps
) -> None:
    cut = Answer(body=WORKSPACE, cut=True)
    server = raws(cut, Answer(body=WORKSPACE), Answer(body={"properties": {"ConnectionString": STRING}}))
    assert await done(connect(server).telemetry.get_connection_string()) == STRING


async def test_a_resource_without_a_connection_string_is_an_error(raws: Callable[..., RawServer], connect: Connect) -> None:
    server = raws(Answer(body=WORKSPACE), Answer(body={"properties": {}}))
    with pytest.raises(ResourceNotFoundError, match=f"{RESOURCE} gives no connection string"):
        await done(connect(server).telemetry.get_connection_string())


async def test_a_refusal_is_an_error_and_not_kept(raws: Callable[..., RawServer], connect: Connect) -> None:
    found = {"properties": {"ConnectionString": STRING}}
    server = raws(Answer(403), Answer(body=WORKSPACE), Answer(body=found))
    telemetry = connect(server).telemetry
    with pytest.raises(HttpResponseError):
        await done(telemetry.get_connection_string())
    assert await done(telemetry.get_connection_string()) == STRING


async def test_other_kinds_of_resources_have_none(connect: Connect) -> None:
    client = connect("http://127.0.0.1:9/openai")
    with pytest.raises(ValueError, match=r"has no Application Insights resource: .* or of a Foundry project"):
        await done(client.telemetry.get_connection_string())


# --- a Foundry project keeps it as the key of a connection ----------------------------------------------------------------

FOUNDRY = "/api/projects/p"
CONNECTION = {"name": "c", "id": "/c", "type": "AppInsights", "target": RESOURCE, "isDefault": True}


async def test_a_foundry_project_has_it_in_a_connection(serve: Serve, connect: Connect) -> None:
    service = serve(app_insights=STRING)
    sent: list[str] = []
    hook = {"raw_request_hook": lambda request: sent.append(request.http_request.url.partition("?")[0])}
    telemetry = connect(f"{service.url}{FOUNDRY}", service.key).telemetry
    assert await done(telemetry.get_connection_string(**hook)) == STRING
    assert await done(telemetry.get_application_insights_connection_string(**hook)) == STRING
    base = f"{service.url}{FOUNDRY}/connections"
    assert sent == [base, f"{base}/local-app-insights/getConnectionWithCredentials"]


async def test_a_foundry_project_without_the_resource_says_so(serve: Serve, connect: Connect) -> None:
    service = serve()
    with pytest.raises(ResourceNotFoundError, match=r'was not enabled for this project .*LocalService\(app_insights="'):
        await done(connect(f"{service.url}{FOUNDRY}", service.key).telemetry.get_connection_string())


def test_a_project_in_the_cloud_has_settings_to_enable_it() -> None:
    text = _not_enabled(from_url("https://res.services.ai.azure.com/api/projects/p"))
    assert text.endswith("Enable it in the project's settings, under tracing")
    assert "LocalService" not in text


async def test_a_connection_without_a_key_gives_no_connection_string(raws: Callable[..., RawServer], connect: Connect) -> None:
    found = Answer(body={**CONNECTION, "credentials": {"type": "AAD"}})
    server = raws(Answer(body={"value": [CONNECTION]}), found)
    with pytest.raises(ResourceNotFoundError, match="connection 'c' gives no connection string: its authentication is AAD"):
        await done(connect(f"{server.url}{FOUNDRY}").telemetry.get_connection_string())
    assert server.seen[0].query["connectionType"] == "AppInsights"


# --- the local service ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/projects/p/", "/v1/", "/openai/"])
def test_only_a_hub_s_project_has_a_workspace(serve: Serve, path: str) -> None:
    service = serve(app_insights=STRING)
    answer = httpx.get(service.url + path, headers={"api-key": service.key})
    assert answer.status_code == 404
    assert "only the project of a hub has a workspace" in answer.text


def test_the_resource_is_shown_to_who_has_the_key(serve: Serve) -> None:
    service = serve(app_insights=STRING)
    url = f"{service.url}/{quote(RESOURCE, safe='')}?api-version=2020-02-02"
    assert httpx.get(url).status_code == 401
    shown = httpx.get(url, headers={"Authorization": f"Bearer {service.key}"}).json()
    assert shown["id"] == RESOURCE
    assert shown["properties"] == {"ConnectionString": STRING}


def test_a_service_without_the_resource_has_none(serve: Serve) -> None:
    service = serve()
    answer = httpx.get(f"{service.url}/{quote(RESOURCE, safe='')}", headers={"api-key": service.key})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ResourceNotFound")
