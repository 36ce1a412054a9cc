"""Turning the spans on and off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider

from agentkit import _hooks
from agentkit.telemetry import AIProjectInstrumentor
from agentkit.telemetry.agents import AIAgentsInstrumentor
from agentkit.telemetry.agents._instrumentor import CONTENT_VARIABLE

pytestmark = pytest.mark.usefixtures("provider")


def test_all_instrumentors_stand_for_one_state() -> None:
    one, other = AIAgentsInstrumentor(), AIAgentsInstrumentor()
    assert not one.is_instrumented()
    one.instrument()
    assert other.is_instrumented()
    other.uninstrument()
    assert not one.is_instrumented()
    one.uninstrument()
    assert not one.is_instrumented()


@pytest.mark.parametrize(
    ("variable", "expected"), [(None, False), ("true", True), ("TRUE", True), (" True ", True), ("1", False), ("yes", False)]
)
def test_the_environment_says_whether_content_is_recorded(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, expected: bool
) -> None:
    monkeypatch.delenv(CONTENT_VARIABLE, raising=False)
    if variable is not None:
        monkeypatch.setenv(CONTENT_VARIABLE, variable)
    instrumentor = AIAgentsInstrumentor()
    instrumentor.instrument()
    assert instrumentor.is_content_recording_enabled() is expected


def test_the_name_of_azure_ai_projects_2_asks_the_variable_that_is_asked_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONTENT_VARIABLE, "true")
    later = AIProjectInstrumentor()
    later.instrument()
    assert AIAgentsInstrumentor().is_instrumented()
    assert not later.is_content_recording_enabled()
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "True")
    later.instrument()
    assert later.is_content_recording_enabled()
    later.uninstrument()
    assert not AIAgentsInstrumentor().is_instrumented()


def test_the_latest_call_says_whether_content_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONTENT_VARIABLE, "true")
    instrumentor = AIAgentsInstrumentor()
    instrumentor.instrument(enable_content_recording=False)
    assert not instrumentor.is_content_recording_enabled()
    instrumentor.instrument()
    assert instrumentor.is_content_recording_enabled()
    monkeypatch.delenv(CONTENT_VARIABLE)
    instrumentor.instrument()
    assert not instrumentor.is_content_recording_enabled()
    instrumentor.instrument(True)
    instrumentor.uninstrument()
    assert not instrumentor.is_content_recording_enabled()


def test_an_observer_of_somebody_else_is_left_alone(provider: TracerProvider) -> None:
    class Other:
        """Watches for another reason."""

    other: object = Other()
    _hooks.observe(other)  # type: ignore[arg-type]
    AIAgentsInstrumentor().uninstrument()
    assert _hooks.observer is other
    assert not AIAgentsInstrumentor().is_instrumented()


WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
from agentkit import AIProjectClient
from agentkit.telemetry import trace_function
from agentkit.telemetry.agents import AIAgentsInstrumentor
@trace_function
def double(n): return 2 * n
print(double(2))
enable = AIProjectClient("http://127.0.0.1:9", "k").telemetry.enable
for attempt in (AIAgentsInstrumentor, lambda: enable(destination=sys.stdout), lambda: enable(destination="http://localhost:4317")):
    try:
        attempt()
    except ModuleNotFoundError as error:
        print(error)
enable()
"""

LIGHT = """
import sys
import agentkit, agentkit.aio, agentkit.telemetry, agentkit.telemetry.agents
from agentkit import AIProjectClient
client = AIProjectClient("http://127.0.0.1:9", "k")
client.close()
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""


def test_without_opentelemetry_all_but_tracing_works_and_tracing_names_the_extra(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    first, *errors = ran.stdout.splitlines()
    assert first == "4"
    assert len(errors) == 3
    (warning,) = ran.stderr.splitlines()
    assert warning.startswith("no spans are made."), "a program that names no destination goes on"
    assert all("pip install '.[telemetry]'" in told for told in (*errors, warning))


def test_opentelemetry_is_loaded_when_tracing_is_enabled_and_not_before(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIGHT], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")
