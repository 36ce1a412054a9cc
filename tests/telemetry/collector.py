"""A collector on a loopback port: it takes spans and log records by OTLP over gRPC, as the published protocol says, and keeps them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import grpc  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

__all__ = ["Collector"]


class Logs(logs_service_pb2_grpc.LogsServiceServicer):
    """Keeps the texts of the log records that it is sent."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def Export(self, request: Any, context: Any) -> Any:
        """Take log records."""
        records = [record for of in request.resource_logs for scope in of.scope_logs for record in scope.log_records]
        self.texts += [record.body.string_value for record in records]
        return logs_service_pb2.ExportLogsServiceResponse()


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps the spans that it is sent, while it is open.

    :ivar url: where it listens.
    :ivar logs: keeps the log records.
    """

    url: str

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spans: list[Any] = []
        self._pool = ThreadPoolExecutor(2)
        self._server = grpc.server(self._pool)
        add: Any = trace_service_pb2_grpc.add_TraceServiceServicer_to_server
        add(self, self._server)
        self.logs = Logs()
        add_logs: Any = logs_service_pb2_grpc.add_LogsServiceServicer_to_server
        add_logs(self.logs, self._server)

    def __enter__(self) -> Collector:
        self.url = f"http://127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.stop(None).wait()
        self._pool.shutdown()

    def Export(self, request: Any, context: Any) -> Any:
        """Take spans."""
        with self._lock:
            self._spans += [span for of in request.resource_spans for scope in of.scope_spans for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()

    def tree(self) -> list[Any]:
        """The names of the spans, each with those below it."""
        return self._below(b"")

    def told(self, name: str) -> dict[str, Any]:
        """The attributes of the only span of a name."""
        (span,) = [span for span in self._spans if span.name == name]
        return {one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in span.attributes}

    def _below(self, parent: bytes) -> list[Any]:
        inside = sorted((s for s in self._spans if s.parent_span_id == parent), key=lambda s: s.start_time_unix_nano)
        return [(span.name, inner) if (inner := self._below(span.span_id)) else span.name for span in inside]
