"""Spans that were made during a test, and what is asked of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agentkit import _hooks
from agentkit.telemetry.agents import AIAgentsInstrumentor

__all__ = ["Spans", "provider", "recorded", "spans"]


class Spans:
    """The spans that have ended, as they look to a test."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    def all(self) -> list[ReadableSpan]:
        """Every span, in the order in which they began."""
        return sorted(self._exporter.get_finished_spans(), key=lambda span: (span.start_time or 0, -(span.end_time or 0)))

    def clear(self) -> None:
        """Forget what was until now."""
        self._exporter.clear()

    def names(self) -> list[str]:
        """The names, in the order in which they began."""
        return [span.name for span in self.all()]

    def one(self, name: str) -> ReadableSpan:
        """The only span of a name."""
        found = [span for span in self.all() if span.name == name]
        assert len(found) == 1, f"{name}: {len(found)} of {self.names()}"
        return found[0]

    def told(self, name: str) -> dict[str, Any]:
        """The attributes of the only span of a name."""
        return dict(self.one(name).attributes or {})

    def parent(self, span: ReadableSpan) -> str | None:
        """The name of a span's parent."""
        inside = None if span.parent is None else span.parent.span_id
        return next((other.name for other in self.all() if other.context and other.context.span_id == inside), None)

    def tree(self) -> list[Any]:
        """The names, each with those below it: ``["a", ("b", ["c"])]``."""
        return self._below(None)

    def text(self) -> str:
        """Everything that the spans say, as one text."""
        return "".join(span.to_json() for span in self.all())

    def _below(self, parent: int | None) -> list[Any]:
        known = {span.context.span_id for span in self.all() if span.context}
        found: list[Any] = []
        for span in self.all():
            above = span.parent.span_id if span.parent is not None and span.parent.span_id in known else None
            if above == parent and span.context is not None:
                inner = self._below(span.context.span_id)
                found.append((span.name, inner) if inner else span.name)
        return found


def contents(span: ReadableSpan, event: str) -> list[Any]:
    """What the events of a name hold in a span, as JSON."""
    return [json.loads(str((one.attributes or {})["gen_ai.event.content"])) for one in span.events if one.name == event]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[TracerProvider]:
    """A tracer provider that is the program's during the test; nobody makes spans before the test says so."""
    made = TracerProvider()
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", made)
    before = _hooks.observer
    _hooks.observe(None)
    yield made
    _hooks.observe(before)
    made.shutdown()


@pytest.fixture
def spans(provider: TracerProvider) -> Spans:
    """The spans of the test, made without content."""
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    AIAgentsInstrumentor().instrument(enable_content_recording=False)
    return Spans(exporter)


@pytest.fixture
def recorded(spans: Spans) -> Spans:
    """The spans of the test, made with content."""
    AIAgentsInstrumentor().instrument(enable_content_recording=True)
    return spans
