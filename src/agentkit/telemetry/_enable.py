"""Turns tracing on: where spans go, and who makes them."""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from .agents._instrumentor import AIAgentsInstrumentor, missing_opentelemetry

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import LogRecordProcessor
    from opentelemetry.sdk.trace import SpanProcessor

__all__ = ["enable"]

_log = logging.getLogger("agentkit")

_CONSOLE = "sys.stdout"
_HOST_AND_PORT = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\]):\d+", re.ASCII)
_lock = threading.Lock()
_destinations: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()

# Of other libraries, which are traced as well where their instrumentors are installed: module, class.
_INSTRUMENTORS = (
    ("azure.ai.inference.tracing", "AIInferenceInstrumentor"),
    ("opentelemetry.instrumentation.openai_v2", "OpenAIInstrumentor"),
    ("opentelemetry.instrumentation.langchain", "LangchainInstrumentor"),
)


def enable(destination: TextIO | str | None = None) -> None:
    """Make spans of what the clients do, and bring them to a destination.

    :param destination: ``sys.stdout`` prints them; a URL such as ``http://localhost:4317``, or a host with its port, is where a collector
        takes them by OTLP over gRPC; None leaves it to the program where spans go, and where OpenTelemetry is not installed, that is
        nowhere: a warning says so.
    :raises ValueError: it is another text stream, or no URL.
    :raises TypeError: it is neither text nor a stream.
    :raises ModuleNotFoundError: OpenTelemetry is not installed, and there is a destination; the error names the extra.
    """
    name = _name_of(destination)
    try:
        instrumentor = AIAgentsInstrumentor()
    except ModuleNotFoundError as error:
        if name is not None:
            raise
        # As the mirrored client: a program that brings spans nowhere runs without what makes them.
        _log.warning("no spans are made. %s", error)
        return
    if name is not None:
        try:
            _send_to(name)
        except ModuleNotFoundError as error:
            raise missing_opentelemetry(error) from error
    instrumentor.instrument()
    _trace_azure_core()
    for module, kind in _INSTRUMENTORS:
        _instrument(module, kind)


def _name_of(destination: Any) -> str | None:
    """The name by which a destination is known: the console's, or the URL.

    :raises ValueError: as :func:`enable`.
    :raises TypeError: as :func:`enable`.
    """
    if destination is None:
        return None
    if isinstance(destination, str):
        if not _HOST_AND_PORT.fullmatch(destination) and not _is_url(destination):
            raise ValueError(
                "enable(destination=) takes the URL of an OTLP collector, such as http://localhost:4317, which is no such URL: "
                f"{destination!r}"
            )
        return destination.rstrip("/")
    if destination is sys.stdout:
        return _CONSOLE
    if hasattr(destination, "write"):
        raise ValueError(
            "enable(destination=) prints spans to sys.stdout and to no other stream: give sys.stdout, a URL or None"
        )
    raise TypeError(f"enable(destination=) takes sys.stdout, a URL or None, not {type(destination).__name__}")


def _is_url(text: str) -> bool:
    try:
        url = urlsplit(text)
    except ValueError:  # such as brackets around what is no address
        return False
    return url.scheme in ("http", "https") and bool(url.hostname)


def _send_to(name: str) -> None:
    """Let the program's spans go to a destination as well, once, and what other libraries tell as log records beside their spans."""
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider

    with _lock:
        provider = trace.get_tracer_provider()
        if isinstance(provider, trace.ProxyTracerProvider):
            trace.set_tracer_provider(TracerProvider())
            provider = trace.get_tracer_provider()
        _add(name, "spans", provider, "add_span_processor", _processor)
        try:
            _send_logs_to(name)
        except Exception as error:  # noqa: BLE001  (OpenTelemetry has not settled this part yet)
            _log.warning("log records of other libraries do not go to %s: %r", name, error)


def _send_logs_to(name: str) -> None:
    """As :func:`_send_to`, of log records: the instrumentor of openai tells by them what was said."""
    from opentelemetry import _logs
    from opentelemetry.sdk._logs import LoggerProvider

    provider = _logs.get_logger_provider()
    # What stands for a provider that is not set up yet has no public name.
    if type(provider).__name__ == "ProxyLoggerProvider":
        _logs.set_logger_provider(LoggerProvider())
        provider = _logs.get_logger_provider()
    _add(name, "log records", provider, "add_log_record_processor", _log_processor)


def _add(name: str, what: str, provider: Any, method: str, make: Callable[[str], Any]) -> None:
    """Add what brings something to a destination to the program's provider, unless it was added."""
    add = getattr(provider, method, None)
    if add is None:
        _log.warning(
            "the program's provider of %s, %s, takes no further destination: they go where it brings them, and not to %s",
            what,
            type(provider).__name__,
            name,
        )
        return
    known = _destinations.setdefault(provider, set())
    if name not in known:
        add(make(name))
        known.add(name)


def _processor(name: str) -> SpanProcessor:
    """What brings spans to a destination."""
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor

    if name == _CONSOLE:
        console: Any = _Console()
        return SimpleSpanProcessor(ConsoleSpanExporter(out=console))
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    # In a thread of its own: nobody is to wait for a collector, least of all for one that is not there.
    return BatchSpanProcessor(OTLPSpanExporter(endpoint=name))


def _log_processor(name: str) -> LogRecordProcessor:
    """What brings log records to a destination; see :func:`_processor`."""
    from opentelemetry.sdk._logs import export

    if name == _CONSOLE:
        # Earlier versions of OpenTelemetry call it ConsoleLogExporter.
        exporter: Any = getattr(export, "ConsoleLogRecordExporter", None) or export.ConsoleLogExporter
        return export.SimpleLogRecordProcessor(exporter(out=_Console()))
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter

    return export.BatchLogRecordProcessor(OTLPLogExporter(endpoint=name))


class _Console:
    """Standard output as it is when something is printed, which a program may change meanwhile."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


def _trace_azure_core() -> None:
    """Let the libraries of azure-core make spans as well, where its plugin for OpenTelemetry is installed."""
    try:
        import_module("azure.core.tracing.ext.opentelemetry_span")
    except ImportError:
        _log.debug("azure-core-tracing-opentelemetry is not installed: azure-core makes no spans")
        return
    from azure.core.settings import settings

    settings.tracing_implementation = "opentelemetry"


def _instrument(module: str, kind: str) -> None:
    """Turn on an instrumentor that is installed. One that fails is no matter of who enables tracing."""
    try:
        instrumentor = getattr(import_module(module), kind)()
        if not _is_on(instrumentor):
            instrumentor.instrument()
    except ImportError as error:
        _log.debug("%s.%s is not installed (%s), and makes no spans", module, kind, error)
    except Exception as error:  # noqa: BLE001  (it belongs to somebody else)
        _log.warning("%s.%s could not be turned on, and makes no spans: %r", module, kind, error)


def _is_on(instrumentor: Any) -> bool:
    told = getattr(instrumentor, "is_instrumented", None) or getattr(instrumentor, "is_instrumented_by_opentelemetry", False)
    return bool(told() if callable(told) else told)
