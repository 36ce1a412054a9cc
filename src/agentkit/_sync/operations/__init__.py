# Derived by `python -m codegen` from src/agentkit/aio/operations/__init__.py; change that and run it again.
"""The operation groups of a client."""

from ._agents import AgentsOperations

__all__ = ["AgentsOperations"]
