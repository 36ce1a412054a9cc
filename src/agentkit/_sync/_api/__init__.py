# Derived by `python -m codegen` from src/agentkit/aio/_api/__init__.py; change that and run it again.
"""The single calls of the agents API."""

from .agents import AgentsCalls
from .files import FilesCalls
from .hosted import HostedCalls
from .messages import MessagesCalls
from .run_steps import RunStepsCalls
from .runs import RunsCalls
from .threads import ThreadsCalls
from .vector_stores import VectorStoresCalls

__all__ = ["AgentsApi"]


class AgentsApi(AgentsCalls, MessagesCalls, ThreadsCalls, RunsCalls, RunStepsCalls, FilesCalls, VectorStoresCalls, HostedCalls):
    """Every single call of the agents API."""
