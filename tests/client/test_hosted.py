"""Agents with names and versions, with both clients: what is sent, what comes back, and what errors say."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agentkit.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from agentkit.local import Hosting, LocalService
from agentkit.models import (
    AgentDetails,
    AgentKind,
    AgentVersionDetails,
    HostedAgentDefinition,
    PromptAgentDefinition,
    WorkflowAgentDefinition,
)

from .definitions import PROMPT, VERSION, hosted
from .faces import Connect, Face, done, pieces
from .servers import Answer, RawServer

HUB = "/agents/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
FEATURE = "Foundry-Features"


@pytest.fixture
def fast(serve: Callable[..., LocalService]) -> LocalService:
    """A service that deploys at once."""
    return serve(hosting=Hosting(seconds=0))


# --- the life of an agent -------------------------------------------------------------------------------------------------


async def test_the_life_of_an_agent(fast: LocalService, connect: Connect) -> None:
    agents = connect(fast).agents
    agent = await done(agents.create(name="helper", definition=hosted(), metadata={"team": "a"}, description="helps"))
    assert (type(agent), agent.name, agent.state) == (AgentDetails, "helper", "active")
    assert (agent.versions.latest.metadata, agent.versions.latest.description) == ({"team": "a"}, "helps")
    second = await done(agents.create_version("helper", definition=hosted(cpu="2")))
    assert (type(second), second.name, second.version, second.id) == (AgentVersionDetails, "helper", "2", "helper:2")
    assert second.definition.cpu == "2"
    changed = await done(agents.update("helper", definition=PROMPT))
    assert (changed.versions.latest.version, type(changed.versions.latest.definition)) == ("3", PromptAgentDefinition)
    same = await done(agents.update("helper", definition=PROMPT))
    assert same.versions.latest.version == "3"
    assert [version.version for version in await pieces(agents.list_versions("helper"))] == ["3", "2", "1"]
    assert (await done(agents.get("helper"))) == same
    gone = await done(agents.delete_version("helper", "3"))
    assert (gone.object, gone.name, gone.version, gone.deleted) == ("agent.version.deleted", "helper", "3", True)
    assert (await done(agents.get("helper"))).versions.latest == await done(agents.get_version("helper", "2"))
    deleted = await done(agents.delete("helper"))
    assert (deleted.object, deleted.name, deleted.deleted) == ("agent.deleted", "helper", True)
    calls: list[Callable[[], Any]] = [lambda: agents.get("helper"), lambda: agents.get_version("helper", "2")]
    for call in calls:
        with pytest.raises(ResourceNotFoundError, match="No agent found with id 'helper'"):
            await done(call())


async def test_an_agent_of_a_name_is_made_once(fast: LocalService, connect: Connect) -> None:
    agents = connect(fast).agents
    await done(agents.create(name="helper", definition=PROMPT))
    with pytest.raises(ResourceExistsError, match="There is an agent named 'helper' already"):
        await done(agents.create(name="helper", definition=PROMPT))


async def test_lists_are_lazy_and_made_of_pages(fast: LocalService, connect: Connect, face: Face) -> None:
    agents = connect(fast).agents
    for number in range(5):
        await done(agents.create(name=f"agent-{number}", definition=hosted() if number % 2 else PROMPT))
    listed = agents.list(limit=2, order="asc")
    assert isinstance(listed, AsyncIterator if face.waits else Iterator)
    assert [agent.name for agent in await pieces(listed)] == [f"agent-{number}" for number in range(5)]
    assert [agent.name for agent in await pieces(agents.list(kind=AgentKind.HOSTED))] == ["agent-3", "agent-1"]
    assert [agent.name for agent in await pieces(agents.list(kind="prompt", limit=1))] == ["agent-4", "agent-2", "agent-0"]
    pages = agents.list(limit=2).by_page()
    first = await (anext(pages) if face.waits else done(next(pages)))
    assert [agent.name for agent in await pieces(first)] == ["agent-4", "agent-3"]
    rest = agents.list(limit=2).by_page(continuation_token=pages.continuation_token)
    assert [agent.name for page in await pieces(rest) for agent in await pieces(page)] == ["agent-2", "agent-1", "agent-0"]
    for number in range(2, 6):
        await done(agents.create_version("agent-0", definition={"kind": "prompt", "model": f"m{number}"}))
    versions = await pieces(agents.list_versions("agent-0", limit=2, order="asc"))
    assert [version.version for version in versions] == ["1", "2", "3", "4", "5"]
    after = await pieces(agents.list_versions("agent-0", after="agent-0:4", order="asc"))
    assert [version.version for version in after] == ["5"]


async def test_a_version_is_called_by_either_name(fast: LocalService, connect: Connect) -> None:
    agents = connect(fast).agents
    made = await done(agents.create_version("helper", definition=PROMPT))
    for given in ({"version": "1"}, {"agent_version": "1"}):
        assert await done(agents.get_version(agent_name="helper", **given)) == made
        assert await done(agents.wait_for_version(agent_name="helper", **given)) == made
    with pytest.raises(TypeError, match="'version' is the older name of 'agent_version'"):
        await done(agents.get_version("helper", "1", version="2"))
    with pytest.raises(TypeError, match=r"get_version\(\) missing 1 required argument: 'agent_version'"):
        await done(agents.get_version("helper"))
    assert (await done(agents.delete_version(agent_name="helper", version="1"))).deleted
    assert await pieces(agents.list()) == []


async def test_definitions_of_every_kind_come_back_as_they_were(fast: LocalService, connect: Connect) -> None:
    agents = connect(fast).agents
    definitions = [
        PROMPT,
        WorkflowAgentDefinition(workflow="kind: workflow"),
        {
            "kind": "container_app",
            "container_protocol_versions": [{"protocol": "responses", "version": "v1"}],
            "container_app_resource_id": "/subscriptions/s",
            "ingress_subdomain_suffix": "x",
        },
        {"kind": "external", "url": "https://agent.example"},
        {"kind": "voice", "voice": {"name": "a"}},
    ]
    for number, definition in enumerate(definitions):
        made = await done(agents.create_version(f"agent-{number}", definition=definition))
        assert (made.definition, made.state) == (definition, "active")


async def test_a_hosted_definition_comes_back_with_its_image(fast: LocalService, connect: Connect) -> None:
    definition = hosted(tools=[{"type": "code_interpreter"}], environment_variables={"LOG_LEVEL": "INFO"})
    made = (await done(connect(fast).agents.create_version("helper", definition=definition))).definition
    assert isinstance(made, HostedAgentDefinition)
    assert (made.image, made == definition) == ("registry.example/agents/helper:1.2", True)
    assert made.container_protocol_versions == made.protocol_versions == definition.container_protocol_versions


async def test_a_body_may_be_given_as_a_whole(fast: LocalService, connect: Connect) -> None:
    agents = connect(fast).agents
    body = {"name": "helper", "definition": hosted().as_dict(), "metadata": {"a": "b"}}
    assert (await done(agents.create(body))).versions.latest.metadata == {"a": "b"}
    later: dict[str, Any] = {
        "definition": {"kind": "hosted", "protocol_versions": [{"protocol": "responses", "version": "v1"}]}
    }
    later["definition"]["container_configuration"] = {"image": "registry.example/b:2"}
    assert (await done(agents.create_version("helper", body=later))).definition.image == "registry.example/b:2"
    with pytest.raises(ValueError, match="memory='2GB'"):
        await done(agents.create_version("helper", body={"definition": hosted(memory="2GB").as_dict()}))


async def test_manifests(serve: Callable[..., LocalService], connect: Connect) -> None:
    manifest = {"kind": "prompt", "model": "{{model}}", "instructions": "Speak {{ language }}.", "temperature": "{{heat}}"}
    agents = connect(serve(hosting=Hosting(manifests={"speaker": manifest}))).agents
    values = {"model": "gpt-4o", "language": "French", "heat": 0.5}
    made = await done(agents.create_from_manifest(name="speaker", manifest_id="speaker", parameter_values=values))
    filled = {"kind": "prompt", "model": "gpt-4o", "instructions": "Speak French.", "temperature": 0.5}
    assert made.versions.latest.definition == filled
    values["language"] = "Greek"
    second = await done(agents.create_version_from_manifest("speaker", manifest_id="speaker", parameter_values=values))
    assert (second.version, second.definition.instructions) == ("2", "Speak Greek.")
    same = await done(agents.update_from_manifest("speaker", manifest_id="speaker", parameter_values=values))
    assert same.versions.latest.version == "2"
    with pytest.raises(HttpResponseError, match=r"parameter_values\.heat: required"):
        await done(
            agents.update_from_manifest("speaker", manifest_id="speaker", parameter_values={"model": "m", "language": "x"})
        )
    with pytest.raises(ResourceNotFoundError, match=r"No manifest found with id 'other'.*it was started with \('speaker'\)"):
        await done(agents.create_from_manifest(name="other", manifest_id="other", parameter_values={}))


# --- what is sent -----------------------------------------------------------------------------------------------------------


async def test_a_call_has_its_own_version_and_feature(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=VERSION)]
    agents = connect(raw, api_version="2099-01-01").agents
    await done(agents.get_version("known-later", "1"))
    assert (raw.last.query, raw.last.headers[FEATURE]) == ({"api-version": "2025-11-15-preview"}, None)
    await done(agents.create_version("known-later", definition=hosted()))
    assert raw.last.headers[FEATURE] == "HostedAgents=V1Preview"
    assert raw.last.path == "/api/projects/local/agents/known-later/versions"
    assert raw.last.json() == {"definition": hosted().as_dict()}
    await done(agents.get_version("known-later", "1"))
    assert raw.last.headers[FEATURE] == "HostedAgents=V1Preview"
    await done(agents.create_version("another", definition=PROMPT))
    assert raw.last.headers[FEATURE] is None
    await done(agents.create_version("an-agent", definition=hosted(), headers={FEATURE.lower(): "Mine=V2"}))
    assert raw.last.headers.get_all(FEATURE) == ["Mine=V2"]
    await done(agents.get_version("known-later", "1", params={"api-version": "v1"}))
    assert raw.last.query == {"api-version": "v1"}


FORMS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "create": ([], {"name": "helper", "definition": PROMPT.as_dict(), "description": "d", "metadata": {"a": "b"}}),
    "update": (["helper"], {"definition": PROMPT.as_dict(), "metadata": {}}),
    "create_version": (["helper"], {"definition": hosted().as_dict(), "description": ""}),
    "create_from_manifest": ([], {"name": "helper", "manifest_id": "m", "parameter_values": {"a": 1}, "metadata": {"a": "b"}}),
    "update_from_manifest": (["helper"], {"manifest_id": "m", "parameter_values": {}}),
    "create_version_from_manifest": (["helper"], {"manifest_id": "m", "parameter_values": {"a": [None]}, "description": "d"}),
}


@pytest.mark.parametrize("name", FORMS)
async def test_the_forms_of_a_call_send_the_same_request(name: str, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=VERSION)]
    call = getattr(connect(raw).agents, name)
    ids, body = FORMS[name]
    for arguments, keywords in (
        (ids, body),
        ([], {**dict(zip(["agent_name"], ids, strict=False)), **body}),
        ([*ids, body], {}),
        (ids, {"body": body}),
        ([*ids, io.BytesIO(json.dumps(body).encode())], {}),
    ):
        await done(call(*arguments, **keywords))
        assert (raw.last.json(), raw.last.path, raw.last.method) == (body, raw.seen[0].path, "POST")
        assert raw.last.headers["Content-Type"] == "application/json"
    for missing in body.keys() & {"name", "definition", "manifest_id", "parameter_values"}:
        with pytest.raises(TypeError, match=rf"{name}\(\) is missing the argument '{missing}'"):
            await done(call(*ids, **{key: value for key, value in body.items() if key != missing}))
    assert len(raw.seen) == 5


async def test_a_warning_points_at_the_call(fast: LocalService, connect: Connect) -> None:
    agents = connect(fast).agents
    with (
        pytest.warns(UserWarning, match=r"cpu='8' is out of the range of hosted agents, 0\.5 to 4") as told,
        pytest.raises(HttpResponseError, match=r"definition\.cpu: '8' was sent, 0\.5 to 4 is allowed") as caught,
    ):
        await done(agents.create_version("helper", definition=hosted(cpu="8")))
    assert caught.value.status_code == 400
    (warning,) = told
    assert Path(warning.filename).parent == Path(__file__).parent, "the caller's own line"


@pytest.mark.parametrize("path", [HUB, "/openai"])
async def test_other_kinds_of_service_send_nothing(path: str, raw: RawServer, connect: Connect) -> None:
    agents = connect(raw.url + path).agents
    calls: list[Callable[[], Any]] = [
        lambda: agents.get("helper"),
        lambda: agents.create_version("helper", definition=PROMPT),
        lambda: agents.wait_for_version("helper", "1"),
        lambda: agents.list(),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="Use a client of a Foundry project"):
            await done(call())
    assert raw.seen == []


async def test_the_one_kind_of_agent_where_the_other_belongs(fast: LocalService, connect: Connect) -> None:
    agents = connect(fast).agents
    classic = await done(agents.create_agent(model="m"))
    with pytest.raises(ValueError, match=rf"call get_agent\('{classic.id}'\)"):
        await done(agents.get(classic.id))
    with pytest.raises(ValueError, match=r"^wait_for_version\(\) takes the name of an agent"):
        await done(agents.wait_for_version(classic.id, "1"))
    await done(agents.create(name="helper", definition=PROMPT))
    with pytest.raises(ResourceNotFoundError, match=r"'helper' is no id of a classic agent.* call get\('helper'\)"):
        await done(agents.get_agent("helper"))
    thread = await done(agents.create_thread())
    with pytest.raises(HttpResponseError, match=r"called by name, with get_openai_client\(\)\.responses"):
        await done(agents.create_run(thread.id, agent_id="helper"))
