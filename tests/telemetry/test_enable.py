"""Turning tracing on by the client: where spans go, and what else is traced."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from opentelemetry import _logs, trace
from opentelemetry.sdk import _logs as sdk_logs
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.trace import TracerProvider

from agentkit.local import LocalService
from agentkit.telemetry import _enable
from agentkit.telemetry.agents import AIAgentsInstrumentor
from client.faces import Connect
from telemetry.collector import Collector

STORY = """
import asyncio, inspect, sys
from agentkit import AIProjectClient
from agentkit.aio import AIProjectClient as AsyncProjectClient
from agentkit.models import AsyncFunctionTool, AsyncToolSet, FunctionTool, ToolSet

def weather(city: str) -> str:
    '''How the weather is.

    :param city: the city
    '''
    return f"sunny in {city}"

def story(client):
    tools = ToolSet()
    tools.add(FunctionTool([weather]))
    agent = client.agents.create_agent(model="m", name="Ada", toolset=tools)
    thread = client.agents.create_thread()
    client.agents.create_message(thread.id, role="user", content="What is the weather in Oslo?")
    client.agents.create_and_process_run(thread.id, agent_id=agent.id)
    with client.agents.create_stream(thread.id, agent_id=agent.id) as events:
        events.until_done()

async def async_story(client):
    tools = AsyncToolSet()
    tools.add(AsyncFunctionTool([weather]))
    agent = await client.agents.create_agent(model="m", name="Ada", toolset=tools)
    thread = await client.agents.create_thread()
    await client.agents.create_message(thread.id, role="user", content="What is the weather in Oslo?")
    await client.agents.create_and_process_run(thread.id, agent_id=agent.id)
    async with client.agents.create_stream(thread.id, agent_id=agent.id) as events:
        await events.until_done()

async def main(destination):
    async with AsyncProjectClient.local() as client:
        client.telemetry.enable(destination=destination)
        await async_story(client)

destination = sys.stdout if sys.argv[2] == "-" else sys.argv[2]
if sys.argv[1] == "sync":
    with AIProjectClient.local() as client:
        client.telemetry.enable(destination=destination)
        client.telemetry.enable(destination=destination)
        story(client)
else:
    asyncio.run(main(destination))
"""

ROUND = ["start_thread_run", "execute_tool weather", "submit_tool_outputs"]
TREE = ["create_agent Ada", "create_thread", "create_message", ("process_thread_run", ROUND), ("process_thread_run", ROUND)]


def tell(folder: Path, which: str, destination: str) -> subprocess.CompletedProcess[str]:
    """Run the story in a process of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    command = [sys.executable, "-W", "error", "-c", STORY, which, destination]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("which", ["sync", "async"])
def test_a_run_with_functions_and_a_stream_is_printed(tmp_path: Path, which: str) -> None:
    ran = tell(tmp_path, which, "-")
    assert (ran.returncode, ran.stderr) == (0, "")
    printed = [line.split('"')[3] for line in ran.stdout.splitlines() if line.startswith('    "name": ')]
    # A span is printed when it ends.
    ended = ["start_thread_run", "execute_tool weather", "submit_tool_outputs", "process_thread_run"]
    assert printed == ["create_agent Ada", "create_thread", "create_message", *ended, *ended]
    assert "sunny in" not in ran.stdout


@pytest.mark.parametrize("which", ["sync", "async"])
def test_a_run_with_functions_and_a_stream_is_received_by_a_collector(tmp_path: Path, which: str) -> None:
    with Collector() as collector:
        ran = tell(tmp_path, which, collector.url)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
        assert collector.tree() == TREE
        told = collector.told("create_agent Ada")
    assert told["gen_ai.system"] == "az.ai.agents"
    assert told["gen_ai.request.model"] == "m"


# --- destinations -----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other library's instrumentor is installed, unless a test says so: turned on, it would stay on."""
    for module in OTHERS:
        monkeypatch.setitem(sys.modules, module, None)


@pytest.fixture(autouse=True)
def log_provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoggerProvider]:
    """A provider of log records that is the program's during the test."""
    made = LoggerProvider()
    monkeypatch.setattr("opentelemetry._logs._internal._LOGGER_PROVIDER", made)
    yield made
    made.shutdown()


@pytest.fixture
def processors(provider: TracerProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What was added to the program's provider."""
    added: list[Any] = []
    monkeypatch.setattr(provider, "add_span_processor", added.append)
    yield added
    for one in added:
        one.shutdown()


@pytest.mark.usefixtures("processors")
@pytest.mark.parametrize(
    ("destination", "error", "text"),
    [
        (sys.stderr, ValueError, "to sys.stdout and to no other stream"),
        (io.StringIO(), ValueError, "to sys.stdout and to no other stream"),
        ("localhost", ValueError, "such as http://localhost:4317"),
        ("file:4317/spans", ValueError, "such as http://localhost:4317"),
        ("", ValueError, "such as http://localhost:4317"),
        ("http://", ValueError, "such as http://localhost:4317"),
        ("grpc://localhost", ValueError, "such as http://localhost:4317"),
        ("http://[::1", ValueError, "such as http://localhost:4317"),
        (4317, TypeError, "sys.stdout, a URL or None, not int"),
    ],
)
def test_what_is_no_destination_is_refused(
    connect: Connect, service: LocalService, destination: Any, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        connect(service).telemetry.enable(destination=destination)
    assert not AIAgentsInstrumentor().is_instrumented()


def test_an_unknown_keyword_is_refused(connect: Connect, service: LocalService, provider: TracerProvider) -> None:
    with pytest.raises(TypeError, match="destinaton"):
        connect(service).telemetry.enable(destinaton=sys.stdout)


def test_a_destination_is_added_once(processors: list[Any]) -> None:
    for destination in (sys.stdout, sys.stdout, "http://127.0.0.1:9", "http://127.0.0.1:9/", "http://127.0.0.1:8", None):
        _enable.enable(destination)
    assert [type(one).__name__ for one in processors] == ["SimpleSpanProcessor", "BatchSpanProcessor", "BatchSpanProcessor"]


def test_a_collector_may_be_named_by_host_and_port_as_its_exporter_takes_it(
    provider: TracerProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_INSECURE", "true")
    with Collector() as collector:
        _enable.enable(collector.url.partition("//")[2])
        with trace.get_tracer("a program").start_as_current_span("its work"):
            pass
        assert provider.force_flush()
        assert collector.tree() == ["its work"]


def say(text: str) -> None:
    """A log record, such as the instrumentor of openai makes of what was said."""
    # Older releases of the SDK take their own record alone, which newer ones no longer have.
    record = getattr(sdk_logs, "LogRecord", _logs.LogRecord)
    now = time.time_ns()
    level, flags = _logs.SeverityNumber.INFO, trace.TraceFlags.get_default()
    said: dict[str, Any] = {
        "timestamp": now,
        "observed_timestamp": now,
        "trace_id": 0,
        "span_id": 0,
        "trace_flags": flags,
        "severity_number": level,
    }
    _logs.get_logger("another library").emit(record(body=text, **said))


def test_log_records_of_other_libraries_are_printed_once(provider: TracerProvider, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        _enable.enable(sys.stdout)
    say("what was said")
    assert capsys.readouterr().out.count('"body": "what was said"') == 1


def test_log_records_of_other_libraries_are_received_by_a_collector(
    provider: TracerProvider, log_provider: LoggerProvider
) -> None:
    with Collector() as collector:
        _enable.enable(collector.url)
        say("what was said")
        log_provider.force_flush()
        assert collector.logs.texts == ["what was said"]
        # Before the collector is gone, of which the processor would be told.
        provider.shutdown()
        log_provider.shutdown()


def test_where_log_records_cannot_be_brought_spans_are(
    processors: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk._logs", None)
    _enable.enable(sys.stdout)
    assert len(processors) == 1
    assert "log records of other libraries do not go to sys.stdout" in caplog.text


def test_without_a_destination_the_program_says_where_spans_go(processors: list[Any]) -> None:
    _enable.enable()
    assert processors == []
    assert AIAgentsInstrumentor().is_instrumented()


def test_a_provider_that_takes_no_destination_is_left_as_it_is(
    provider: TracerProvider, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Own(trace.NoOpTracerProvider):
        """A provider of somebody's own."""

    monkeypatch.setattr(trace, "_TRACER_PROVIDER", Own())
    _enable.enable(sys.stdout)
    assert "Own, takes no further destination" in caplog.text


def test_what_is_printed_goes_to_standard_output_as_it_is_then(
    provider: TracerProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enable.enable(sys.stdout)
    later = io.StringIO()
    monkeypatch.setattr(sys, "stdout", later)
    trace.get_tracer("test").start_span("mine").end()
    assert '"name": "mine"' in later.getvalue()


# --- what else is traced ----------------------------------------------------------------------------------------------


class Instrumentor:
    """An instrumentor of another library, as they are published."""

    made: list[Instrumentor]
    fails = False

    def __init__(self) -> None:
        self.calls = 0
        type(self).made.append(self)

    def instrument(self) -> None:
        self.calls += 1
        if self.fails:
            raise RuntimeError("it is of another version")


OTHERS = {
    "azure.ai.inference.tracing": "AIInferenceInstrumentor",
    "opentelemetry.instrumentation.openai_v2": "OpenAIInstrumentor",
    "opentelemetry.instrumentation.langchain": "LangchainInstrumentor",
}


def install(monkeypatch: pytest.MonkeyPatch, **members: Any) -> list[Instrumentor]:
    """Put an instrumentor in the place of each of the other libraries', and return those that are made."""
    made: list[Instrumentor] = []
    for module, name in OTHERS.items():
        kind = type(name, (Instrumentor,), {"made": made, **members})
        fake = ModuleType(module)
        setattr(fake, name, kind)
        monkeypatch.setitem(sys.modules, module, fake)
    return made


def test_instrumentors_that_are_installed_are_turned_on(processors: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    made = install(monkeypatch)
    _enable.enable()
    assert [(type(one).__name__, one.calls) for one in made] == [(name, 1) for name in OTHERS.values()]


@pytest.mark.parametrize("told", [{"is_instrumented": lambda self: True}, {"is_instrumented_by_opentelemetry": True}])
def test_an_instrumentor_that_is_on_is_left_alone(
    processors: list[Any], monkeypatch: pytest.MonkeyPatch, told: dict[str, Any]
) -> None:
    made = install(monkeypatch, **told)
    _enable.enable()
    assert [one.calls for one in made] == [0, 0, 0]


def test_an_instrumentor_that_fails_is_a_warning(
    processors: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    install(monkeypatch, fails=True)
    _enable.enable()
    assert [one.levelno for one in caplog.records if "could not be turned on" in one.message] == [logging.WARNING] * 3
    assert AIAgentsInstrumentor().is_instrumented()


def test_instrumentors_that_are_missing_are_no_error(
    processors: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for module in OTHERS:
        monkeypatch.setitem(sys.modules, module, None)
    with caplog.at_level(logging.DEBUG, "agentkit"):
        _enable.enable()
    assert [one.levelno for one in caplog.records if "is not installed (" in one.message] == [logging.DEBUG] * 3


def test_azure_core_makes_spans_where_its_plugin_is_installed(processors: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.core.settings import settings

    plugin: Any = ModuleType("azure.core.tracing.ext.opentelemetry_span")
    plugin.OpenTelemetrySpan = type("OpenTelemetrySpan", (), {})
    try:
        monkeypatch.setitem(sys.modules, "azure.core.tracing.ext", ModuleType("azure.core.tracing.ext"))
        monkeypatch.setitem(sys.modules, "azure.core.tracing.ext.opentelemetry_span", plugin)
        _enable.enable()
        assert settings.tracing_implementation() is plugin.OpenTelemetrySpan
    finally:
        settings.tracing_implementation.unset_value()
