"""Agents with names and versions, over HTTP: what is taken, what is refused and by which code, and how a deployment goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from service_wire import Clock, Wire

from agentkit.local import Hosting, description
from agentkit.local.supplement import extend

HOSTED: Mapping[str, Any] = {
    "kind": "hosted",
    "container_protocol_versions": [{"protocol": "responses", "version": "v1"}],
    "image": "registry.example/agents/helper:1.2",
}
DEFAULTS = {"cpu": "1", "memory": "2Gi"}
PROMPT: Mapping[str, Any] = {"kind": "prompt", "model": "gpt-4o-mini", "instructions": "Be brief."}


def refused(wire: Wire, definition: Any, name: str = "helper") -> Any:
    return wire.refused("POST", f"/agents/{name}/versions", json={"definition": definition})


# --- deployments ------------------------------------------------------------------------------------------------------------


def test_a_hosted_version_is_deployed_by_the_clock(serve: Callable[..., Wire], clock: Clock) -> None:
    wire = serve(clock=clock, hosting=Hosting(seconds=2))
    made = wire.post("/agents/helper/versions", definition=HOSTED, metadata={"a": "b"}, description="helps")
    assert made == {
        "object": "agent.version",
        "id": "helper:1",
        "name": "helper",
        "version": "1",
        "created_at": int(clock.now),
        "metadata": {"a": "b"},
        "description": "helps",
        "definition": {**HOSTED, **DEFAULTS},
        "status": "creating",
    }
    clock.now += 1.9
    assert wire.get("/agents/helper/versions/1")["status"] == "creating"
    clock.now += 0.2
    active = {**made, "status": "active"}
    assert wire.get("/agents/helper/versions/1") == active
    assert wire.get("/agents/helper")["versions"]["latest"] == active
    assert wire.get("/agents/helper/versions")["data"] == [active]
    assert wire.get("/agents")["data"] == [
        {"object": "agent", "id": "helper", "name": "helper", "versions": {"latest": active}}
    ]


@pytest.mark.parametrize(
    "definition", [PROMPT, {"kind": "workflow", "workflow": "x"}, {"kind": "external", "url": "u"}, {"kind": "voice"}]
)
def test_what_is_not_deployed_is_active_at_once(definition: Mapping[str, str], shared: Wire) -> None:
    assert shared.post(f"/agents/{definition['kind']}/versions", definition=definition)["status"] == "active"


def test_a_deployment_fails_where_it_is_told_to(serve: Callable[..., Wire], clock: Clock) -> None:
    failures = {"helper": "ImagePullBackOff", "registry.example/gone:1": "InvalidContainerImage"}
    wire = serve(clock=clock, hosting=Hosting(seconds=1, failures=failures))
    wire.post("/agents/helper/versions", definition=HOSTED)
    gone = {**HOSTED, "container_configuration": {"image": "registry.example/gone:1"}}
    del gone["image"]
    wire.post("/agents/other/versions", definition=gone)
    assert wire.get("/agents/helper/versions/1")["status"] == "creating"
    clock.now += 1
    for name, code in (("helper", "ImagePullBackOff"), ("other", "InvalidContainerImage")):
        failed = wire.get(f"/agents/{name}/versions/1")
        assert (failed["status"], failed["error"]["code"]) == ("failed", code)
        assert failed["error"]["message"]


def test_versions_outlive_the_service(serve: Callable[..., Wire], tmp_path: Path) -> None:
    wire = serve(tmp_path, hosting=Hosting(seconds=0))
    made = wire.post("/agents/helper/versions", definition=HOSTED)
    wire.service.stop()
    again = serve(tmp_path)
    assert again.get("/agents/helper/versions/1") == {**made, "status": "active"}
    assert again.post("/agents/helper/versions", definition=PROMPT)["version"] == "2"


@pytest.mark.parametrize("wrong", [{"seconds": -1}, {"seconds": float("inf")}, {"failures": {"a": "Nonsense"}}])
def test_a_wrong_setting_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Hosting(**wrong)


# --- versions ---------------------------------------------------------------------------------------------------------------


def test_a_number_is_given_once(serve: Callable[..., Wire]) -> None:
    wire = serve()
    for number in ("1", "2", "3"):
        assert wire.post("/agents/helper/versions", definition=PROMPT)["version"] == number
    assert wire.delete("/agents/helper/versions/3") == {
        "object": "agent.version.deleted",
        "name": "helper",
        "version": "3",
        "deleted": True,
    }
    assert wire.post("/agents/helper/versions", definition=HOSTED)["version"] == "4"
    assert [version["version"] for version in wire.pages("/agents/helper/versions")] == ["4", "2", "1"]


def test_an_update_that_changes_nothing_makes_no_version(serve: Callable[..., Wire]) -> None:
    wire = serve()
    wire.post("/agents", name="helper", definition=PROMPT)
    assert wire.post("/agents/helper", definition=PROMPT)["versions"]["latest"]["version"] == "1"
    assert wire.post("/agents/helper", definition=PROMPT, metadata={"a": "b"})["versions"]["latest"]["version"] == "2"
    assert wire.post("/agents/helper", definition={**PROMPT, "model": "m"})["versions"]["latest"]["version"] == "3"


def test_an_agent_is_of_the_kind_of_its_newest_version(serve: Callable[..., Wire]) -> None:
    wire = serve()
    wire.post("/agents/helper/versions", definition=PROMPT)
    wire.post("/agents/helper/versions", definition=HOSTED)
    assert [agent["name"] for agent in wire.get("/agents", kind="hosted")["data"]] == ["helper"]
    assert wire.get("/agents", kind="prompt")["data"] == []
    wire.delete("/agents/helper/versions/2")
    assert wire.get("/agents", kind="hosted")["data"] == []
    assert [agent["name"] for agent in wire.get("/agents", kind="prompt")["data"]] == ["helper"]


def test_an_agent_goes_with_its_last_version_and_its_versions_with_it(serve: Callable[..., Wire]) -> None:
    wire = serve()
    wire.post("/agents/helper/versions", definition=PROMPT)
    wire.delete("/agents/helper/versions/1")
    assert wire.refused("GET", "/agents/helper", 404)["code"] == "NotFound"
    assert wire.post("/agents/helper/versions", definition=PROMPT)["version"] == "1"
    wire.post("/agents/helper/versions", definition=PROMPT)
    assert wire.delete("/agents/helper") == {"object": "agent.deleted", "name": "helper", "deleted": True}
    assert wire.refused("GET", "/agents/helper/versions/1", 404)["code"] == "NotFound"
    assert wire.get("/agents") == {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/agents/nobody"),
        ("DELETE", "/agents/nobody"),
        ("GET", "/agents/nobody/versions"),
        ("GET", "/agents/nobody/versions/1"),
        ("GET", "/agents/somebody/versions/9"),
        ("DELETE", "/agents/somebody/versions/9"),
    ],
)
def test_what_is_not_there_is_not_found(method: str, path: str, shared: Wire) -> None:
    shared.post("/agents/somebody/versions", definition=PROMPT)
    assert shared.refused(method, path, 404)["code"] == "NotFound"


def test_an_update_needs_an_agent(shared: Wire) -> None:
    assert shared.refused("POST", "/agents/nobody", 404, json={"definition": PROMPT})["code"] == "NotFound"


def test_pages_go_both_ways(serve: Callable[..., Wire]) -> None:
    wire = serve()
    for number in range(5):
        wire.post(f"/agents/agent-{number}/versions", definition=PROMPT)
    page = wire.get("/agents", limit=2, order="asc", after="agent-1")
    assert ([agent["id"] for agent in page["data"]], page["has_more"]) == (["agent-2", "agent-3"], True)
    assert (page["first_id"], page["last_id"]) == ("agent-2", "agent-3")
    before = wire.get("/agents", limit=2, order="asc", before="agent-2")
    assert [agent["id"] for agent in before["data"]] == ["agent-0", "agent-1"]
    wire.delete("/agents/agent-3")
    assert [agent["id"] for agent in wire.get("/agents", order="asc", after="agent-3")["data"]] == ["agent-4"]
    assert wire.refused("GET", "/agents?after=nobody")["param"] == "after"
    assert wire.refused("GET", "/agents?kind=unheard-of")["param"] == "kind"


# --- what is taken and refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a", "A-1", "7", "a" * 63, "my-hosted-agent"])
def test_a_name_that_is_taken(name: str, shared: Wire) -> None:
    assert shared.post(f"/agents/{name}/versions", definition=PROMPT)["name"] == name


@pytest.mark.parametrize("name", ["-a", "a-", "a_b", "a.b", "ä", "a b", "a" * 64, ""])
def test_a_name_that_is_not(name: str, shared: Wire) -> None:
    assert shared.refused("POST", "/agents", json={"name": name, "definition": PROMPT})["param"] == "name"
    if name:
        assert refused(shared, PROMPT, name)["param"] == "name"


IMAGES = [
    "helper",
    "helper:latest",
    "registry.example/helper",
    "localhost:5000/agents/helper:1.2",
    "registry.example/a__b/c-d.e:V1_2.3-x",
    f"registry.example/helper@sha256:{'0' * 64}",
    f"registry.example/helper:1@sha256:{'a' * 64}",
]


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_that_is_taken(image: str, shared: Wire) -> None:
    assert shared.post("/agents/images/versions", definition={**HOSTED, "image": image})["definition"]["image"] == image


@pytest.mark.parametrize(
    "image",
    [
        *("", "no image", "https://registry.example/a:1", "registry.example/A:1", "a:", "a:b:c", "/a", "a//b", "a@sha256:1"),
        *("a" * 600, "a\n", "registry.example/helper:" + "t" * 129, "-a", "ä:1"),
    ],
)
def test_an_image_that_is_not(image: str, shared: Wire) -> None:
    error = refused(shared, {**HOSTED, "image": image})
    assert (error["code"], error["param"]) == ("InvalidContainerImage", "definition.image")


@pytest.mark.parametrize("protocol", ["activity_protocol", "activity", "a2a", "mcp", "invocations", "voice", "invocations_ws"])
def test_other_protocols_are_taken_in_any_version(protocol: str, shared: Wire) -> None:
    records = [{"protocol": protocol, "version": "2025-01-01"}]
    shared.post("/agents/protocols/versions", definition={**HOSTED, "container_protocol_versions": records})


@pytest.mark.parametrize("name", ["container_protocol_versions", "protocol_versions"])
@pytest.mark.parametrize(
    ("record", "at"),
    [
        ({"protocol": "responses", "version": "v2"}, "version"),
        ({"protocol": "responses", "version": ""}, "version"),
        ({"protocol": "Responses", "version": "v1"}, "protocol"),
        ({"protocol": "smoke", "version": "v1"}, "protocol"),
    ],
)
def test_a_protocol_that_is_not_supported(name: str, record: dict[str, str], at: str, shared: Wire) -> None:
    definition = {**{key: HOSTED[key] for key in ("kind", "image")}, name: [HOSTED["container_protocol_versions"][0], record]}
    error = refused(shared, definition)
    assert (error["code"], error["param"]) == ("ProtocolVersionNotSupported", f"definition.{name}[1].{at}")


@pytest.mark.parametrize(
    "size", [{"cpu": "0.5", "memory": "1Gi"}, {"cpu": "4", "memory": "8Gi"}, {"cpu": "500m", "memory": "2048Mi"}]
)
def test_sizes_within_the_limits(size: dict[str, str], shared: Wire) -> None:
    assert shared.post("/agents/sizes/versions", definition={**HOSTED, **size})["definition"].items() >= size.items()


def test_sizes_that_are_left_out_are_filled_in(serve: Callable[..., Wire]) -> None:
    wire = serve()
    made = wire.post("/agents/sizes/versions", definition={**HOSTED, "cpu": None, "memory": "4Gi"})
    assert made["definition"] == {**HOSTED, "cpu": "1", "memory": "4Gi"}
    assert wire.post("/agents/sizes", definition={**HOSTED, "memory": "4Gi"})["versions"]["latest"]["version"] == "1"


@pytest.mark.parametrize("name", ["container_protocol_versions", "image"])
def test_a_hosted_agent_is_not_made_without(name: str, shared: Wire) -> None:
    definition = {key: value for key, value in HOSTED.items() if key != name}
    assert refused(shared, definition)["param"] == f"definition.{name}"


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ({"cpu": "0.4"}, "0.5 to 4 is allowed"),
        ({"cpu": "4.5"}, "0.5 to 4 is allowed"),
        ({"cpu": "two"}, "an amount such as '1'"),
        ({"cpu": 1}, "a text or null is allowed"),
        ({"memory": "512Mi"}, "1Gi to 8Gi is allowed"),
        ({"memory": "16Gi"}, "1Gi to 8Gi is allowed"),
        ({"memory": "2GB"}, "an amount such as '2Gi'"),
    ],
)
def test_sizes_beyond_the_limits(size: dict[str, Any], told: str, shared: Wire) -> None:
    error = refused(shared, {**HOSTED, **size})
    assert error["param"] == f"definition.{next(iter(size))}"
    assert told in error["message"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "definition"),
        ({"definition": {}}, "definition.kind"),
        ({"definition": {"kind": "promt", "model": "m"}}, "definition.kind"),
        ({"definition": {"kind": "prompt"}}, "definition.model"),
        ({"definition": {"kind": "hosted", "image": "a"}}, "definition.container_protocol_versions"),
        ({"definition": {**HOSTED, "container_protocol_versions": []}}, "definition.container_protocol_versions"),
        ({"definition": {**HOSTED, "image": None}}, "definition.image"),
        ({"definition": {**HOSTED, "environment_variables": {"A": 1}}}, "definition.environment_variables.A"),
        ({"definition": PROMPT, "metadata": {"a" * 65: "b"}}, "metadata"),
        ({"definition": PROMPT, "metadata": {"a": "b" * 513}}, "metadata.a"),
        ({"definition": PROMPT, "metadata": {str(n): "b" for n in range(17)}}, "metadata"),
        ({"definition": PROMPT, "description": "d" * 513}, "description"),
        ({"definition": {**PROMPT, "temperature": 3}}, "definition.temperature"),
    ],
)
def test_a_wrong_body_is_refused_by_the_name_of_its_fault(body: dict[str, Any], param: str, shared: Wire) -> None:
    assert shared.refused("POST", "/agents/helper/versions", json=body)["param"] == param


def test_code_may_stand_for_an_image(shared: Wire) -> None:
    definition = {"kind": "hosted", "protocol_versions": HOSTED["container_protocol_versions"]}
    definition["code_configuration"] = {"runtime": "python_3_13"}
    assert shared.post("/agents/code/versions", definition=definition)["definition"] == {**definition, **DEFAULTS}


def test_no_name_of_the_description_is_taken_by_another_one() -> None:
    """What the service adds to the description must not replace schemas that agents with versions are described by."""
    source = Path(description.__file__).parent / "_generated" / "openapi.json"
    bundled = json.loads(source.read_text(encoding="utf-8"))
    before = json.loads(json.dumps(bundled["components"]["schemas"]))
    extend(bundled)
    after = bundled["components"]["schemas"]
    kept = {"AgentDefinition", "AgentDetails", "AgentVersionDetails", "HostedAgentDefinition", "PromptAgentDefinition", "Error"}
    kept |= {"AgentTool", "Reasoning", "ResponseTextFormatConfiguration", "StructuredInputDefinition", "Location"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
