# Derived by `python -m codegen` from src/agentkit/aio/_group.py; change that and run it again.
"""What all groups of operations share."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from .._attached import attach
from .._core.options import CallSettings, call_settings
from .._core.services import ProjectService, service_endpoint
from .._request import Request
from .._suggest import unknown_attribute
from ._pages import all_items

if TYPE_CHECKING:
    from ._pipeline import Pipeline

__all__ = ["OperationGroup", "ServiceGroup"]


P = TypeVar("P")


class OperationGroup:
    """Operations on one endpoint. A client makes it; it is not made by hand."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._client_pipeline = pipeline

    @property
    def _pipeline(self) -> Pipeline:
        """The way to the service of these operations."""
        return self._client_pipeline

    def _settings(self, operation: str, options: Mapping[str, Any], *, several: bool = False) -> CallSettings:
        """The client's settings with a call's keywords laid over them.

        :param operation: the method that was called.
        :param options: its keywords that are not its own.
        :param several: whether it makes several requests, so that it returns the answer of none of them.
        :raises TypeError: a keyword is unknown, or of the wrong type.
        :raises ValueError: a value is out of range.
        """
        if not options:
            return self._pipeline.defaults
        single = next((name for name in ("cls", "stream") if several and options.get(name)), None)
        if single is not None:
            raise TypeError(f"{operation}() does not take {single}=: it makes several requests; calls that make one take it")
        return call_settings(operation, self._pipeline.defaults, options, lambda: self._own_keywords(operation))

    def _own_keywords(self, operation: str) -> list[str]:
        parameters = signature(getattr(self, operation)).parameters.values()
        return [parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_KEYWORD]

    def _page(self, page: P, request: Request[P], settings: CallSettings) -> P:
        """The page, enabled to fetch the pages after it."""
        if settings.cls is None and not settings.stream:
            attach(page, "walk", lambda page: all_items(self._pipeline, request, settings, page))
        return page

    if not TYPE_CHECKING:  # a type checker is to report an unknown method itself

        def __getattr__(self, name: str) -> Any:
            known = [known for known in dir(type(self)) if not known.startswith("_")]
            raise unknown_attribute(f"{type(self).__name__!r} object", name, known)


class ServiceGroup(OperationGroup):
    """Operations on another service of the project than its agents."""

    service: ClassVar[ProjectService]

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(pipeline)
        self._sibling: Pipeline | None = None

    @property
    def _pipeline(self) -> Pipeline:
        """The way to the service, found when it is first needed: not every kind of project has every service.

        :raises ValueError: the client's kind of project has no such service.
        """
        if self._sibling is None:
            self._sibling = self._client_pipeline.sibling(service_endpoint(self._client_pipeline.endpoint, self.service))
        return self._sibling
