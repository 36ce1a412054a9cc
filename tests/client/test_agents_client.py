"""The client of agents alone: how it is made, lists that page by themselves, runs with functions, streams, files, deletions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import agentkit
from agentkit import models
from agentkit.exceptions import HttpResponseError, ResourceNotFoundError, WaitTimeoutError
from agentkit.local import LocalService
from agentkit.local.models.base import ModelRequest, ModelTurn, ToolCall

from .faces import KEY, Connect, Face, done, inside, next_piece, pieces
from .fixtures import Naps
from .servers import AGENT, Answer, RawServer

# --- how it is made ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "said"), [("", "endpoint is empty"), (None, r"AgentsClient\(\) is missing endpoint: give the project's URL")]
)
def test_an_endpoint_is_needed(endpoint: Any, said: str, face: Face) -> None:
    with pytest.raises(ValueError, match=rf"{said}.*from_env\(\)"):
        face.AgentsClient(endpoint, KEY)


def test_a_connection_string_is_answered_with_the_client_that_takes_it(face: Face) -> None:
    with pytest.raises(
        ValueError, match=r"use AIProjectClient\.from_connection_string\(conn_str, credential\)\.agents"
    ) as caught:
        face.AgentsClient("eastus.api.azureml.ms;sub;rg;secret-project", KEY)
    assert "secret-project" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("https://example.org", KEY), ValueError, "of no known kind of service"),
        ((5, KEY), TypeError, "endpoint"),
        (("http://127.0.0.1:1", None), ValueError, "a credential is missing"),
    ],
)
def test_what_makes_no_client(arguments: Any, error: type[Exception], said: str, face: Face) -> None:
    with pytest.raises(error, match=said):
        face.AgentsClient(*arguments)


def test_a_misspelt_keyword_of_the_constructor_is_answered_with_the_right_one(face: Face) -> None:
    with pytest.raises(
        TypeError, match=r"AgentsClient\(\) got an unexpected keyword argument 'api_verison'. Did you mean 'api_version'"
    ):
        face.AgentsClient("http://127.0.0.1:1", KEY, api_verison="v1")


async def test_the_api_version_can_be_another(face: Face, raw: RawServer, connect_agents: Connect) -> None:
    await done(connect_agents(raw, api_version="2025-05-15-preview").get_agent("asst_1"))
    assert raw.last.query == {"api-version": "2025-05-15-preview"}


async def test_it_starts_and_stops_a_service_of_its_own(face: Face) -> None:
    async with inside(face.AgentsClient.local()) as client:
        assert repr(client).startswith("<AgentsClient of http://127.0.0.1:")
        thread = await done(client.threads.create())
        assert [found.id for found in await pieces(client.threads.list())] == [thread.id]
    assert client.endpoint_kind.value == "local"


async def test_the_environment_may_name_any_kind_of_project(
    face: Face, service: LocalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROJECT_CONNECTION_STRING", f"{service.url};sub;rg;p")
    monkeypatch.setenv("AGENTKIT_LOCAL_KEY", service.key)
    async with inside(face.AgentsClient.from_env()) as client:
        assert client.endpoint_kind.value == "hub_project"
        thread = await done(client.threads.create())
        assert (await done(client.threads.get(thread.id))).id == thread.id


async def test_functions_can_be_enabled_by_the_constructor(asking: LocalService, connect_agents: Connect) -> None:
    client = connect_agents(asking, enable_auto_function_calls=[add])
    assert (await talk(client)).status == "completed"


def test_a_misspelt_name_is_answered_with_the_right_one(face: Face, connect_agents: Connect, raw: RawServer) -> None:
    client = connect_agents(raw)
    for owner, name, meant in (
        (client, "thread", "threads"),
        (client.runs, "creat", "create"),
        (client, "get_agents", "get_agent"),
    ):
        with pytest.raises(AttributeError, match=f"Did you mean '{meant}'"):
            getattr(owner, name)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda c: c.runs.create_and_process("t", agent_id="a", poling_interval=1),
            "runs.create_and_process() got an unexpected ",
        ),
        (lambda c: c.runs.create_and_process("t", agent_id="a", poling_interval=1), "Did you mean 'polling_interval'"),
        (
            lambda c: c.threads.list(limits=1),
            "threads.list() got an unexpected keyword argument 'limits'. Did you mean 'limit'",
        ),
        (lambda c: c.threads.list(stream=True), "threads.list() does not take stream=: it gives items"),
        (lambda c: c.threads.delete("t", transport=1), "does not take transport=: proxies="),
        (lambda c: c.create_agent(model="m", modle="n"), "create_agent() got an unexpected keyword argument 'modle'"),
        (
            lambda c: c.runs.create_and_process("t", agent_id="a", polling_interval=2, sleep_interval=3),
            "runs.create_and_process() got polling_interval=2 and sleep_interval=3: 'sleep_interval' is another name",
        ),
        (
            lambda c: c.files.upload_and_poll(file=b"x", purpose="assistants", timeout=2, polling_timeout=3),
            "files.upload_and_poll() got timeout=2 and polling_timeout=3",
        ),
        (
            lambda c: c.runs.create_and_process("t", agent_id="a", tool_output="xml"),
            "tool_output= as 'json' or 'str', not 'xml'",
        ),
        (lambda c: c.runs.create_and_process("t", agent_id="a", toolset=5), "takes as toolset an object with definitions"),
        (lambda c: c.create_thread_and_process_run(), "missing the argument 'agent_id'"),
    ],
)
async def test_a_wrong_argument_is_told_before_anything_is_sent(
    call: Callable[[Any], Any], said: str, raw: RawServer, connect_agents: Connect
) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        await done(call(connect_agents(raw)))
    assert said in str(caught.value)
    assert raw.seen == []


# --- lists --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def thread(service: LocalService) -> Iterator[list[str]]:
    """A thread's id, and then the ids of its eleven messages from the oldest on."""
    with agentkit.AgentsClient(service.url, service.key) as client:
        made = client.threads.create()
        messages = [client.messages.create(made.id, role="user", content=f"m{number}").id for number in range(11)]
        yield [made.id, *messages]


@pytest.mark.parametrize("limit", [1, 4, 5, 11, 100, None])
@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_a_list_pages_by_itself(
    order: str, limit: int | None, thread: list[str], service: LocalService, connect_agents: Connect
) -> None:
    asked: list[str] = []
    client = connect_agents(service, raw_request_hook=lambda hooked: asked.append(hooked.http_request.url))
    listed = client.messages.list(thread[0], order=order, limit=limit)
    assert asked == [], "nothing is requested before it is walked"
    found = [message.id for message in await pieces(listed)]
    assert found == (thread[1:] if order == "asc" else thread[:0:-1])
    assert len(asked) == -(-11 // (limit or 20))
    assert all(f"order={order}" in url for url in asked)
    assert await pieces(listed) == [], "it is walked once"


async def test_a_list_begins_after_and_ends_before(thread: list[str], service: LocalService, connect_agents: Connect) -> None:
    messages = connect_agents(service).messages
    found = await pieces(messages.list(thread[0], order="asc", limit=2, after=thread[3], before=thread[9]))
    assert [message.id for message in found] == thread[4:9]
    found = await pieces(messages.list(thread[0], order="asc", before=thread[4]))
    assert [message.id for message in found] == thread[1:4]


async def test_a_list_can_be_left_early(thread: list[str], service: LocalService, connect_agents: Connect) -> None:
    asked: list[Any] = []
    listed = connect_agents(service, raw_request_hook=asked.append).messages.list(thread[0], order="asc", limit=2)
    assert [(await next_piece(listed)).id for _ in range(3)] == thread[1:4]
    assert len(asked) == 2


async def test_pages_can_be_walked_and_gone_on_with(thread: list[str], service: LocalService, connect_agents: Connect) -> None:
    messages = connect_agents(service).messages
    pages = messages.list(thread[0], order="asc", limit=4).by_page()
    assert pages.continuation_token is None
    first = [message.id for message in await pieces(await next_piece(pages))]
    assert first == thread[1:5]
    assert pages.continuation_token == first[-1]
    later = messages.list(thread[0], order="asc", limit=4).by_page(continuation_token=pages.continuation_token)
    assert [[message.id for message in await pieces(page)] for page in await pieces(later)] == [thread[5:9], thread[9:]]
    assert later.continuation_token is None


def _page(*ids: str, **fields: Any) -> Answer:
    body = {"object": "list", "data": [{**AGENT, "id": one} for one in ids], "last_id": ids[-1] if ids else None, **fields}
    return Answer(body={name: value for name, value in body.items() if value != "missing"})


@pytest.mark.parametrize(
    ("answers", "expected", "requests"),
    [
        ([_page("a", "b", has_more=True), _page("c", has_more=False)], ["a", "b", "c"], 2),
        ([_page("a", has_more=True), _page(has_more=False, last_id=None)], ["a"], 2),
        ([_page("a"), _page("b"), _page()], ["a", "b"], 3),
        ([_page("a"), _page("b", last_id="")], ["a", "b"], 2),
        ([_page("a"), _page("b", last_id="missing")], ["a", "b"], 2),
        ([_page("a"), _page(last_id="a")], ["a"], 2),
        ([_page("a", has_more=False)], ["a"], 1),
        ([_page(has_more=True)], [], 1),
    ],
    ids=[
        "has_more says it",
        "an empty last page with null",
        "has_more is missing",
        "an empty last_id",
        "no last_id",
        "empty with an id",
        "one page",
        "nothing at all",
    ],
)
async def test_a_list_comes_to_its_end(
    answers: list[Answer], expected: list[str], requests: int, raw: RawServer, connect_agents: Connect
) -> None:
    raw.answers = answers
    assert [agent.id for agent in await pieces(connect_agents(raw).list_agents())] == expected
    assert len(raw.seen) == requests
    assert [seen.query.get("after") for seen in raw.seen][1:] == expected[1 if len(expected) > requests else 0 :][
        : requests - 1
    ]


@pytest.mark.parametrize(
    ("answers", "before"),
    [
        ([_page("a", "b", has_more=True)], ["a", "b"]),
        ([_page("a", "b")], ["a", "b"]),
        ([_page("a", has_more=True), _page("b", has_more=True), _page("a", has_more=True)], ["a", "b"]),
    ],
    ids=["the same page for ever", "the same page, has_more missing", "a circle"],
)
async def test_a_service_that_gives_the_same_cursor_again_is_not_followed(
    answers: list[Answer], before: list[str], raw: RawServer, connect_agents: Connect
) -> None:
    raw.answers = answers
    found: list[str] = []

    async def walk() -> None:
        listed = connect_agents(raw).list_agents()
        while True:
            found.append((await next_piece(listed)).id)

    with pytest.raises(RuntimeError, match="the service gives the same cursor again"):
        await walk()
    assert found == before
    assert len(raw.seen) <= 3


async def test_a_list_goes_on_by_its_token_after_a_page_that_failed(raw: RawServer, connect_agents: Connect) -> None:
    raw.answers = [_page("a", has_more=True), Answer(404, {"error": {"message": "gone"}}), _page("b", has_more=False)]
    client = connect_agents(raw)
    pages = client.list_agents().by_page()
    assert [agent.id for agent in await pieces(await next_piece(pages))] == ["a"]
    with pytest.raises(ResourceNotFoundError, match="list_agents failed on /assistants: gone"):
        await next_piece(pages)
    assert [agent.id for agent in await pieces(await next_piece(pages))] == ["b"]
    assert raw.last.query["after"] == "a"


async def test_files_come_in_one_answer(service: LocalService, connect_agents: Connect) -> None:
    files = connect_agents(service).files
    made = await done(files.upload(file=("a.txt", b"x"), purpose="assistants"))
    listed = await done(files.list(purpose=models.FilePurpose.AGENTS))
    assert type(listed) is models.FileListResponse
    assert made.id in {file.id for file in listed.data}


# --- the last message of a role --------------------------------------------------------------------------------------------------


def _messages(*roles: str, texts: int = 1, more: bool = False) -> Answer:
    parts = [{"type": "text", "text": {"value": f"t{number}", "annotations": []}} for number in range(texts)]
    data = [{"id": f"{role}{number}", "role": role, "content": parts} for number, role in enumerate(roles)]
    return Answer(body={"object": "list", "data": data, "has_more": more, "last_id": data[-1]["id"]})


async def test_the_newest_message_of_a_role_may_be_pages_away(raw: RawServer, connect_agents: Connect) -> None:
    messages = connect_agents(raw).messages
    raw.answers = [_messages("user", "user", more=True), _messages("assistant", texts=2)]
    found = await done(messages.get_last_message_by_role("thread_1", models.MessageRole.AGENT, limit=2))
    assert (found.id, len(raw.seen)) == ("assistant0", 2)
    raw.seen.clear()
    text = await done(messages.get_last_message_text_by_role("thread_1", "assistant"))
    assert text.text.value == "t1", "the last text of the message"


async def test_there_may_be_no_such_message_and_no_text(raw: RawServer, connect_agents: Connect) -> None:
    messages = connect_agents(raw).messages
    raw.answers = [_messages("user", texts=0)]
    assert await done(messages.get_last_message_by_role("thread_1", "assistant")) is None
    assert await done(messages.get_last_message_text_by_role("thread_1", "assistant")) is None
    assert await done(messages.get_last_message_text_by_role("thread_1", "user")) is None
    with pytest.raises(TypeError, match="limit"):
        await done(messages.get_last_message_by_role("thread_1", "user", limits=2))


# --- runs ---------------------------------------------------------------------------------------------------------------------


def add(a: int, b: int) -> int:
    """Add two numbers.

    :param a: The first.
    :param b: The second.
    """
    return a + b


def describe(a: int, b: int) -> dict[str, Any]:
    """Describe two numbers.

    :param a: The first.
    :param b: The second.
    """
    return {"sum": a + b, "equal": a == b}


def asks_once(request: ModelRequest) -> ModelTurn | str:
    """Calls the functions that it is offered, once, and says what came of them."""
    if request.results:
        return " ".join(str(result.output) for result in request.results)
    calls = [ToolCall(kind="function", name=name, arguments='{"a": 2, "b": 3}') for name in offered(request)]
    return ModelTurn(tool_calls=calls) if calls else "nothing to call"


def offered(request: ModelRequest) -> list[str]:
    return [tool["function"]["name"] for tool in request.tools if tool["type"] == "function"]


def tools_of(face: Face, *functions: Callable[..., Any]) -> Any:
    toolset = models.AsyncToolSet() if face.waits else models.ToolSet()
    toolset.add(models.AsyncFunctionTool(functions) if face.waits else models.FunctionTool(functions))
    return toolset


async def talk(client: Any, *, toolset: Any = None, **settings: Any) -> Any:
    """A run on a thread of its own, of an agent that may call ``add`` or the functions of the toolset."""
    definitions = models.FunctionTool([add]).definitions if toolset is None else toolset.definitions
    agent = await done(client.create_agent(model="m", tools=definitions))
    thread = await done(client.threads.create())
    await done(client.messages.create(thread.id, role="user", content="Go."))
    return await done(
        client.runs.create_and_process(thread.id, agent_id=agent.id, polling_interval=0.1, toolset=toolset, **settings)
    )


async def said(client: Any, run: Any) -> str:
    return str((await done(client.messages.get_last_message_text_by_role(run.thread_id, "assistant"))).text.value)


@pytest.fixture(scope="module")
def asking() -> Iterator[LocalService]:
    with LocalService(model=asks_once) as running:
        yield running


@pytest.mark.parametrize(("how", "text"), [("str", "{'sum': 5, 'equal': False}"), ("json", '{"sum":5,"equal":false}')])
async def test_what_a_function_returns_becomes_text_as_asked(
    how: str, text: str, face: Face, asking: LocalService, connect_agents: Connect, connect: Connect
) -> None:
    client = connect_agents(asking)
    run = await talk(client, toolset=tools_of(face, describe), tool_output=how)
    assert await said(client, run) == text
    assert how != "str" or await said(client, await talk(client, toolset=tools_of(face, describe))) == text, (
        "the usual form here"
    )
    agents = connect(asking).agents
    settings = {"agent_id": run.agent_id, "toolset": tools_of(face, describe), "tool_output": how}
    run = await done(agents.create_and_process_run((await done(agents.create_thread())).id, **settings))
    assert await said(agents, run) == text


async def test_what_cannot_be_written_is_the_functions_failure(
    face: Face, asking: LocalService, connect_agents: Connect
) -> None:
    class Mute:
        def __str__(self) -> str:
            raise OSError("mute")

    def speak(a: int, b: int) -> Any:
        """Speak.

        :param a: The first.
        :param b: The second.
        """
        return Mute()

    client = connect_agents(asking)
    run = await talk(client, toolset=tools_of(face, speak))
    assert "speak() returned what cannot be sent: str() of a Mute failed: OSError" in await said(client, run)


async def test_functions_are_enabled_by_position_with_the_rounds(
    face: Face, asking: LocalService, connect_agents: Connect
) -> None:
    client, calls = connect_agents(asking), []

    def fail(a: int, b: int) -> int:
        """Fail.

        :param a: The first.
        :param b: The second.
        """
        calls.append(a)
        raise ValueError("no")

    client.enable_auto_function_calls({fail}, 0)
    agent = await done(client.create_agent(model="m", tools=models.FunctionTool([fail]).definitions))
    run = await done(client.create_thread_and_process_run(agent_id=agent.id, polling_interval=0.1))
    assert (run.status, calls) == ("cancelled", [2])


async def test_an_agent_keeps_the_tools_that_it_was_made_with(
    face: Face, asking: LocalService, connect_agents: Connect
) -> None:
    client = connect_agents(asking)
    agent = await done(client.create_agent(model="m", toolset=tools_of(face, add)))
    run = await done(client.create_thread_and_process_run(assistant_id=agent.id, thread={"messages": []}, sleep_interval=0.1))
    assert (run.status, await said(client, run)) == ("completed", "5")
    thread = await done(client.threads.get(run.thread_id))
    run = await done(client.runs.create_and_process(thread.id, assistant_id=agent.id))
    assert run.status == "completed"


async def test_a_wait_ends_after_its_time(raw: RawServer, naps: Naps, connect_agents: Connect) -> None:
    run = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1", "status": "in_progress", "assistant_id": "asst_1"}
    raw.answers = [Answer(body=run)]
    client = connect_agents(raw)
    calls: list[tuple[Callable[[], Any], float]] = [
        (lambda: client.runs.create_and_process("thread_1", agent_id="asst_1", polling_interval=5, timeout=12), 12),
        (lambda: client.runs.create_and_process("thread_1", agent_id="asst_1", polling_timeout=7), 7),
        (lambda: client.create_thread_and_process_run(agent_id="asst_1"), 15 * 60),
    ]
    for call, limit in calls:
        naps.slept.clear()
        with pytest.raises(TimeoutError) as caught:
            await done(call())
        assert isinstance(caught.value, WaitTimeoutError)
        assert caught.value.last.id == "run_1"
        assert sum(naps.slept) == pytest.approx(limit)
    assert max(naps.slept) <= 1


# --- streams ------------------------------------------------------------------------------------------------------------------


async def test_a_stream_calls_functions_and_hands_on_its_events(
    face: Face, asking: LocalService, connect_agents: Connect
) -> None:
    client = connect_agents(asking)
    agent = await done(client.create_agent(model="m", toolset=tools_of(face, add, describe)))
    thread = await done(client.threads.create())
    async with inside(await done(client.runs.stream(thread.id, agent_id=agent.id))) as stream:
        events = [kind for kind, _, _ in await pieces(stream)]
    assert (events[0], events[-1]) == ("thread.run.created", "done")
    assert "thread.run.requires_action" in events
    (newest, *_) = await pieces(client.runs.list(thread.id))
    assert await said(client, newest) == "5 {'sum': 5, 'equal': False}"


async def test_outputs_can_be_submitted_to_a_handler(face: Face, asking: LocalService, connect_agents: Connect) -> None:
    client = connect_agents(asking)
    agent = await done(client.create_agent(model="m", tools=models.FunctionTool([add]).definitions))
    thread = await done(client.threads.create())
    async with inside(await done(client.runs.stream(thread.id, agent_id=agent.id))) as handler:
        while True:
            kind, run, _ = await next_piece(handler)
            if kind == "thread.run.requires_action":
                break
        calls = run.required_action.submit_tool_outputs.tool_calls
        outputs = [models.ToolOutput(tool_call_id=call.id, output="seven") for call in calls]
        submitted = client.runs.submit_tool_outputs_stream(thread.id, run.id, tool_outputs=outputs, event_handler=handler)
        assert await done(submitted) is None
        await done(handler.until_done())
    assert await said(client, run) == "seven"


async def test_a_whole_body_may_ask_for_the_stream_as_well(asking: LocalService, connect_agents: Connect) -> None:
    client = connect_agents(asking)
    agent = await done(client.create_agent(model="m"))
    body = {"assistant_id": agent.id, "stream": True}
    thread = await done(client.threads.create())
    async with inside(await done(client.runs.stream(thread.id, body, stream=True))) as stream:
        assert (await done(stream.get_final_run())).status == "completed"


# --- errors ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 422, 500])
async def test_an_error_has_what_the_service_says_as_an_object(status: int, raw: RawServer, connect_agents: Connect) -> None:
    raw.answers = [Answer(status, {"error": {"message": "Bad.", "type": "t", "param": "model", "code": "bad"}})]
    with pytest.raises(HttpResponseError) as caught:
        await done(connect_agents(raw, retry_total=0).create_agent(model="m"))
    said: Any = caught.value.model
    assert type(said) is models.AgentV1Error
    assert (said.error.message, said.error.type, said.error.param, said.error.code) == ("Bad.", "t", "model", "bad")


@pytest.mark.parametrize("body", ["<html>", "[" * 5000, ""])
async def test_an_error_that_is_no_object_has_none(body: str, raw: RawServer, connect_agents: Connect) -> None:
    raw.answers = [Answer(400, body)]
    with pytest.raises(HttpResponseError) as caught:
        await done(connect_agents(raw).create_agent(model="m"))
    assert caught.value.model is None


@pytest.mark.parametrize("status", [401, 404, 409])
async def test_an_error_with_a_class_of_its_own_has_none(status: int, raw: RawServer, connect_agents: Connect) -> None:
    raw.answers = [Answer(status, {"error": {"message": "Bad."}})]
    with pytest.raises(HttpResponseError) as caught:
        await done(connect_agents(raw).create_agent(model="m"))
    assert caught.value.model is None


# --- files and deletions ----------------------------------------------------------------------------------------------------------


async def test_a_file_goes_there_and_back(service: LocalService, connect_agents: Connect, tmp_path: Path) -> None:
    files = connect_agents(service).files
    path = tmp_path / "é.txt"
    path.write_bytes(b"words\n")
    stored = await done(
        files.upload_and_poll(file_path=path, purpose=models.FilePurpose.AGENTS, polling_interval=0.1, timeout=20)
    )
    assert (await done(files.get(stored.id))).filename == "é.txt"
    assert b"".join(await pieces(await done(files.get_content(stored.id)))) == b"words\n"
    await done(files.save(stored.id, "again.txt", tmp_path / "new"))
    assert (tmp_path / "new" / "again.txt").read_bytes() == b"words\n"


async def test_what_is_deleted_is_gone_and_nothing_is_returned(service: LocalService, connect_agents: Connect) -> None:
    client = connect_agents(service)
    agent = await done(client.create_agent(model="m"))
    thread = await done(client.threads.create())
    file = await done(client.files.upload(file=("a.txt", b"x"), purpose="assistants"))
    store = await done(client.vector_stores.create_and_poll(file_ids=[file.id], polling_interval=0.1))
    assert await done(client.vector_store_files.delete(store.id, file.id)) is None
    for delete, get, found in (
        (client.vector_stores.delete, client.vector_stores.get, store),
        (client.files.delete, client.files.get, file),
        (client.threads.delete, client.threads.get, thread),
        (client.delete_agent, client.get_agent, agent),
    ):
        assert await done(delete(found.id)) is None
        with pytest.raises(ResourceNotFoundError):
            await done(get(found.id))


async def test_both_surfaces_are_of_one_client(face: Face, service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    thread = await done(agents.threads.create())
    assert (await done(agents.get_thread(thread.id))).id == thread.id
    assert type(await done(agents.list_agents())) is models.OpenAIPageableListOfAgent
    assert agents.threads is agents.threads
    await done(agents.threads.delete(thread.id))
