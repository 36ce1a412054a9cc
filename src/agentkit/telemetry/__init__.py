"""Traces of what a program does with agents, by OpenTelemetry. Needs the extra ``telemetry``; nothing of it is loaded before it is used."""

from ._trace_function import trace_function

__all__ = ["trace_function"]
