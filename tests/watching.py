"""All tests with tracing on: the clients are watched, with content, and what they do has to be the same.

Set AGENTKIT_TESTS_TRACING=1 to switch it on. The spans are kept in memory; a test in which making one failed is an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

__all__ = ["VARIABLE", "watched_clients", "watched_test"]

VARIABLE = "AGENTKIT_TESTS_TRACING"


@pytest.fixture(scope="session", autouse=True)
def watched_clients() -> Iterator[InMemorySpanExporter | None]:
    """Make spans of everything that happens in this process, where that is asked for."""
    if not os.environ.get(VARIABLE):
        yield None
        return
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from agentkit.telemetry.agents import AIAgentsInstrumentor

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    AIAgentsInstrumentor().instrument(enable_content_recording=True)
    yield exporter
    AIAgentsInstrumentor().uninstrument()
    provider.shutdown()


@pytest.fixture(autouse=True)
def watched_test(watched_clients: InMemorySpanExporter | None, request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold that every span of the test could be made, but for the tests of tracing, which break it on purpose; watch on as before."""
    from agentkit import _hooks

    before = _hooks.observer
    yield
    if watched_clients is not None:
        watched_clients.clear()
        if "telemetry" not in request.path.parts:
            assert _hooks.failures() == []
    if _hooks.observer is not before:
        _hooks.observe(before)
