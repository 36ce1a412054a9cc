"""What users of streams suffer from elsewhere: one short scenario for each promise, by the number of its row in the list of complaints."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agentkit.exceptions import RunFailedError
from agentkit.local import LocalService
from agentkit.local.models.base import Failure

from .faces import Connect, Face, done, inside, next_piece, pieces
from .servers import Answer, RawServer
from .streaming import (
    ANSWER,
    ASK,
    ASKS,
    BEGINNING,
    GOES_ON,
    MESSAGE,
    RUN,
    Bytes,
    begin,
    canned,
    handler_class,
    names,
    until,
    weather,
    wire,
)

Serve = Callable[..., LocalService]

FAILURE = Failure("Try again in 22 seconds.", "rate_limit_exceeded")
SORRY = {"error": {"code": "server_error", "message": "Sorry."}}


class Stopped(Exception):
    """A script's own error."""


# --- 7: the stream stops when the run asks for functions ------------------------------------------------------------------


@pytest.mark.parametrize("rounds", [1, 2, 5])
async def test_users_row_07_one_stream_goes_on_over_any_number_of_tool_rounds(
    rounds: int, connect: Connect, serve: Serve
) -> None:
    """A loop that knows nothing of functions reads as far as the answer."""
    scene = await begin(connect, serve, *[ASK] * rounds, "It is sunny.", functions=[weather])
    assert names(await scene.events()) == [*BEGINNING, *(ASKS + GOES_ON) * rounds, *ANSWER]
    assert await scene.outputs() == ["sunny in Oslo"] * rounds


@pytest.mark.parametrize("rounds", [1, 5])
async def test_users_row_07_text_and_final_run_come_in_one_piece(rounds: int, connect: Connect, serve: Serve) -> None:
    """agentkit's own ways see no seam between the rounds."""
    scene = await begin(connect, serve, *[ASK] * rounds, "It is sunny.", functions=[weather])
    async with inside(scene.stream()) as events:
        assert "".join(await pieces(events.text_deltas())) == "It is sunny."
        assert (await done(events.get_final_run())).status == "completed"
        assert len(events.current_steps) == rounds + 1


async def test_users_row_07_the_loop_can_answer_and_go_on(connect: Connect, serve: Serve) -> None:
    """The answer to outputs that are submitted in the loop comes out of the same loop."""
    scene = await begin(connect, serve, ASK, "It is sunny.")
    async with inside(scene.stream()) as events:
        run = await until(events, "thread.run.requires_action")
        (asked,) = run.required_action.submit_tool_outputs.tool_calls
        outputs = [{"tool_call_id": asked.id, "output": "sunny"}]
        submit = scene.agents.submit_tool_outputs_to_stream
        await done(submit(run.thread_id, run.id, tool_outputs=outputs, event_handler=events))
        assert names(await pieces(events)) == ["done", *GOES_ON, *ANSWER]


# --- 8: exceptions, error events and failures vanish ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "callback", ["on_thread_run", "on_run_step", "on_run_step_delta", "on_thread_message", "on_message_delta", "on_done"]
)
async def test_users_row_08_an_exception_of_a_handler_comes_out(
    callback: str, face: Face, connect: Connect, serve: Serve
) -> None:
    """Whichever callback raises: the same exception, where the events are read, and nothing after it."""
    trouble = Stopped(callback)

    def stop(self: Any, *arguments: Any) -> None:
        raise trouble

    scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
    handler = handler_class(face, type("Stopping", (), {callback: stop}))()
    async with inside(scene.stream(event_handler=handler)) as events:
        with pytest.raises(Stopped) as caught:
            await done(events.until_done())
        assert await pieces(events) == []
    assert caught.value is trouble


async def test_users_row_08_an_error_event_is_an_event_of_the_mirrored_iteration(raw: RawServer, connect: Connect) -> None:
    raw.answers = [canned(("error", SORRY))]
    async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
        assert (await pieces(events))[0][:2] == ("error", str(SORRY))


async def test_users_row_08_a_failed_run_is_an_event_of_the_mirrored_iteration(
    connect: Connect, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """And a warning tells whoever does not look at it."""
    scene = await begin(connect, serve, FAILURE)
    seen = await scene.events()
    assert names(seen)[-2:] == ["thread.run.failed", "done"]
    assert seen[-2][1].last_error.message == "Try again in 22 seconds."
    assert "Try again in 22 seconds." in caplog.text


async def test_users_row_08_get_final_run_raises_a_typed_error(connect: Connect, serve: Serve) -> None:
    scene = await begin(connect, serve, FAILURE)
    async with inside(scene.stream()) as events:
        with pytest.raises(RunFailedError, match="Try again in 22 seconds") as caught:
            await done(events.get_final_run())
    assert (caught.value.run.status, caught.value.last_error.code) == ("failed", "rate_limit_exceeded")


async def test_users_row_08_raise_on_failure_raises_a_typed_error(connect: Connect, serve: Serve) -> None:
    """From the plain loop, behind the events that tell of the failure."""
    scene = await begin(connect, serve, FAILURE)
    async with inside(scene.stream(raise_on_failure=True)) as events:
        await until(events, "thread.run.failed")
        await until(events, "done")
        with pytest.raises(RunFailedError, match="Try again in 22 seconds"):
            await next_piece(events)


async def test_users_row_08_an_error_event_raises_a_typed_error_there_too(raw: RawServer, connect: Connect) -> None:
    raw.answers = [canned(("error", SORRY))]
    for way in ("get_final_run", "get_final_messages"):
        async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
            with pytest.raises(RunFailedError, match="Sorry"):
                await done(getattr(events, way)())


async def test_users_row_08_an_error_of_a_tool_is_seen_by_model_log_and_caller(
    connect: Connect, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """The run goes on with it; the traceback is in the log, the typed outcome with ``on_tool_result``."""

    def broken(city: str) -> str:
        raise Stopped(f"no weather in {city}")

    broken.__name__ = "weather"
    outcomes: list[Any] = []
    scene = await begin(connect, serve, ASK, "I cannot say.", functions=[broken])
    await scene.events(on_tool_result=outcomes.append)
    assert ["no weather in Oslo" in json.loads(output)["error"] for output in await scene.outputs()] == [True]
    assert "Stopped: no weather in Oslo" in caplog.text
    assert [(outcome.ok, outcome.name) for outcome in outcomes] == [(False, "weather")]


# --- 9: callbacks fire several times, and are too coarse ------------------------------------------------------------------


THINGS = {"run": "ended", "message": "completed", "step": "completed", "tool_call": "completed"}


def _counting(face: Face) -> Any:
    """A handler that keeps what each of the finer callbacks is told."""

    class Counting:
        def __init__(self) -> None:
            self.told: list[tuple[str, Any]] = []

    def keep(name: str) -> Any:
        return lambda self, *arguments: self.told.append((name, arguments))

    found = handler_class(face, Counting, base="RunEventHandler")
    for thing, end in THINGS.items():
        for name in (f"on_{thing}_created", f"on_{thing}_{end}"):
            setattr(found, name, keep(name))
    for name in ("on_text_delta", "on_tool_call_delta"):
        setattr(found, name, keep(name))
    return found()


async def test_users_row_09_each_thing_is_created_once_and_ends_once(face: Face, connect: Connect, serve: Serve) -> None:
    """The mirrored callbacks hear of every state of a thing by one method; these hear of its beginning and its end."""
    scene = await begin(connect, serve, [ASK, ASK], ASK, "It is sunny.", functions=[weather])
    handler = _counting(face)
    await scene.events(event_handler=handler)
    told = [name for name, _ in handler.told]
    for (thing, end), times in zip(THINGS.items(), (1, 1, 3, 3), strict=True):
        assert (told.count(f"on_{thing}_created"), told.count(f"on_{thing}_{end}")) == (times, times)


async def test_users_row_09_every_piece_comes_once_with_a_snapshot(face: Face, connect: Connect, serve: Serve) -> None:
    scene = await begin(connect, serve, ASK, "It is sunny, and warm.", functions=[weather])
    handler = _counting(face)
    await scene.events(event_handler=handler)
    text, arguments = "", ""
    for name, given in handler.told:
        if name == "on_text_delta":
            text += given[0]
            assert given[1].text_messages[0].text.value == text
        elif name == "on_tool_call_delta":
            arguments += given[0].function.arguments
            assert given[1].function.arguments == arguments
    assert (text, arguments) == ("It is sunny, and warm.", '{"city": "Oslo"}')


async def test_users_row_09_a_mirrored_callback_is_called_once_for_an_event(face: Face, connect: Connect, serve: Serve) -> None:
    """As many calls as events, and no more."""
    heard: list[str] = []

    class Hearing:
        def on_message_delta(self, delta: Any) -> None:
            heard.append(delta.text)

    scene = await begin(connect, serve, "It is sunny.")
    seen = await scene.events(event_handler=handler_class(face, Hearing)())
    assert heard == [data.text for name, data, _ in seen if name == "thread.message.delta"] == ["It", " is", " sunny."]


# --- 10: text is broken at the borders of chunks, by CRLF, comments, several data lines, U+2028 ---------------------------


TEXT = "Grüße: 你好 \U0001f600, a\u2028b\u2029c\x85d."
DELTA = {"id": "msg_1", "delta": {"content": [{"index": 0, "type": "text", "text": {"value": TEXT}}]}}
COMPLETED = {**MESSAGE, "content": [{"type": "text", "text": {"value": TEXT, "annotations": []}}]}
EVENTS = [
    ("thread.message.delta", DELTA),
    ("thread.message.completed", COMPLETED),
    ("thread.run.completed", {**RUN, "status": "completed"}),
]
STREAM = "".join(f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n" for name, data in EVENTS).encode() + wire()
FRAMINGS = {
    "LF": STREAM,
    "CRLF": STREAM.replace(b"\n", b"\r\n"),
    "CR": STREAM.replace(b"\n", b"\r"),
    "comments": b": keep-alive\n\n" + STREAM.replace(b"\n\n", b"\n: still here\n\n:\n\n"),
    "several data lines": STREAM.replace(b'", "', b'",\ndata: "'),
    "a byte order mark": b"\xef\xbb\xbf" + STREAM,
    "no end": STREAM[:-2],
}


async def _text(face: Face, *chunks: bytes) -> str:
    """The text that the events of these bytes come to."""
    handler = handler_class(face)()
    handler.initialize(Bytes(*chunks), lambda *_: False)
    text = "".join(await pieces(handler.text_deltas()))
    assert handler.current_messages[0].text_messages[0].text.value == text
    assert handler.current_run.status == "completed"
    return text


@pytest.mark.parametrize("framing", FRAMINGS)
async def test_users_row_10_text_is_whole_in_any_framing(framing: str, face: Face, raw: RawServer, connect: Connect) -> None:
    """Line ends of all kinds, comments, data of several lines, a byte order mark, no blank line at the end; over HTTP as well."""
    assert await _text(face, FRAMINGS[framing]) == TEXT
    raw.answers = [Answer(body=FRAMINGS[framing], headers={"Content-Type": "text/event-stream"})]
    async with inside(connect(raw).agents.create_stream("t", agent_id="a")) as events:
        assert "".join(await pieces(events.text_deltas())) == TEXT


@pytest.mark.parametrize("framing", ["LF", "CRLF", "CR"])
async def test_users_row_10_text_is_whole_wherever_the_bytes_are_cut(framing: str, face: Face) -> None:
    """Within a character, and between CR and LF, too."""
    content = FRAMINGS[framing]
    assert await _text(face, *(content[at : at + 1] for at in range(len(content)))) == TEXT
    for at in range(0, len(content), 11):
        assert await _text(face, content[:at], content[at:]) == TEXT


async def test_users_row_10_letters_that_split_lines_elsewhere_are_letters(face: Face, connect: Connect, serve: Serve) -> None:
    """From a real service, for iteration, for the mirrored callbacks, and for scripts that split the event's text themselves."""
    scene = await begin(connect, serve, TEXT, TEXT)
    seen = await scene.events()
    assert "".join(data.text for name, data, _ in seen if name == "thread.message.delta") == TEXT

    class Splitting:
        def _process_event(self, event_data_str: str) -> str:
            event, data = event_data_str.splitlines()
            if event != "event: thread.message.delta":
                return ""
            text: str = json.loads(data.removeprefix("data: "))["delta"]["content"][0]["text"]["value"]
            return text

    assert "".join(await scene.events(event_handler=handler_class(face, Splitting, base="BaseAgentEventHandler")())) == TEXT
