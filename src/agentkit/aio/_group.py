"""What all groups of operations share."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from typing import TYPE_CHECKING, Any

from .._core.options import CallSettings, call_settings
from .._suggest import unknown_attribute

if TYPE_CHECKING:
    from ._pipeline import Pipeline

__all__ = ["OperationGroup"]


class OperationGroup:
    """Operations on one endpoint. A client makes it; it is not made by hand."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def _settings(self, operation: str, options: Mapping[str, Any]) -> CallSettings:
        """The client's settings with a call's keywords laid over them.

        :param operation: the method that was called.
        :param options: its keywords that are not its own.
        :raises TypeError: a keyword is unknown, or of the wrong type.
        :raises ValueError: a value is out of range.
        """
        if not options:
            return self._pipeline.defaults
        own = lambda: signature(getattr(type(self), operation)).parameters  # noqa: E731 (asked only for an error)
        return call_settings(operation, self._pipeline.defaults, options, own)

    if not TYPE_CHECKING:  # a type checker is to report an unknown method itself

        def __getattr__(self, name: str) -> Any:
            known = [known for known in dir(type(self)) if not known.startswith("_")]
            raise unknown_attribute(f"{type(self).__name__!r} object", name, known)
