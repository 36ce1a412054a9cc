"""What azure-ai-projects 2.0.0b3 is put through: agents with names and versions, hosted ones and prompt agents."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from azure.ai.projects import models as m
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

if TYPE_CHECKING:
    from clients import Api, Report

VERSIONS = 7
LIMITS = (1, 3, VERSIONS, 100)  # pages of one, a last page that is not full, one page that is just full, and one that is not
DEPLOYED_SECONDS = 20.0
IMAGE = "registry.example/agents/helper:1.2"


def hosted(**changes: Any) -> Any:
    """A definition as the published client makes it."""
    values = {
        "container_protocol_versions": [m.ProtocolVersionRecord(protocol=m.AgentProtocol.RESPONSES, version="v1")],
        "image": IMAGE,
        "cpu": "1",
        "memory": "2Gi",
        "tools": [{"type": "code_interpreter"}],
        "environment_variables": {"LOG_LEVEL": "INFO"},
    }
    return m.ImageBasedHostedAgentDefinition(**{**values, **changes})


def prompt(instructions: str = "Be brief.") -> Any:
    return m.PromptAgentDefinition(model="gpt-4o-mini", instructions=instructions, temperature=0.5)


async def each(listed: Any) -> AsyncIterator[Any]:
    """The items of a list, or the pages of one, of either client."""
    if hasattr(listed, "__aiter__"):
        async for item in listed:
            yield item
    else:
        for item in listed:
            yield item


async def all_of(listed: Any) -> list[Any]:
    return [item async for item in each(listed)]


async def pages_of(listed: Any, token: str | None = None) -> list[list[str]]:
    """The versions on each page of a list."""
    return [
        [version.version for version in await all_of(page)] async for page in each(listed.by_page(continuation_token=token))
    ]


async def refused(call: Any, kind: type[HttpResponseError]) -> Any:
    """The error of a call that has to fail.

    :raises AssertionError: It did not fail.
    """
    try:
        await call
    except kind as error:
        return error
    raise AssertionError(f"it did not raise {kind.__name__}")


async def life(api: Api, report: Report) -> None:
    name = f"helper-{api.flavour}"
    with report.check("create"):
        agent = await api.create(name=name, definition=hosted(), metadata={"a": "b"}, description="helps")
        assert (agent.object, agent.id, agent.name) == ("agent", name, name)
        latest = agent.versions.latest
        assert (latest.version, latest.description, dict(latest.metadata)) == ("1", "helps", {"a": "b"})
        assert type(latest.definition) is m.HostedAgentDefinition
        assert latest.definition["image"] == IMAGE, "an image is a key alone in that client"
        assert latest.definition.tools[0].type == "code_interpreter"
        assert latest["status"] in ("creating", "active")
        await refused(api.create(name=name, definition=prompt()), ResourceExistsError)
    with report.check("get_version"):
        deadline = time.monotonic() + DEPLOYED_SECONDS
        while (version := await api.get_version(name, "1"))["status"] == "creating":
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        assert (version["status"], version.created_at) == ("active", latest.created_at)
    with report.check("update"):
        assert (await api.update(name, definition=prompt())).versions.latest.version == "2"
        assert (await api.update(name, definition=prompt())).versions.latest.version == "2"
    with report.check("create_version"):
        third = await api.create_version(name, definition=prompt("Speak French."))
        assert (third.object, third.id, third.name, third.version) == ("agent.version", f"{name}:3", name, "3")
        assert type(third.definition) is m.PromptAgentDefinition
        by_body = await api.create_version(name, {"definition": prompt("Speak Greek.").as_dict()})
        assert (by_body.version, by_body.definition.instructions) == ("4", "Speak Greek.")
    with report.check("get"):
        assert (await api.get(name)).versions.latest.as_dict() == by_body.as_dict()
    with report.check("delete_version"):
        gone = await api.delete_version(name, "4")
        assert (gone.object, gone.name, gone.version, gone.deleted) == ("agent.version.deleted", name, "4", True)
        await refused(api.get_version(name, "4"), ResourceNotFoundError)
    with report.check("delete"):
        deleted = await api.delete(name)
        assert (deleted.object, deleted.name, deleted.deleted) == ("agent.deleted", name, True)
        await refused(api.get(name), ResourceNotFoundError)


async def lists(api: Api, report: Report) -> None:
    """The client goes on until a page has no last id, whatever ``has_more`` says, and every item must come once."""
    name = f"listed-{api.flavour}"
    made = [(await api.create_version(name, definition=prompt(str(number)))).version for number in range(VERSIONS)]
    await api.create_version(f"{name}-hosted", definition=hosted())

    async def listing(**keywords: Any) -> Any:
        return await api.list_versions(name, **keywords)

    with report.check("list_versions"):
        for limit in LIMITS:
            for order, expected in (("asc", made), ("desc", made[::-1])):
                versions = await all_of(await listing(limit=limit, order=order))
                assert [version.version for version in versions] == expected, (limit, order)
        assert await pages_of(await listing(limit=3, order="asc")) == [made[:3], made[3:6], made[6:], []]
        assert await pages_of(await listing(limit=3, order="asc"), f"{name}:5") == [made[5:], []]
        assert [version.version for version in await all_of(await listing(order="asc", before=f"{name}:3"))] == made[:2]
    with report.check("list"):
        for kind, expected in ((m.AgentKind.HOSTED, [f"{name}-hosted"]), ("prompt", [name]), (None, [f"{name}-hosted", name])):
            for limit in (1, 100):
                assert [agent.name for agent in await all_of(await api.list(kind=kind, limit=limit))] == expected, kind
    for agent in await all_of(await api.list()):
        await api.delete(agent.name)


async def manifests(api: Api, report: Report) -> None:
    calls: dict[str, Callable[[], Any]] = {
        "create_from_manifest": lambda: api.create_from_manifest(name="m", manifest_id="none", parameter_values={}),
        "create_version_from_manifest": lambda: api.create_version_from_manifest("m", manifest_id="none", parameter_values={}),
        "update_from_manifest": lambda: api.update_from_manifest("m", manifest_id="none", parameter_values={}),
    }
    for name, call in calls.items():
        with report.check(name):
            error = await refused(call(), ResourceNotFoundError)
            assert "No manifest found with id 'none'" in str(error)


async def refusals(api: Api, report: Report) -> None:
    faults: dict[str, dict[str, Any]] = {
        "ProtocolVersionNotSupported": {"container_protocol_versions": [{"protocol": "responses", "version": "v2"}]},
        "InvalidContainerImage": {"image": "no image"},
        "invalid_request_error": {"cpu": "16"},
    }
    for code, change in faults.items():
        with report.check(f"{code} is a 400"):
            error = await refused(api.create_version("refused", definition=hosted(**change)), HttpResponseError)
            assert (error.status_code, error.model.error.code) == (400, code)
            assert error.model.error.message
    with report.check("a wrong name is a 400"):
        assert (await refused(api.create_version("no_name", definition=prompt()), HttpResponseError)).status_code == 400


SCENARIOS = (life, lists, manifests, refusals)
