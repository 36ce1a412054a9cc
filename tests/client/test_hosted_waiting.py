"""Waiting for versions of agents, with both clients, and what is said of those that cannot be deployed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agentkit.exceptions import HttpResponseError, VersionFailedError, WaitTimeoutError
from agentkit.local import Hosting, LocalService
from agentkit.models import AgentDetails, AgentVersionDetails

from .definitions import VERSION, hosted
from .faces import Connect, done
from .fixtures import Naps
from .servers import Answer, RawServer


@pytest.fixture
def fast(serve: Callable[..., LocalService]) -> LocalService:
    """A service that deploys at once, but for what it is told to fail."""
    failures = {"refused-pull": "ImagePullBackOff", "registry.example/gone:1": "InvalidContainerImage"}
    failures |= {"no-host": "CapabilityHostNotFound", "old-protocol": "ProtocolVersionNotSupported"}
    return serve(hosting=Hosting(seconds=0, failures=failures))


async def test_a_wait_looks_at_once_and_ends_when_the_version_is_active(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [*[Answer(body={**VERSION, "status": "creating"})] * 3, Answer(body={**VERSION, "status": "active"})]
    states: list[str | None] = []
    agents = connect(raw).agents
    version = await done(
        agents.wait_for_version("a", "1", sleep_interval=0.2, on_update=lambda seen: states.append(seen.state))
    )
    assert (version.state, states) == ("active", ["creating"] * 3 + ["active"])
    assert [nap for nap in naps.slept if nap] == pytest.approx([0.1, 0.15, 0.2])
    assert raw.last.path == "/api/projects/local/agents/a/versions/1"


@pytest.mark.parametrize(
    "told", [{"status": "active"}, {"state": "Running"}, {}, {"status": "deleted"}, {"status": "of tomorrow"}]
)
async def test_every_other_state_ends_a_wait(told: dict[str, str], raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(body={**VERSION, **told})]
    version = await done(connect(raw).agents.wait_for_version("a", "1"))
    assert version.state == next(iter(told.values()), None)
    assert len(raw.seen) == 1


async def test_a_wait_runs_out_of_time(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(body={**VERSION, "status": "creating"})]
    with pytest.raises(
        WaitTimeoutError, match=r"version 1 of a is still creating after 5\.0 s; its deployment goes on"
    ) as caught:
        await done(connect(raw).agents.wait_for_version("a", "1", timeout=5))
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.last.version == "1"
    assert caught.value.waited == pytest.approx(5)


async def test_a_wait_without_time_looks_once(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(body={**VERSION, "status": "creating"})]
    with pytest.raises(WaitTimeoutError):
        await done(connect(raw).agents.wait_for_version("a", "1", timeout=0))
    assert len(raw.seen) == 1


@pytest.mark.parametrize(
    ("name", "image", "code", "step"),
    [
        ("refused-pull", "registry.example/a:1", "ImagePullBackOff", "AcrPull"),
        ("helper", "registry.example/gone:1", "InvalidContainerImage", "REGISTRY/PATH:TAG"),
        ("no-host", "registry.example/a:1", "CapabilityHostNotFound", "enablePublicHostingEnvironment=true"),
        ("old-protocol", "registry.example/a:1", "ProtocolVersionNotSupported", 'version="v1"'),
    ],
)
async def test_a_failed_deployment_says_why_and_what_to_do(
    name: str, image: str, code: str, step: str, fast: LocalService, connect: Connect
) -> None:
    agents = connect(fast).agents
    made = await done(agents.create_version(name, definition=hosted(image=image)))
    with pytest.raises(VersionFailedError, match=rf"version 1 of {name} failed \({code}\)") as caught:
        await done(agents.wait_for_version(name, made.version))
    assert (caught.value.code, caught.value.version.state, caught.value.version.error.code) == (code, "failed", code)
    assert step in caught.value.hint
    assert str(caught.value).endswith(caught.value.hint)


@pytest.mark.parametrize(
    ("change", "code", "step"),
    [
        ({"image": "no image"}, "InvalidContainerImage", "REGISTRY/PATH:TAG"),
        (
            {"container_protocol_versions": [{"protocol": "responses", "version": "v2"}]},
            "ProtocolVersionNotSupported",
            'version="v1"',
        ),
        ({"container_protocol_versions": [{"protocol": "smoke", "version": "v1"}]}, "ProtocolVersionNotSupported", "v1"),
    ],
)
async def test_a_refused_definition_says_what_to_do(
    change: dict[str, Any], code: str, step: str, fast: LocalService, connect: Connect
) -> None:
    with pytest.raises(HttpResponseError, match=f"400 Bad Request {code}") as caught:
        await done(connect(fast).agents.create_version("helper", definition=hosted(**change)))
    assert (caught.value.status_code, caught.value.error.code if caught.value.error else None) == (400, code)
    assert step in str(caught.value)


@pytest.mark.parametrize("code", ["ImagePullBackOff", "CapabilityHostNotFound"])
async def test_what_a_service_refuses_by_a_general_code_is_known_by_its_text(
    code: str, raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(400, body={"error": {"code": "BadRequest", "message": f"Deployment failed with {code}."}})]
    with pytest.raises(HttpResponseError) as caught:
        await done(connect(raw).agents.create_version("helper", definition=hosted()))
    step = {"ImagePullBackOff": "AcrPull", "CapabilityHostNotFound": "capability host"}[code]
    assert step in str(caught.value)


@pytest.mark.parametrize(("wrong", "error"), [({"timeout": -1}, ValueError), ({"sleep_interval": "x"}, TypeError)])
async def test_a_wait_of_a_wrong_length_is_refused(
    wrong: dict[str, Any], error: type[Exception], raw: RawServer, connect: Connect
) -> None:
    with pytest.raises(error, match=next(iter(wrong))):
        await done(connect(raw).agents.wait_for_version("a", "1", **wrong))
    assert raw.seen == []


def test_a_version_tells_its_state_by_either_name() -> None:
    assert AgentVersionDetails({"status": "active"}).state == "active"
    assert AgentVersionDetails({"status": "active", "state": "Running"}).state == "Running"
    assert AgentVersionDetails({}).state is None
    agent = AgentDetails({"versions": {"latest": {"status": "failed"}}})
    assert (agent.state, AgentDetails({"state": "disabled"}).state, AgentDetails({}).state) == ("failed", "disabled", None)
    agent.state = "disabled"
    assert json.loads(agent.model_dump_json())["state"] == "disabled"
