"""Traces of what a program does with agents, by OpenTelemetry. Needs the extra ``telemetry``; nothing of it is loaded before it is used."""

from ._trace_function import trace_function
from .agents import AIAgentsInstrumentor
from .agents._instrumentor import AIProjectInstrumentor

__all__ = ["AIAgentsInstrumentor", "AIProjectInstrumentor", "trace_function"]
