"""Watches the clients and makes OpenTelemetry spans of what they do. Loads OpenTelemetry's API, and nothing of its SDK."""

from __future__ import annotations

import re
from typing import Any

from opentelemetry import context, trace
from opentelemetry.trace import SpanKind, StatusCode

from .._core.events import StreamEvent
from .._hooks import Span
from .._request import Request
from .._version import __version__
from . import _facts
from ._facts import Facts

__all__ = ["SpanMaker"]


_SERVICES = re.compile(r"/(agents|connections|evaluations)\b")


class SpanMaker:
    """Makes spans: one for each call, for each run that is led to its end, and for each function that is called here.

    :param content: whether what people and models have written is recorded.

    :ivar content: as given; spans that are open keep what they began with.
    """

    def __init__(self, *, content: bool) -> None:
        self.content = content
        self._provider: Any = None
        self._tracer: Any = None

    def request(self, endpoint: Any, request: Any, settings: Any) -> Span | None:
        """One call. The looks by which a helper waits for something are part of what it waits for."""
        if settings.follow_up and request.method == "GET":
            return None
        name = _facts.operation_of(request)
        span = self._started(_title_of(name, request), SpanKind.CLIENT)
        if span.is_recording():
            _tell(span, _facts.request_facts(endpoint, request, name, content=self.content))
        return _CallSpan(span, self.content)

    def run(self, endpoint: Any, request: Any) -> Span | None:
        """A run, from its beginning to its end."""
        span = self._started(_facts.PROCESS_RUN, SpanKind.CLIENT)
        if span.is_recording():
            _tell(span, _facts.request_facts(endpoint, request, _facts.PROCESS_RUN, content=self.content))
        return _RunSpan(span, self.content)

    def helper(self, endpoint: Any, operation: str, path: str) -> Span | None:
        """A call that begins something and waits for its end."""
        span = self._started(operation, SpanKind.CLIENT)
        if span.is_recording():
            begins: Request[Any] = Request(operation, "POST", path)
            _tell(span, _facts.request_facts(endpoint, begins, operation, content=self.content))
        return _CallSpan(span, self.content)

    def function(self, plan: Any) -> Span | None:
        """A function of this program."""
        span = self._started(f"execute_tool {plan.name}", SpanKind.INTERNAL)
        if span.is_recording():
            _tell(span, _facts.plan_facts(plan, content=self.content))
        return _FunctionSpan(span, self.content)

    def _started(self, name: str, kind: SpanKind) -> trace.Span:
        provider = trace.get_tracer_provider()
        if provider is not self._provider:
            self._tracer, self._provider = trace.get_tracer("agentkit", __version__), provider
        span: trace.Span = self._tracer.start_span(_facts.as_text(name), kind=kind)
        return span


def _title_of(name: str, request: Any) -> str:
    """The name of the span of a call. Those of the calls about what has its own short names, such as ``get``, would say too little alone."""
    made = request.body.get("name") if name == "create_agent" and isinstance(request.body, dict) else None
    service = _SERVICES.match(request.path)
    return f"{name} {made}" if made else f"{name} {service[1]}" if service else name


class _OpenSpan:
    """A span that has begun.

    :param span: OpenTelemetry's.
    :param content: whether content is recorded.
    """

    def __init__(self, span: trace.Span, content: bool) -> None:
        self._span = span
        self._content = content

    def enter(self) -> Any:
        """Make it the parent of what begins from now on in this context."""
        inside = trace.set_span_in_context(self._span)
        return inside, context.attach(inside)

    def leave(self, token: Any) -> None:
        """Be no parent any more. A coroutine that is thrown away ends in another context, where there is nothing to undo."""
        inside, undo = token
        if context.get_current() is inside:
            context.detach(undo)

    def saw(self, value: Any) -> None:
        """A result has come."""
        if self._span.is_recording():
            _tell(self._span, self._facts(value))

    def end(self, error: BaseException | None) -> None:
        """It is over."""
        try:
            if error is not None and self._span.is_recording():
                _tell(self._span, _facts.error_facts(error, content=self._content))
        finally:
            self._span.end()

    def _facts(self, value: Any) -> Facts:
        raise TypeError(f"{type(self).__name__} does not say what a result tells")


class _CallSpan(_OpenSpan):
    def _facts(self, value: Any) -> Facts:
        return _facts.result_facts(value, content=self._content)


class _RunSpan(_OpenSpan):
    def _facts(self, value: Any) -> Facts:
        if isinstance(value, StreamEvent):
            return _facts.event_facts(value.event_type, value.raw, content=self._content)
        return _facts.result_facts(value, content=self._content, ends_run=True)


class _FunctionSpan(_OpenSpan):
    def _facts(self, value: Any) -> Facts:
        return _facts.outcome_facts(value, content=self._content)


def _tell(span: trace.Span, facts: Facts) -> None:
    """Write down what there is to say."""
    span.set_attributes(facts.attributes)
    for name, attributes in facts.events:
        span.add_event(name, attributes)
    if facts.error is not None:
        span.set_attribute("error.type", facts.error)
        span.set_status(StatusCode.ERROR, facts.description)
