"""Turns the spans of agents, threads, messages and runs on and off."""

from __future__ import annotations

import os
from typing import Any

from ... import _hooks

__all__ = ["CONTENT_VARIABLE", "AIAgentsInstrumentor", "AIProjectInstrumentor", "is_content_recorded"]

CONTENT_VARIABLE = "AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED"
_LATER_CONTENT_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


class AIAgentsInstrumentor:
    """Makes OpenTelemetry spans of what the clients of this program do, sync and async.

    All instrumentors stand for the same: there is one state in a program.

    :raises ModuleNotFoundError: OpenTelemetry is not installed; the error names the extra.
    """

    _content_variable = CONTENT_VARIABLE

    def __init__(self) -> None:
        try:
            from .._spans import SpanMaker
        except ModuleNotFoundError as error:
            raise missing_opentelemetry(error) from error
        self._maker = SpanMaker

    def instrument(self, enable_content_recording: bool | None = None) -> None:
        """Make spans from now on. Called once more, it says anew whether content is recorded.

        :param enable_content_recording: whether spans hold what people and models have written: texts of messages, instructions,
            arguments and results of functions, the words of errors. When None, they do where the environment variable
            AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED is ``true``.
        """
        asked = _is_true(self._content_variable) if enable_content_recording is None else enable_content_recording
        content = bool(asked)
        current = self._current()
        if current is None:
            _hooks.observe(self._maker(content=content))
        else:
            current.content = content

    def uninstrument(self) -> None:
        """Make no more spans. Those that are open are ended in their time."""
        if self.is_instrumented():
            _hooks.observe(None)

    def is_instrumented(self) -> bool:
        """Whether spans are made."""
        return self._current() is not None

    def is_content_recording_enabled(self) -> bool:
        """Whether spans hold what people and models have written."""
        current = self._current()
        return current is not None and current.content

    def _current(self) -> Any:
        found = _hooks.observer
        return found if isinstance(found, self._maker) else None


class AIProjectInstrumentor(AIAgentsInstrumentor):
    """The same by the name that azure-ai-projects 2.x has for it.

    Where :meth:`instrument` is not told whether content is recorded, it asks the environment variable
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT, as there.
    """

    _content_variable = _LATER_CONTENT_VARIABLE


def is_content_recorded() -> bool:
    """Whether spans hold what people and models have written: as who makes them was told, else as the environment variable says."""
    told = getattr(_hooks.observer, "content", None)
    return _is_true(CONTENT_VARIABLE) if told is None else bool(told)


def _is_true(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() == "true"


def missing_opentelemetry(error: ModuleNotFoundError) -> ModuleNotFoundError:
    """The error of a program in which OpenTelemetry, or a part of it, is not installed."""
    return ModuleNotFoundError(
        f"Tracing needs packages that are not installed here ({error.name}). Install the extra from the checkout: "
        "pip install '.[telemetry]'",
        name=error.name,
    )
