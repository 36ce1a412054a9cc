"""The operation groups of a client."""

from ._agents import AgentsOperations

__all__ = ["AgentsOperations"]
