"""Handlers of a script's own: a subclass of the base class that says in ``_process_event`` what an event becomes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agentkit.local import LocalService

from .faces import Connect, Face, done, inside, next_piece, pieces
from .servers import Answer, RawServer
from .streaming import ASK, RUN, Bytes, begin, handler_class, outputs_for, weather

Serve = Callable[..., LocalService]

QUEUED = {**RUN, "status": "queued"}
TEXTS = [f"event: thread.run.queued\ndata: {json.dumps(QUEUED)}", "event: done\ndata: [DONE]"]
LINES = [
    *(line.encode() for line in TEXTS[0].splitlines()),
    b"",
    *(line.encode() for line in TEXTS[1].splitlines()),
    b"",
]


class Plain:
    """Gives the text of each event as it is."""

    def _process_event(self, event_data_str: str) -> str:
        return event_data_str


def _plain(face: Face, *parts: type) -> Any:
    return handler_class(face, *parts or (Plain,), base="BaseAgentEventHandler")()


async def _texts(face: Face, *chunks: bytes) -> list[Any]:
    handler = _plain(face)
    handler.initialize(Bytes(*chunks), lambda *_: False)
    return await pieces(handler)


FRAMINGS = {
    "LF": b"\n".join(LINES) + b"\n",
    "CRLF": b"\r\n".join(LINES) + b"\r\n",
    "CR": b"\r".join(LINES) + b"\r",
    "a mixture": LINES[0] + b"\r\n" + LINES[1] + b"\r\n\r" + LINES[3] + b"\n" + LINES[4] + b"\r\n\n",
    "no blank line at the end": b"\n".join(LINES[:-1]),
    "no line end at the end": b"\n".join(LINES[:-1]) + b"\n",
    "a byte order mark": b"\xef\xbb\xbf" + b"\n".join(LINES) + b"\n",
    "no spaces": b"\n".join(LINES).replace(b"event: ", b"event:").replace(b"data: ", b"data:") + b"\n",
    "the data first": b"\n".join([LINES[1], LINES[0], b"", LINES[4], LINES[3], b""]) + b"\n",
    "comments": b": hi\n\n" + LINES[0] + b"\n: still here\n" + LINES[1] + b"\n\n:\n\n" + b"\n".join(LINES[3:]) + b"\n",
    "other fields": b"id: 1\nretry: 10\nmood: good\n" + b"\n".join(LINES) + b"\n",
}


class TestFraming:
    @pytest.mark.parametrize("framing", FRAMINGS)
    async def test_the_text_is_the_same_whatever_the_framing(self, framing: str, face: Face) -> None:
        assert await _texts(face, FRAMINGS[framing]) == TEXTS

    @pytest.mark.parametrize("framing", ["LF", "CRLF", "CR"])
    async def test_the_text_is_the_same_wherever_the_bytes_are_cut(self, framing: str, face: Face) -> None:
        content = FRAMINGS[framing]
        assert await _texts(face, *(content[at : at + 1] for at in range(len(content)))) == TEXTS
        for at in range(0, len(content), 7):
            assert await _texts(face, content[:at], content[at:]) == TEXTS

    async def test_data_of_several_lines_is_one(self, face: Face) -> None:
        lines = json.dumps(QUEUED, indent=2).splitlines()
        (text,) = await _texts(face, b"event: thread.run.queued\n", *(f"data: {line}\n".encode() for line in lines), b"\n")
        event, data = text.split("\n")
        assert event == "event: thread.run.queued"
        assert json.loads(data.removeprefix("data: ")) == QUEUED

    async def test_letters_that_look_like_line_ends_stay_in_their_line(self, face: Face) -> None:
        """As ``splitlines()`` sees it as well, by which scripts cut the text; the JSON means the same."""
        told = {"text": "a\u2028b\u2029c\x85d \U0001f600 ä"}
        content = f"event: tick\ndata: {json.dumps(told, ensure_ascii=False)}\n\n".encode()
        for chunks in ([content], [content[at : at + 1] for at in range(len(content))]):
            (text,) = await _texts(face, *chunks)
            event, data = text.splitlines()
            assert (event, json.loads(data.removeprefix("data: "))) == ("event: tick", told)

    async def test_an_event_without_a_name_is_a_message(self, face: Face) -> None:
        assert await _texts(face, b'data: {"a": 1}\n\n') == ['event: message\ndata: {"a": 1}']

    async def test_an_event_without_data_is_there(self, face: Face) -> None:
        assert await _texts(face, b"event: done\n\n") == ["event: done\ndata: "]

    async def test_a_service_that_sends_crlf_is_read(self, face: Face, raw: RawServer, connect: Connect) -> None:
        content = b": keep-alive\r\n\r\n" + FRAMINGS["CRLF"].replace(b"thread.run.queued", b"thread.run.expired")
        raw.answers = [Answer(body=content, headers={"Content-Type": "text/event-stream"})]
        async with inside(connect(raw).agents.create_stream("t", agent_id="a", event_handler=_plain(face))) as events:
            assert await pieces(events) == [TEXTS[0].replace("queued", "expired", 1), TEXTS[1]]


class TestWhatItGives:
    @pytest.mark.parametrize("value", [None, 0, "", (1, 2, 3, 4), {"a": 1}, StopIteration], ids=repr)
    async def test_it_is_anything(self, value: Any, face: Face) -> None:
        class Giving:
            def _process_event(self, event_data_str: str) -> Any:
                return value

        handler = _plain(face, Giving)
        handler.initialize(Bytes(FRAMINGS["LF"]), lambda *_: False)
        assert await pieces(handler) == [value, value]

    async def test_it_is_awaited_where_it_is_a_coroutine(self, face: Face) -> None:
        """A plain method does in the async client too; a coroutine is for the async client alone."""

        class Awaited:
            async def _process_event(self, event_data_str: str) -> int:
                return len(event_data_str)

        handler = _plain(face, Awaited)
        handler.initialize(Bytes(FRAMINGS["LF"]), lambda *_: False)
        if face.waits:
            assert await pieces(handler) == [len(text) for text in TEXTS]
        else:
            with pytest.raises(TypeError, match=r"use agentkit\.aio"):
                await next_piece(handler)

    async def test_an_exception_comes_out_as_it_is(self, face: Face) -> None:
        class Parsing:
            def _process_event(self, event_data_str: str) -> Any:
                return json.loads(event_data_str)

        handler = _plain(face, Parsing)
        handler.initialize(Bytes(FRAMINGS["LF"]), lambda *_: False)
        with pytest.raises(json.JSONDecodeError):
            await next_piece(handler)
        assert await pieces(handler) == []


class TestARun:
    async def test_functions_are_called_for_it_too(self, face: Face, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, ASK, "It is sunny.", functions=[weather])
        seen = await scene.events(event_handler=_plain(face))
        assert [text for text in seen if text.startswith("event: done")] == ["event: done\ndata: [DONE]"] * 2
        assert seen[-2].startswith('event: thread.run.completed\ndata: {"id"')

    async def test_it_may_answer_itself(self, face: Face, connect: Connect, serve: Serve) -> None:
        """Within ``_process_event``; nothing else is executed then."""

        def never(city: str) -> str:
            raise AssertionError("the handler answers")

        never.__name__ = "weather"
        scene = await begin(connect, serve, ASK, "It is sunny.", functions=[never])
        agents = scene.agents

        class Answering:
            current_run: Any

            def _process_event(self, event_data_str: str) -> Any:
                if not event_data_str.startswith("event: thread.run.requires_action\n"):
                    return None
                run = self.current_run
                return agents.submit_tool_outputs_to_stream(
                    run.thread_id, run.id, tool_outputs=outputs_for(run), event_handler=self
                )

        async with inside(scene.stream(event_handler=_plain(face, Answering))) as events:
            assert set(await pieces(events)) == {None}
            assert (await done(events.get_final_run())).status == "completed"
        assert await scene.outputs() == ["sunny"]

    async def test_agentkits_own_ways_work_on_it(self, face: Face, connect: Connect, serve: Serve) -> None:
        scene = await begin(connect, serve, "It is sunny.", "It rains.")
        async with inside(scene.stream(event_handler=_plain(face))) as events:
            assert await pieces(events.text_deltas()) == ["It", " is", " sunny."]
        async with inside(scene.stream(event_handler=_plain(face))) as events:
            (message,) = await done(events.get_final_messages())
        assert message.text_messages[0].text.value == "It rains."
