# Derived by `python -m codegen` from src/agentkit/aio/_named_agents.py; change that and run it again.
"""What the calls about agents that are addressed by name have in common."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, TypeVar

from .._request import Request
from ._group import OperationGroup

if TYPE_CHECKING:
    from ._pipeline import Pipeline

__all__ = ["NamedAgents"]

R = TypeVar("R")


class NamedAgents(OperationGroup):
    """Operations that remember which agents were made as hosted ones, so that later calls about them say so to the service."""

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(pipeline)
        self._hosted_names: set[str] = set()

    def _by_name(self, request: Request[R], operation: str | None = None) -> Request[R]:
        """The request as the service wants it: its definition in one spelling and checked, its feature named where it needs one.

        :param operation: the method that was called, where it is not the one of the request.
        :raises TypeError: the definition is none, or one of its values is of a wrong type.
        :raises ValueError: this kind of service has no such agents, the name is the id of a classic one, or a value of the definition
            is of a form that no service takes.
        """
        from .._core.definitions import check_has_named_agents, prepared

        called = operation or request.operation
        check_has_named_agents(called, self._pipeline.endpoint)
        ready = prepared(request, self._hosted_names, called)
        if ready.hosted is not None:
            self._hosted_names.add(ready.hosted)
        for warning in ready.warnings:
            warnings.warn(warning, UserWarning, stacklevel=3)
        return ready.request
