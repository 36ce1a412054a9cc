"""Spans of agents, threads, messages and runs."""

from ._instrumentor import AIAgentsInstrumentor

__all__ = ["AIAgentsInstrumentor"]
