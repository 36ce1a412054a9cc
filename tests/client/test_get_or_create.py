"""The agent of a name: found, created once, changed where that is asked for."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from agentkit.local import LocalService
from agentkit.models import FileSearchTool, FunctionTool, ToolSet

from .faces import Connect, Face, done
from .servers import AGENT, Answer, RawServer


def page(*agents: dict[str, Any], more: bool = False) -> Answer:
    listed = [{**AGENT, **agent} for agent in agents]
    return Answer(body={"object": "list", "data": listed, "last_id": listed[-1]["id"] if listed else None, "has_more": more})


MINE = {**AGENT, "id": "asst_mine", "name": "n", "created_at": 9}
OTHERS = {**AGENT, "id": "asst_other", "name": "n", "created_at": 5}


async def test_it_is_created_once_and_found_from_then_on(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    made = await done(agents.get_or_create_agent(name="only one", model="m", instructions="i"))
    found = await done(connect(service).agents.get_or_create_agent(name="only one", model="m", instructions="other"))
    assert found.id == made.id
    assert found.instructions == "i", "what differs stays unless it is to be updated"
    await done(agents.delete_agent(made.id))
    another = await done(agents.get_or_create_agent(name="only one", model="m"))
    assert another.id != made.id
    await done(agents.delete_agent(another.id))


async def test_by_area_it_is_a_method_of_the_client(service: LocalService, connect_agents: Connect) -> None:
    client = connect_agents(service)
    made = await done(client.get_or_create_agent(name="by area", model="m"))
    assert (await done(client.get_or_create_agent(name="by area", model="m"))).id == made.id


async def test_the_oldest_of_a_name_is_taken_letter_by_letter(raw: RawServer, connect: Connect) -> None:
    raw.answers = [
        page({"id": "a1", "name": "N"}, {"id": "a2", "name": "n "}, more=True),
        page({"id": "a3", "name": "n"}, {"id": "a4", "name": "n"}),
    ]
    assert (await done(connect(raw).agents.get_or_create_agent(name="n", model="m"))).id == "a3"
    assert [seen.query["order"] for seen in raw.seen] == ["asc", "asc"]
    assert raw.seen[1].query["after"] == "a2"


async def test_who_was_second_takes_the_agent_of_the_first(raw: RawServer, connect: Connect) -> None:
    raw.answers = [page(), Answer(body=MINE), page(OTHERS, MINE), Answer(body={"id": "asst_mine", "deleted": True})]
    found = await done(connect(raw).agents.get_or_create_agent(name="n", model="m"))
    assert found.id == "asst_other"
    assert [(seen.method, seen.path.rpartition("/")[2]) for seen in raw.seen[1:]] == [
        ("POST", "assistants"),
        ("GET", "assistants"),
        ("DELETE", "asst_mine"),
    ]


async def test_who_was_first_keeps_his_own(raw: RawServer, connect: Connect) -> None:
    raw.answers = [page(), Answer(body=MINE), page(MINE, {**OTHERS, "created_at": 10})]
    assert (await done(connect(raw).agents.get_or_create_agent(name="n", model="m"))).id == "asst_mine"
    assert len(raw.seen) == 3


async def test_an_agent_that_the_service_does_not_list_yet_is_taken(raw: RawServer, connect: Connect) -> None:
    raw.answers = [page(), Answer(body=MINE), page()]
    assert (await done(connect(raw).agents.get_or_create_agent(name="n", model="m"))).id == "asst_mine"


async def test_one_too_many_that_cannot_be_deleted_is_logged(
    raw: RawServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    raw.answers = [page(), Answer(body=MINE), page(OTHERS, MINE), Answer(403)]
    with caplog.at_level(logging.WARNING, "agentkit"):
        assert (await done(connect(raw).agents.get_or_create_agent(name="n", model="m"))).id == "asst_other"
    assert "asst_mine is one too many of its name" in caplog.text


async def test_programs_that_ask_at_once_get_one_agent(face: Face, service: LocalService, connect: Connect) -> None:
    clients = [connect(service).agents for _ in range(6)]
    if face.waits:
        found = await asyncio.gather(*(agents.get_or_create_agent(name="raced for", model="m") for agents in clients))
    else:
        found = await asyncio.gather(
            *(asyncio.to_thread(agents.get_or_create_agent, name="raced for", model="m") for agents in clients)
        )
    assert len({agent.id for agent in found}) == 1
    listed = await done(clients[0].list_agents(limit=100))
    assert sum(agent.name == "raced for" for agent in listed.data) == 1


async def test_what_differs_is_updated_where_that_is_asked_for(raw: RawServer, connect: Connect) -> None:
    agents = connect(raw).agents
    there = {
        **MINE,
        "instructions": "i",
        "temperature": 1.0,
        "tools": [{"type": "file_search", "file_search": {"max_num_results": 20}}],
    }
    same: dict[str, Any] = {"model": "m", "instructions": "i", "temperature": 1, "tools": FileSearchTool().definitions}
    raw.answers = [page(there)]
    await done(agents.get_or_create_agent(name="n", **same, update=True))
    assert [seen.method for seen in raw.seen] == ["GET"], "what the service has filled in is no difference"
    raw.seen.clear()
    raw.answers = [page(there), Answer(body={**there, "instructions": "new"})]
    found = await done(agents.get_or_create_agent(name="n", **{**same, "instructions": "new"}, update=True))
    assert found.instructions == "new"
    assert raw.last.path.endswith("/assistants/asst_mine")
    assert raw.last.json() == {
        "name": "n",
        "model": "m",
        "instructions": "new",
        "temperature": 1,
        "tools": [{"type": "file_search"}],
    }


async def test_an_update_on_the_service(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    first = await done(agents.get_or_create_agent(name="changing", model="m", instructions="i"))
    second = await done(agents.get_or_create_agent(name="changing", model="m", instructions="j", update=True))
    assert (second.id, second.instructions) == (first.id, "j")


def weather(place: str) -> str:
    """What the weather is like.

    :param place: where.
    """
    return f"sun in {place}"


@pytest.mark.parametrize("there", [True, False])
async def test_the_functions_of_its_toolset_are_called_also_if_it_was_there(
    there: bool, raw: RawServer, connect: Connect
) -> None:
    toolset = ToolSet()
    toolset.add(FunctionTool({weather}))
    raw.answers = [page(MINE)] if there else [page(), Answer(body=MINE), page(MINE)]
    agents = connect(raw).agents
    await done(agents.get_or_create_agent(name="n", model="m", toolset=toolset))
    assert agents._levels("asst_mine", None)[1] is toolset


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"model": "m"}, TypeError),
        ({"name": "n"}, TypeError),
        ({"name": "", "model": "m"}, ValueError),
        ({"name": None, "model": "m"}, TypeError),
        ({"name": "n", "model": "m", "upd": True}, TypeError),
    ],
)
async def test_what_is_missing_or_wrong_is_refused(
    arguments: dict[str, Any], error: type[Exception], raw: RawServer, connect: Connect
) -> None:
    with pytest.raises(error):
        await done(connect(raw).agents.get_or_create_agent(**arguments))
    assert not raw.seen
