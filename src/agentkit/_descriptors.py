"""What stands on the classes of models in place of pydantic's own: their signatures, and fields whose names pydantic has taken.

A model's ``__init__`` is one for all of them and takes anything, so what it says of itself helps nobody. Type checkers read the
generated constructors; ``help()``, notebooks and ``inspect`` read the signature that is made here.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping
from typing import Any, Final, Literal, Optional, get_origin

__all__ = ["KEYWORDS", "ReservedConfig", "ReservedField"]

_MAPPING = inspect.Parameter(
    "mapping", inspect.Parameter.POSITIONAL_ONLY, default=types.MappingProxyType({}), annotation=Mapping[str, Any]
)


class _Keywords:
    """A model class's ``__signature__``: one mapping, or the keywords by their Python names, earlier names too."""

    def __get__(self, instance: Any, owner: type[Any]) -> inspect.Signature:
        if instance is not None:
            raise AttributeError(f"{owner.__name__!r} object has no attribute '__signature__'")
        if not getattr(owner.__init__, "__pydantic_base_init__", False):  # a subclass that is made in its own way
            own = inspect.signature(owner.__init__)
            return own.replace(parameters=list(own.parameters.values())[1:])
        kinds = {name: field.annotation for name, field in owner.model_fields.items()}
        keywords = [
            # A type may be a name that is yet to be found, which a bar cannot join.
            inspect.Parameter(keyword, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Optional[kinds[name]])  # noqa: UP045
            for keyword, name in owner.__fields_by_keyword__.items()
            if get_origin(kinds[name]) is not Literal  # it has one value, and nobody gives it
        ]
        return inspect.Signature([_MAPPING, *keywords])


KEYWORDS: Final = _Keywords()


class ReservedField:
    """An attribute whose name pydantic's base class has taken; the field itself is stored under the name with an underscore."""

    def __init__(self, stored: str) -> None:
        self.stored = stored

    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else instance.__dict__.get(self.stored)

    def __set__(self, instance: Any, value: Any) -> None:
        setattr(instance, self.stored, value)


class ReservedConfig(dict[str, Any]):
    """The class's ``model_config`` that on an instance is the field of that name."""

    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else instance.__dict__.get("model_config_")

    def __set__(self, instance: Any, value: Any) -> None:
        instance.model_config_ = value
