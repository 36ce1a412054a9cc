"""What the published client is put through with functions: calls that it makes by itself, and outputs that are submitted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from event_streams import told
from installed import models as m
from listening import (
    ANSWER,
    ASKED,
    BEGINNING,
    RESUMED,
    Functions,
    collected,
    data,
    each,
    expect_classes,
    last,
    names,
    outputs_of,
    pieces_of_calls,
    reading,
    said,
    waits,
)
from scenarios import finished
from turns import OUTPUTS, call, calls

if TYPE_CHECKING:
    from clients import Api, Report

TWO_ROUNDS = (calls(call("capital", country="France")), calls(call("weather", city="Paris")), f"It is: {OUTPUTS}")
TOLD_AFTER_TWO = "It is: Paris; rain over Paris"
AT_ONCE = (calls(call("weather", city="Oslo"), call("capital", country="Italy"), call("weather", city="Rome")), OUTPUTS)
TOLD_AFTER_THREE = "rain over Oslo; Rome; rain over Rome"
STREAM_OF_TWO = [*BEGINNING, *ASKED, *RESUMED, *ASKED, *RESUMED, *ANSWER]
STREAM_OF_ONE = [*BEGINNING, *ASKED, *RESUMED, *ANSWER]


def weather(city: str) -> str:
    """The weather in a city.

    :param city: Which one.
    """
    return f"rain over {city}"


def capital(country: str) -> str:
    """The capital of a country.

    :param country: Which one.
    """
    return {"France": "Paris", "Italy": "Rome"}[country]


BY_NAME: Functions = {"weather": weather, "capital": capital}
DEFINITIONS = m.FunctionTool({weather, capital}).definitions


class Fragile:
    """A function that fails some times before it works.

    :param failures: How often.
    """

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.made = 0

    def look_up(self, name: str) -> str:
        """Look something up.

        :param name: What.
        """
        self.made += 1
        if self.made <= self.failures:
            raise LookupError(f"no entry for {name} in the try {self.made}")
        return f"{name} at the try {self.made}"


async def answer_of(api: Api, thread: Any) -> str:
    """The text of the newest answer on a thread."""
    return str((await api.list_messages(thread.id)).get_last_text_message_by_role("assistant").text.value)


async def submitted_in_the_loop(api: Api, report: Report) -> None:
    agent, thread = await told(api, *TWO_ROUNDS, tools=DEFINITIONS)
    with report.check("submit_tool_outputs_to_stream"):
        events = await answered_in_the_loop(api, agent, thread, api.face.heard())
        assert names(events) == STREAM_OF_TWO, names(events)
        expect_classes(events)
        assert said(events) == TOLD_AFTER_TWO
    with report.check("the steps of a stream have the outputs that were submitted"):
        ended = [step for step in data(events, "thread.run.step.completed") if step.type == "tool_calls"]
        assert [step.step_details.tool_calls[0].function["output"] for step in ended] == ["Paris", "rain over Paris"]
        run = last(events, "thread.run.completed")
        listed = (await api.list_run_steps(thread.id, run.id, order="asc")).data
        assert [step.id for step in listed[:2]] == [step.id for step in ended]
        assert isinstance(listed[0].step_details.tool_calls[0], m.RunStepFunctionToolCall)
    with report.check("the pieces of a call come to the call"):
        for step in ended:
            (function_call,) = step.step_details.tool_calls
            pieces = [
                piece
                for delta in data(events, "thread.run.step.delta")
                if delta.id == step.id
                for piece in delta.delta.step_details.tool_calls
            ]
            assert all(isinstance(piece, m.RunStepDeltaFunctionToolCall) for piece in pieces)
            assert (pieces[0].id, pieces[0].function.name) == (function_call.id, function_call.function.name)
            assert "".join(piece.function.arguments for piece in pieces) == function_call.function.arguments
    with report.check("a handler of one's own is given the rounds that are submitted to it"):
        events = await answered_in_the_loop(api, agent, thread, api.face.raw())
        assert names(events) == STREAM_OF_TWO, names(events)


async def answered_in_the_loop(api: Api, agent: Any, thread: Any, handler: Any) -> list[Any]:
    """All events of a run whose calls are answered from within the loop over its events."""
    events = []
    async with reading(await api.create_stream(thread.id, agent_id=agent.id, event_handler=handler)):
        async for event in each(handler):
            events.append(event)
            if event[0] == "thread.run.requires_action":
                # The own handler gives what it read, the others give a run.
                run = event[1] if waits(event) else m.ThreadRun(event[1])
                outputs = outputs_of(run, BY_NAME)
                await api.submit_tool_outputs_to_stream(thread.id, run.id, tool_outputs=outputs, event_handler=handler)
    return events


async def submitted_in_a_callback(api: Api, report: Report) -> None:
    for turns, stream, text in ((TWO_ROUNDS, STREAM_OF_TWO, TOLD_AFTER_TWO), (AT_ONCE, STREAM_OF_ONE, TOLD_AFTER_THREE)):
        agent, thread = await told(api, *turns, tools=DEFINITIONS)
        with report.check(f"a callback submits the outputs of {len(turns) - 1} rounds"):
            handler = api.face.answering(api.raw("submit_tool_outputs_to_stream"), BY_NAME)
            events = await collected(await api.create_stream(thread.id, agent_id=agent.id, event_handler=handler))
            assert names(events) == stream, names(events)
            assert said(events) == text == await answer_of(api, thread)


async def submitted_to_a_run(api: Api, report: Report) -> None:
    agent, thread = await told(api, *AT_ONCE, tools=DEFINITIONS)
    with report.check("submit_tool_outputs_to_run"):
        run = await finished(api, await api.create_run(thread.id, agent_id=agent.id))
        assert run.status == "requires_action", run.last_error
        made = run.required_action.submit_tool_outputs.tool_calls
        assert [one.function.name for one in made] == ["weather", "capital", "weather"]
        assert made[0].function.arguments == '{"city": "Oslo"}'
        resumed = await api.submit_tool_outputs_to_run(thread.id, run.id, tool_outputs=outputs_of(run, BY_NAME))
        assert (resumed.id, (await finished(api, resumed)).status) == (run.id, "completed")
        assert await answer_of(api, thread) == TOLD_AFTER_THREE
    with report.check("cancel_run"):
        run = await finished(api, await api.create_run(thread.id, agent_id=agent.id))
        ending = await api.cancel_run(thread.id, run.id)
        assert ending.status in ("cancelling", "cancelled")
        assert (await finished(api, ending)).status == "cancelled"


async def made_by_the_client(api: Api, report: Report) -> None:
    face = api.face
    functions = {weather, api.awaitable(capital)}
    toolset = face.tool_set()
    toolset.add(face.function_tool(functions))
    for keyword, given in (
        ("functions", functions),
        ("function_tool", face.function_tool(functions)),
        ("toolset", toolset),
    ):
        with report.check("enable_auto_function_calls"):
            await api.enable_auto_function_calls(functions={Fragile(0).look_up})  # what is enabled next takes its place
            await api.enable_auto_function_calls(**{keyword: given})
        for turns, stream, text in ((TWO_ROUNDS, STREAM_OF_TWO, TOLD_AFTER_TWO), (AT_ONCE, STREAM_OF_ONE, TOLD_AFTER_THREE)):
            agent, thread = await told(api, *turns, toolset=toolset)
            shown = f"{len(turns) - 1} rounds, enabled by {keyword}"
            with report.check(f"create_and_process_run makes the calls of {shown}"):
                run = await api.create_and_process_run(thread.id, agent_id=agent.id, sleep_interval=0.1)
                assert run.status == "completed", run.last_error
                assert await answer_of(api, thread) == text
            with report.check(f"create_stream makes the calls of {shown}"):
                events = await collected(await api.create_stream(thread.id, agent_id=agent.id))
                assert names(events) == stream, names(events)
                expect_classes(events)
                assert said(events) == text
    with report.check("parallel calls come by their places"):
        places = [piece.index for piece in pieces_of_calls(events)]
        assert places == sorted(places)
        assert set(places) == {0, 1, 2}
    with report.check("until_done makes the calls of a stream"):
        handler = face.heard()
        async with reading(await api.create_stream(thread.id, agent_id=agent.id, event_handler=handler)):
            await api.settled(handler.until_done())
        assert [name for name, _ in handler.heard].count("on_done") == 2


async def failing(api: Api, report: Report) -> None:
    again = calls(call("look_up", name="Oslo"))
    tools = m.FunctionTool({Fragile(0).look_up}).definitions
    agent, thread = await told(api, again, again, again, again, OUTPUTS, tools=tools)

    with report.check("create_and_process_run cancels a run whose function fails too often"):
        fragile = Fragile(4)
        await api.enable_auto_function_calls(functions={fragile.look_up}, max_retry=2)
        run = await api.create_and_process_run(thread.id, agent_id=agent.id, sleep_interval=0.1)
        assert fragile.made == 3, fragile.made
        assert (await finished(api, run)).status == "cancelled"
        steps = (await api.list_run_steps(thread.id, run.id, order="asc")).data
        assert [step.status for step in steps] == ["completed", "completed", "cancelled"]
        assert '"error"' in steps[0].step_details.tool_calls[0].function.output
    with report.check("create_stream cancels a run whose function fails too often"):
        fragile = Fragile(4)
        await api.enable_auto_function_calls(functions={fragile.look_up}, max_retry=2)
        events = await collected(await api.create_stream(thread.id, agent_id=agent.id))
        assert names(events) == [*BEGINNING, *ASKED, *RESUMED, *ASKED, *RESUMED, *ASKED], names(events)
        assert fragile.made == 3, fragile.made
        assert (await api.get_run(thread.id, last(events, "thread.run.created").id)).status == "cancelled"
    for name, answer in (("create_and_process_run", by_process), ("create_stream", by_stream)):
        with report.check(f"{name} goes on when a function works in the end"):
            fragile = Fragile(2)
            await api.enable_auto_function_calls(functions={fragile.look_up}, max_retry=2)
            text = await answer(api, agent, thread)
            assert text.count('"error"') == 2
            assert text.endswith("Oslo at the try 3; Oslo at the try 4"), text


async def by_process(api: Api, agent: Any, thread: Any) -> str:
    run = await api.create_and_process_run(thread.id, agent_id=agent.id, sleep_interval=0.1)
    assert run.status == "completed", run.last_error
    return await answer_of(api, thread)


async def by_stream(api: Api, agent: Any, thread: Any) -> str:
    events = await collected(await api.create_stream(thread.id, agent_id=agent.id))
    assert names(events)[-2:] == ["thread.run.completed", "done"], names(events)
    return said(events)


async def not_enabled(api: Api, report: Report) -> None:
    agent, thread = await told(api, *AT_ONCE, tools=DEFINITIONS)
    with report.check("a stream without functions leaves the run waiting"):
        events = await collected(await api.create_stream(thread.id, agent_id=agent.id))
        assert names(events) == [*BEGINNING, *ASKED], names(events)
        run = last(events, "thread.run.requires_action")
        assert isinstance(run.required_action, m.SubmitToolOutputsAction)
        assert (await api.get_run(thread.id, run.id)).status == "requires_action"
        assert (await finished(api, await api.cancel_run(thread.id, run.id))).status == "cancelled"
    with report.check("create_and_process_run without functions says that they are not found"):
        run = await api.create_and_process_run(thread.id, agent_id=agent.id, sleep_interval=0.1)
        assert run.status == "completed", run.last_error
        assert (await answer_of(api, thread)).count("not found") == 3


async def asked_in_words(api: Api, report: Report) -> None:
    await api.enable_auto_function_calls(functions={weather, capital})
    agent = await api.create_agent(model="m", name="words", tools=DEFINITIONS)
    thread = await api.create_thread(messages=[m.ThreadMessageOptions(role="user", content="The weather in Paris?")])
    with report.check("the offline model calls functions in a stream"):
        events = await collected(await api.create_stream(thread.id, agent_id=agent.id))
        assert names(events) == STREAM_OF_ONE, names(events)
        assert "rain over Paris" in said(events)
        expect_classes(events)


ON_OFFLINE = (asked_in_words,)
"""What the offline model does by itself."""

COMMON = (submitted_in_the_loop, submitted_in_a_callback, submitted_to_a_run, made_by_the_client, not_enabled)
"""What all clients with functions of this kind are put through; it needs a model that does what it is told."""

ROUNDS = (*COMMON, failing)
"""What azure-ai-projects is put through, where a run that is cancelled for its functions is not told of in its stream."""
