"""Instrumentation that fails changes nothing but the traces."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

from agentkit import _hooks
from agentkit.exceptions import ResourceNotFoundError
from agentkit.local import LocalService
from agentkit.local.models.scripted import call
from agentkit.telemetry import _facts
from agentkit.telemetry.agents import AIAgentsInstrumentor
from client.faces import Connect, Face, done
from client.rounds import both_ways, talk, toolset
from client.servers import AGENT, Answer, RawServer
from client.streaming import weather
from telemetry.spans import Spans

Serve = Callable[..., LocalService]


class BrokenSpan:
    """A span that fails at whatever it is told, or at one thing alone."""

    def __init__(self, broken: str) -> None:
        self._broken = broken

    def __getattr__(self, name: str) -> Any:
        def told(*facts: Any) -> Any:
            if self._broken in (name, "everything"):
                raise RuntimeError(f"{name} is broken")

        return told


class BrokenObserver:
    """An observer that fails when work begins, or whose spans do."""

    def __init__(self, broken: str) -> None:
        self._broken = broken

    def __getattr__(self, name: str) -> Any:
        def told(*facts: Any) -> Any:
            if self._broken in (name, "every beginning"):
                raise RuntimeError(f"{name} is broken")
            return BrokenSpan(self._broken)

        return told


class EmptyObserver:
    """An observer that has none of the methods."""


class EmptySpans:
    """An observer whose spans have none of the methods."""

    def __getattr__(self, name: str) -> Any:
        return lambda *facts: object()


async def outcome(face: Face, serve: Serve, connect: Connect, way: str) -> list[Any]:
    """What comes of a run with a function, and of a refused call."""
    talking = await talk(serve, connect, call("weather", city="Oslo"), "Sunny.", toolset=toolset(face, weather))
    run = await talking.run(way)
    with pytest.raises(ResourceNotFoundError) as refused:
        await done(talking.agents.get_agent("asst_none"))
    return [str(run.status), talking.outputs(), run.usage.as_dict(), refused.value.status_code]


BREAKS = ["request", "run", "function", "every beginning", "enter", "leave", "saw", "end", "everything"]


@both_ways
async def test_users_row_26_instrumentation_that_raises_changes_nothing(
    face: Face, serve: Serve, connect: Connect, way: str, provider: TracerProvider, caplog: pytest.LogCaptureFixture
) -> None:
    expected = await outcome(face, serve, connect, way)
    observers = [*map(BrokenObserver, BREAKS), EmptyObserver(), EmptySpans()]
    for observer in observers:
        caplog.clear()
        _hooks.observe(observer)  # type: ignore[arg-type]
        assert await outcome(face, serve, connect, way) == expected
        told = [one for one in caplog.records if "instrumentation failed" in one.message]
        assert any(one.levelno == logging.WARNING for one in told)
        # Once each, however often it happens.
        warned = [one.message.partition(",")[0] for one in told if one.levelno == logging.WARNING]
        assert len(warned) == len(set(warned)) == len(_hooks.failures())


class BrokenExporter(SpanExporter):
    """An exporter that fails."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        raise OSError("no collector")

    def shutdown(self) -> None:
        """Nothing is to be closed."""


@both_ways
async def test_users_row_26_an_exporter_that_raises_changes_nothing(
    face: Face, serve: Serve, connect: Connect, way: str, provider: TracerProvider
) -> None:
    expected = await outcome(face, serve, connect, way)
    provider.add_span_processor(SimpleSpanProcessor(BrokenExporter()))
    AIAgentsInstrumentor().instrument()
    assert await outcome(face, serve, connect, way) == expected


class BrokenProcessor:
    """A span processor that fails at the beginning or the end of a span, where OpenTelemetry lets the error through."""

    def __init__(self, broken: str) -> None:
        self._broken = broken

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        if self._broken == "on_start":
            raise OSError("broken at the start")

    def _on_ending(self, span: Any) -> None:
        """Nothing."""

    def on_end(self, span: Any) -> None:
        if self._broken == "on_end":
            raise OSError("broken at the end")

    def shutdown(self) -> None:
        """Nothing is to be closed."""

    def force_flush(self, timeout_millis: int = 0) -> bool:
        return True


@both_ways
@pytest.mark.parametrize("broken", ["on_start", "on_end"])
async def test_users_row_26_a_processor_that_raises_changes_nothing(
    face: Face, serve: Serve, connect: Connect, way: str, provider: TracerProvider, broken: str
) -> None:
    expected = await outcome(face, serve, connect, way)
    provider.add_span_processor(BrokenProcessor(broken))  # type: ignore[arg-type]
    AIAgentsInstrumentor().instrument()
    assert await outcome(face, serve, connect, way) == expected


FACTS = ["request_facts", "result_facts", "event_facts", "plan_facts", "outcome_facts", "error_facts", "operation_of"]


@both_ways
async def test_users_row_26_attributes_that_cannot_be_made_change_nothing(
    face: Face, serve: Serve, connect: Connect, way: str, provider: TracerProvider
) -> None:
    def fail(*facts: Any, **more: Any) -> Any:
        raise KeyError("attribute")

    expected = await outcome(face, serve, connect, way)
    AIAgentsInstrumentor().instrument(enable_content_recording=True)
    for broken in FACTS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_facts, broken, fail)
            assert await outcome(face, serve, connect, way) == expected


async def test_users_row_26_what_cannot_be_an_attribute_is_left_out(
    recorded: Spans, connect: Connect, raws: Callable[..., RawServer]
) -> None:
    odd = {
        "model": "m",
        "name": "x",
        "temperature": [1],
        "top_p": None,
        "instructions": ["no", "text"],
        "messages": [3],
        "tools": 7,
    }
    server = raws(Answer(body={**AGENT, "name": {"no": "text"}}), Answer(body={"object": "list", "data": [1, None]}))
    agents = connect(server).agents
    await done(agents.create_agent(odd))
    await done(agents.list_messages("thread_1"))
    told = recorded.told("create_agent x")
    assert told["gen_ai.agent.id"] == "asst_1"
    assert told["gen_ai.agent.name"] == "x"
    assert "gen_ai.request.temperature" not in told
    assert recorded.one("list_messages").events == ()
