"""The outputs of functions on a connection that breaks: they are taken once, and no function is called again for them."""

from __future__ import annotations

from typing import Any

import pytest

import agentkit
from agentkit.exceptions import HttpResponseError, ResourceNotFoundError, ServiceResponseError

from .conversations import *  # noqa: F403
from .conversations import ANSWER, Conversation, Conversations
from .faces import Connect, Face, done, inside, pieces
from .fixtures import Naps
from .proxies import DOWN, UP
from .servers import Answer, RawServer
from .streaming import MESSAGE, RUN, asking, canned, each, handler_class, outputs_for, until, weather

POINTS = 25

SUBMISSIONS = {
    "before it": rb"(?=POST [^ ]*/submit_tool_outputs)",
    "in its head": rb"POST [^ ]*/submit_tool_outputs",
    "before its body": rb'(?={"tool_outputs")',
    "in its body": rb'{"tool_outputs": \[{"tool_call_id": "call_',
    "behind it": rb'{"tool_outputs": \[[^]]*\](, "stream": \w+)?}',
}
"""Where the connection breaks on the way to the service."""

places = pytest.mark.parametrize("place", SUBMISSIONS.values(), ids=SUBMISSIONS)


# --- on the way there, and on the way back --------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["close", "reset"])
@places
async def test_a_streamed_run(conversations: Conversations, place: bytes, how: str) -> None:
    one = conversations.new()
    start = await one.begin()
    conversations.proxy.cut(UP, place, how)
    async with inside(conversations.agents.create_stream(**start)) as events:
        Conversation.check_told_whole([name async for name, _, _ in each(events)])
    assert conversations.proxy.cuts == 1
    await conversations.check_done_once(one)


@places
async def test_a_run_that_is_waited_for(conversations: Conversations, place: bytes) -> None:
    one = conversations.new()
    start = await one.begin()
    conversations.proxy.cut(UP, place)
    run = await done(conversations.agents.create_and_process_run(**start))
    assert (run.status, conversations.proxy.cuts) == ("completed", 1)
    await conversations.check_done_once(one)


async def test_a_run_that_is_waited_for_may_lose_its_connection_anywhere(conversations: Conversations) -> None:
    """At each of 25 places in what the service sends; only the answer that starts the run cannot be done without."""
    refused = 0
    for number in range(POINTS):
        one = conversations.new()
        start = await one.begin()
        conversations.proxy.cut(DOWN, 50 + 250 * number, ("close", "reset")[number % 2])
        try:
            run = await done(conversations.agents.create_and_process_run(**start))
        except ServiceResponseError:
            assert len(await one.runs()) == 1
            assert not one.calls
            refused += 1
        else:
            assert run.status == "completed"
            await conversations.check_done_once(one)
    assert conversations.proxy.cuts == POINTS
    assert 0 < refused < POINTS / 2


@places
async def test_outputs_that_a_script_submits_to_its_stream(conversations: Conversations, place: bytes) -> None:
    """In the body of its loop, by ``submit_tool_outputs_to_stream``."""
    one, agents = conversations.new(), conversations.agents
    start = await one.begin()
    conversations.proxy.cut(UP, place)
    names = []
    async with inside(agents.create_stream(**start)) as events:
        async for name, data, _ in each(events):
            names.append(name)
            if name == "thread.run.requires_action":
                submitted = agents.submit_tool_outputs_to_stream(
                    data.thread_id, data.id, tool_outputs=one.outputs(data), event_handler=events
                )
                await done(submitted)
    Conversation.check_told_whole(names)
    assert conversations.proxy.cuts == 1
    await conversations.check_done_once(one)


@pytest.mark.parametrize("place", [SUBMISSIONS["behind it"], SUBMISSIONS["in its body"]])
async def test_outputs_that_are_submitted_to_a_handler_of_their_own(
    face: Face, conversations: Conversations, place: bytes
) -> None:
    """Nothing has told of the run before, and the next event is how it goes on."""
    one, agents = conversations.new(), conversations.agents
    start = await one.begin()
    start["tools"] = start.pop("toolset").definitions
    run = await done(conversations.direct.create_run(**start))
    while run.status != "requires_action":
        run = await done(conversations.direct.get_run(run.thread_id, run.id))
    conversations.proxy.cut(UP, place)
    handler = handler_class(face)()
    await done(
        agents.submit_tool_outputs_to_stream(run.thread_id, run.id, tool_outputs=one.outputs(run), event_handler=handler)
    )
    names = [name for name, _, _ in await pieces(handler)]
    assert names[0] == "thread.run.step.completed"
    assert names[-2:] == ["thread.run.requires_action", "done"]
    assert (await done(handler.get_final_run())).id == run.id
    assert conversations.script.asked(one.text) == [0, 2]


async def test_the_answer_to_outputs_may_break_off_at_once(face: Face, conversations: Conversations) -> None:
    """A handler that was told nothing of the run gets how it went on: of the run that was answered."""
    one, agents = conversations.new(), conversations.agents
    start = await one.begin()
    start["tools"] = start.pop("toolset").definitions
    run = await done(conversations.direct.create_run(**start))
    while run.status != "requires_action":
        run = await done(conversations.direct.get_run(run.thread_id, run.id))
    conversations.proxy.cut(DOWN, rb"(?=event: thread\.run\.step\.completed)")
    handler = handler_class(face)()
    await done(
        agents.submit_tool_outputs_to_stream(run.thread_id, run.id, tool_outputs=one.outputs(run), event_handler=handler)
    )
    names = [name for name, _, _ in await pieces(handler)]
    assert names == ["thread.run.step.completed", "thread.run.requires_action", "done"]


# --- somebody else answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("streams", [True, False], ids=["streamed", "waited for"])
async def test_outputs_that_come_too_late_are_no_error(conversations: Conversations, streams: bool) -> None:
    """Somebody else answers while the function is called: the service refuses ours, and the run goes on with theirs."""
    one, agents = conversations.new(), conversations.agents
    start = await one.begin()
    with agentkit.AIProjectClient(conversations.service.url, conversations.service.key) as somebody:

        def answer_it_elsewhere(_outcome: Any) -> None:
            if one.calls["send_note 21 °C, 14:05"]:
                (run,) = somebody.agents.list_runs(one.thread_id).data
                outputs: Any = outputs_for(run, "theirs")
                somebody.agents.submit_tool_outputs_to_run(run.thread_id, run.id, tool_outputs=outputs)

        start["on_tool_result"] = answer_it_elsewhere
        if streams:
            async with inside(agents.create_stream(**start)) as events:
                Conversation.check_told_whole([name async for name, _, _ in each(events)])
                run = events.current_run
        else:
            run = await done(agents.create_and_process_run(**start))
    assert run.status == "completed"
    await conversations.check_done_once(one)
    steps = (await done(conversations.direct.list_run_steps(run.thread_id, run.id, order="asc"))).data
    assert steps[1].step_details.tool_calls[0].function.output == "theirs"


async def test_outputs_that_a_script_submits_too_late_are_an_error(conversations: Conversations) -> None:
    """It has to know that they were not taken."""
    one, agents = conversations.new(), conversations.agents
    start = await one.begin()
    async with inside(agents.create_stream(**start)) as events:
        run = await until(events, "thread.run.requires_action")
        outputs = one.outputs(run)
        await done(conversations.direct.submit_tool_outputs_to_run(run.thread_id, run.id, tool_outputs=outputs))
        late = {"thread_id": run.thread_id, "run_id": run.id, "tool_outputs": outputs, "event_handler": events}
        with pytest.raises(HttpResponseError, match=r"is no call of this run|does not wait for tool outputs"):
            await done(agents.submit_tool_outputs_to_stream(**late))


# --- what no good service says --------------------------------------------------------------------------------------------

ASKS = asking("weather")
GOES_ON = {**RUN, "status": "in_progress"}
COMPLETED = {**RUN, "status": "completed"}
WHOLE = {**MESSAGE, "status": "completed", "content": [{"type": "text", "text": {"value": ANSWER, "annotations": []}}]}
LIST = {"object": "list", "has_more": False, "first_id": "", "last_id": ""}
REST = [Answer(body={**LIST, "data": []}), Answer(body={**LIST, "data": [WHOLE]})]
"""The steps and the messages of the run."""

LOST = {
    "no answer": Answer(drop=True),
    "a gateway that gave up": Answer(504),
    "a service that broke": Answer(500, {"error": {"message": "It broke."}}),
    "a request that took too long": Answer(408),
}


def _asked(raw: RawServer) -> list[str]:
    """What was requested of the run, by the last part of the path."""
    return [seen.path.rpartition("/")[2] for seen in raw.seen]


async def _streamed(raw: RawServer, connect: Connect, *answers: Answer, **options: Any) -> list[str]:
    """The names of the events of a run that asks for the weather, and gets these answers after that."""
    raw.answers = [canned(("thread.run.requires_action", ASKS)), *answers]
    agents = connect(raw, **options).agents
    agents.enable_auto_function_calls(functions=[weather])
    async with inside(agents.create_stream("t", agent_id="a")) as events:
        return [name async for name, _, _ in each(events)]


ROUND = ["thread.run.requires_action", "done"]
END = ["thread.message.completed", "thread.run.completed", "done"]


@pytest.mark.usefixtures("naps")
class TestAtAServiceThatFails:
    @pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
    async def test_outputs_that_have_arrived_are_not_sent_again(self, raw: RawServer, connect: Connect, lost: Answer) -> None:
        read = await _streamed(raw, connect, lost, *[Answer(body=COMPLETED)] * 2, *REST)
        assert read == [*ROUND, *END]
        assert _asked(raw) == ["runs", "submit_tool_outputs", "run_1", "run_1", "steps", "messages"]

    @pytest.mark.parametrize("lost", [LOST["no answer"], LOST["a gateway that gave up"]])
    async def test_outputs_that_have_not_arrived_are_sent_once_more(
        self, raw: RawServer, connect: Connect, naps: Naps, lost: Answer
    ) -> None:
        """It takes a while to be sure of that."""
        again = canned(("thread.message.completed", WHOLE), ("thread.run.completed", COMPLETED))
        assert await _streamed(raw, connect, lost, *[Answer(body=ASKS)] * 4, again) == [*ROUND, *END]
        assert _asked(raw) == ["runs", "submit_tool_outputs", *["run_1"] * 4, "submit_tool_outputs"]
        assert raw.seen[1].body == raw.last.body
        assert sum(naps.slept) == pytest.approx(2.5)

    async def test_outputs_that_arrive_at_last_are_refused_the_second_time(self, raw: RawServer, connect: Connect) -> None:
        late = Answer(400, {"error": {"message": "Runs in status 'in_progress' do not accept tool outputs."}})
        looks = [*[Answer(body=ASKS)] * 4, late, Answer(body=GOES_ON), Answer(body=COMPLETED)]
        assert await _streamed(raw, connect, LOST["no answer"], *looks, *REST) == [*ROUND, *END]
        assert _asked(raw).count("submit_tool_outputs") == 2

    async def test_so_are_outputs_that_a_script_submits(self, face: Face, raw: RawServer, connect: Connect) -> None:
        """Here a refusal is no error, since the script's own outputs have arrived; the run is known by the id that it gave."""
        late = Answer(409, {"error": {"message": "The outputs were submitted already."}})
        raw.answers = [Answer(drop=True), *[Answer(body=ASKS)] * 4, late, Answer(body=GOES_ON), Answer(body=COMPLETED), *REST]
        handler = handler_class(face)()
        outputs = [{"tool_call_id": "call_0", "output": "sunny"}]
        submit = connect(raw).agents.submit_tool_outputs_to_stream
        await done(submit("t", "run_1", tool_outputs=outputs, event_handler=handler))
        assert [event[0] for event in await pieces(handler)] == END
        looks = [*["run_1"] * 4, "submit_tool_outputs", "run_1", "run_1"]
        assert _asked(raw) == ["submit_tool_outputs", *looks, "steps", "messages"]

    async def test_outputs_that_are_lost_twice_are_an_error(self, raw: RawServer, connect: Connect) -> None:
        looks = [Answer(body=ASKS)] * 4
        with pytest.raises(ServiceResponseError, match="was sent, but no complete answer came"):
            await _streamed(raw, connect, Answer(drop=True), *looks, Answer(drop=True), *looks)
        assert _asked(raw).count("submit_tool_outputs") == 2

    async def test_outputs_that_are_refused_while_the_run_waits_for_them_are_an_error(
        self, raw: RawServer, connect: Connect
    ) -> None:
        refused = Answer(400, {"error": {"message": "Bad outputs."}})
        with pytest.raises(HttpResponseError, match="Bad outputs"):
            await _streamed(raw, connect, refused, Answer(body=ASKS))
        assert _asked(raw) == ["runs", "submit_tool_outputs", "run_1"]

    async def test_a_run_that_is_gone_is_an_error_at_once(self, raw: RawServer, connect: Connect) -> None:
        with pytest.raises(ResourceNotFoundError):
            await _streamed(raw, connect, Answer(404, {"error": {"message": "No run."}}))
        assert _asked(raw) == ["runs", "submit_tool_outputs"]
