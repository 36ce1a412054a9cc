"""The base of every model.

A model is a pydantic model whose fields are named as in Python and aliased to their wire names, and at the same time a mapping over
the wire names. There is one copy of the data, pydantic's; the mapping view is computed from it.

Reading is lenient, because a service is newer than its clients: an unknown field is kept, an unknown enum value stays a string, an
unknown kind becomes the base class of its family, and a value of the wrong shape stays as it came. So a response never raises here.
"""

from __future__ import annotations

import copy
import threading
import types
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_serializer
from pydantic_core import core_schema
from typing_extensions import Self

from ._attached import picklable
from ._descriptors import KEYWORDS, ReservedConfig, ReservedField
from ._forking import held_over_forks
from ._suggest import unknown_attribute, unknown_keyword
from ._wire import WireEnum, as_utc, read_only, read_unix, to_rfc3339, to_unix, to_wire

__all__ = ["NOTHING", "Constant", "Lax", "Model", "Raw", "Rfc3339", "wire"]

T = TypeVar("T")

NOTHING: Final[Mapping[str, Any]] = types.MappingProxyType({})
"""The mapping that a model is made from when none is given."""

# Older releases of pydantic have no lock of their own: one thread takes away what another has just built.
_BUILDING = threading.RLock()
held_over_forks(_BUILDING)


class _Marker:
    """How a field is read; it stands in the field's ``Annotated`` and makes its schema."""

    rfc3339 = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return _lenient(source, handler)


class _Rfc3339Marker(_Marker):
    rfc3339 = True

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return _or_raw([core_schema.no_info_wrap_validator_function(_moment_of_text, core_schema.datetime_schema())])


class _RawMarker(_Marker):
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.any_schema()


class _ConstantMarker(_Marker):
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        values = list(get_args(source))
        return core_schema.with_default_schema(core_schema.literal_schema(values), default=values[0], on_error="default")


Lax = Annotated[T, _Marker()]
"""A field that takes its type where it can and keeps the raw value where it cannot; moments are unix seconds on the wire."""
Rfc3339 = Annotated[T, _Rfc3339Marker()]
"""As :data:`Lax`, with moments as RFC 3339 text on the wire."""
Raw = Annotated[T, _RawMarker()]
"""A field that is never turned into classes: an object in a response stays a dict."""
Constant = Annotated[T, _ConstantMarker()]
"""A field that has one value, whatever the response said."""


# What `read_unix` makes of what services send, at half its cost: whole seconds after 1970, before the end of the calendar.
_WHOLE_SECONDS = core_schema.no_info_after_validator_function(
    partial(datetime.fromtimestamp, tz=timezone.utc), core_schema.int_schema(strict=True, ge=0, le=253_402_300_799)
)


def wire(name: str | None = None) -> Any:
    """A field that may be missing, under its wire name when that differs from the attribute's."""
    return Field(default=None, alias=name)


def _lenient(source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    """The schema of a type that falls back to the raw value instead of failing. The fallback costs nothing where it is not needed."""
    return _or_raw(_choices(source, handler))


def _or_raw(choices: list[core_schema.CoreSchema]) -> core_schema.CoreSchema:
    raw = core_schema.any_schema()
    if not choices:
        return raw
    # Null, which fits none of them, is the most frequent value that would otherwise be tried on each.
    return core_schema.nullable_schema(core_schema.union_schema([*choices, raw], mode="left_to_right"))


def _choices(source: Any, handler: GetCoreSchemaHandler) -> list[core_schema.CoreSchema]:
    """The schemas that convert a value of the type, in the order to be tried; none for what JSON gives as it is."""
    origin = get_origin(source)
    if origin in (Union, types.UnionType):
        arms = get_args(source)
        kinds = {arm.__tag__: arm for arm in arms if getattr(arm, "__tag__", None) is not None}
        others = [choice for arm in arms if arm not in kinds.values() for choice in _choices(arm, handler)]
        # On Python 3.10 a list of something counts as a type as well, and is no class.
        if len(others) > 1 and all(
            get_origin(arm) is None and isinstance(arm, type) and issubclass(arm, Model) for arm in arms
        ):
            return [core_schema.union_schema([*others])]  # the one that knows most of the keys
        return [_by_kind("type", kinds, handler), *others] if kinds else others
    if origin is Annotated:
        return _choices(get_args(source)[0], handler)
    if origin is list:
        return [core_schema.list_schema(_lenient(get_args(source)[0], handler))]
    if origin is dict:
        return [core_schema.dict_schema(core_schema.any_schema(), _lenient(get_args(source)[1], handler))]
    if not isinstance(source, type):
        return []
    if issubclass(source, WireEnum):
        return [core_schema.enum_schema(source, list(source), sub_type="str")]
    if issubclass(source, datetime):
        return [_WHOLE_SECONDS, core_schema.no_info_before_validator_function(read_unix, core_schema.datetime_schema())]
    if issubclass(source, Model):
        kinds = source._kinds()
        own = handler.generate_schema(source)
        return [_by_kind(source.__discriminator__ or "type", kinds, handler), own] if kinds else [own]
    return []


def _by_kind(discriminator: str, kinds: Mapping[Any, type[Model]], handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    return core_schema.tagged_union_schema(
        {tag: handler.generate_schema(kind) for tag, kind in kinds.items()}, discriminator=discriminator, from_attributes=True
    )


def _moment_of_text(value: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> datetime:
    """The aware UTC moment of RFC 3339 text, or of a datetime; ValueError otherwise: the raw value stays."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and "T" in value.upper()):
        raise ValueError("no RFC 3339 text")
    return as_utc(handler(value))


class Model(BaseModel, MutableMapping[str, Any]):
    """The base of all models: ``Model(field=...)`` by Python names, ``Model({...})`` from a mapping of wire names.

    Keywords that are None are left out, an unknown keyword is a TypeError, and unknown keys of a mapping are kept. An attribute that
    was not sent reads as None; setting None takes the key away. ``as_dict()``, ``dict(model)`` and ``model_dump_json()`` give the
    wire form.
    """

    if TYPE_CHECKING:  # pydantic would evaluate these annotations anew for every model
        model_config: ClassVar[ConfigDict]
        __discriminator__: ClassVar[str | None]
        __tag__: ClassVar[str | None]
        __read_only_fields__: ClassVar[frozenset[str]]
        __aliases__: ClassVar[dict[str, str]]
        __wire_names__: ClassVar[dict[str, str]]
        __fields_by_wire_name__: ClassVar[dict[str, str]]
        __fields_by_keyword__: ClassVar[dict[str, str]]
        __rfc3339__: ClassVar[frozenset[str]]
    else:
        model_config = ConfigDict(extra="allow", defer_build=True, protected_namespaces=())
        __discriminator__ = __tag__ = None
        __read_only_fields__ = __rfc3339__ = frozenset()
        __aliases__ = __wire_names__ = __fields_by_wire_name__ = __fields_by_keyword__ = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        fields = cls.model_fields
        cls.__wire_names__ = {name: info.alias or name for name, info in fields.items()}
        cls.__fields_by_wire_name__ = {wire_name: name for name, wire_name in cls.__wire_names__.items()}
        markers = {name: next((m for m in info.metadata if isinstance(m, _Marker)), None) for name, info in fields.items()}
        cls.__rfc3339__ = frozenset(name for name, marker in markers.items() if marker and marker.rfc3339)
        cls.__fields_by_keyword__ = {name.rstrip("_"): name for name in fields} | dict(cls.__aliases__)
        # A response fills a user's subclass too without a call of its __init__, which need not know the wire names.
        cls.__pydantic_custom_init__ = False
        type.__setattr__(cls, "__signature__", KEYWORDS)
        for name in fields:
            if name == "model_config_" and not isinstance(cls.model_config, ReservedConfig):
                type.__setattr__(cls, "model_config", ReservedConfig(cls.model_config))
            elif name == "schema_":
                type.__setattr__(cls, "schema", ReservedField(name))

    @classmethod
    def _kinds(cls) -> dict[str, type[Model]]:
        """The subclasses of a family by the value of the discriminator; empty for a class that heads none."""
        if cls.__discriminator__ is None or cls.__tag__ is not None:
            return {}
        return {kind.__tag__: kind for kind in cls.__subclasses__() if kind.__tag__ is not None}

    @classmethod
    def model_rebuild(cls, *, _parent_namespace_depth: int = 2, **options: Any) -> bool | None:
        """As pydantic's, one thread at a time: classes are built when they are first used, which may be in two threads at once."""
        with _BUILDING:
            rebuilt = super().model_rebuild(_parent_namespace_depth=_parent_namespace_depth + 1, **options)
            type.__setattr__(cls, "__signature__", KEYWORDS)  # pydantic has put its own there
            return rebuilt

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not args:
            data = self._from_keywords(kwargs)
        elif len(args) == 1 and not kwargs and isinstance(args[0], Mapping):
            data = args[0].as_dict() if isinstance(args[0], Model) else dict(args[0])
        else:
            raise TypeError(f"{type(self).__name__}() takes keywords, or one mapping of wire names")
        self.__pydantic_validator__.validate_python(data, self_instance=self)

    # Without this mark pydantic would call __init__ for every nested object of a response instead of filling it in directly.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    def _from_keywords(self, keywords: dict[str, Any]) -> dict[str, Any]:
        cls = type(self)
        data: dict[str, Any] = {}
        if cls.__tag__ is not None and cls.__discriminator__ is not None:
            given = keywords.pop(cls.__discriminator__, None)
            if given not in (None, cls.__tag__):
                raise TypeError(f"{cls.__name__}() has {cls.__discriminator__}={cls.__tag__!r}, not {given!r}")
            data[cls.__discriminator__] = cls.__tag__
        for keyword, value in keywords.items():
            name = cls.__fields_by_keyword__.get(keyword)
            if name is None:
                raise unknown_keyword(cls.__name__, keyword, cls.__fields_by_keyword__)
            if value is None:
                continue
            wire_name = cls.__wire_names__[name]
            if wire_name in data and data[wire_name] != value:
                raise TypeError(f"{cls.__name__}() got two values for {wire_name!r}: {data[wire_name]!r} and {value!r}")
            data[wire_name] = value
        return data

    # --- attributes -------------------------------------------------------------------------------------------------------

    if not TYPE_CHECKING:  # a type checker is to report an unknown attribute itself

        def __getattr__(self, name: str) -> Any:
            cls = type(self)
            if name in cls.__private_attributes__:
                return super().__getattr__(name)
            if hasattr(cls, name):  # a property failed: its own error is to be seen
                return object.__getattribute__(self, name)
            raise unknown_attribute(f"{cls.__name__!r} object", name, cls.__fields_by_keyword__)

    def __setattr__(self, name: str, value: Any) -> None:
        cls = type(self)
        if name in cls.__wire_names__:
            if value is None:
                self._forget(name)
            else:
                cls.__pydantic_validator__.validate_assignment(self, name, value)
        elif name.startswith("_"):
            super().__setattr__(name, value)
        elif hasattr(getattr(cls, name, None), "__set__"):
            object.__setattr__(self, name, value)
        else:
            raise unknown_attribute(f"{cls.__name__!r} object", name, cls.__fields_by_keyword__)

    def __delattr__(self, name: str) -> None:
        if name.startswith("_"):
            super().__delattr__(name)
        else:
            setattr(self, name, None)

    def _forget(self, name: str) -> None:
        vars(self)[name] = None
        self.__pydantic_fields_set__.discard(name)

    # --- the mapping over wire names --------------------------------------------------------------------------------------

    def _has(self, name: str) -> bool:
        """Whether the field has a value, or was sent as null."""
        if self.__dict__[name] is not None:
            return True
        # pydantic counts unknown keys among the fields that were set, and one may be called as a field is in Python.
        return name in self.__pydantic_fields_set__ and name not in (self.__pydantic_extra__ or ())

    def _present(self) -> Iterator[str]:
        return filter(self._has, self.__wire_names__)

    def __getitem__(self, key: str) -> Any:
        name = self.__fields_by_wire_name__.get(key)
        if name is None:
            return (self.__pydantic_extra__ or {})[key]
        if not self._has(name):
            raise KeyError(key)
        value = self.__dict__[name]
        return self._moment_to_wire(name, value) if isinstance(value, datetime) else read_only(value)

    def __setitem__(self, key: str, value: Any) -> None:
        name = self.__fields_by_wire_name__.get(key)
        if name is not None:
            self.__pydantic_validator__.validate_assignment(self, name, value)
        else:
            self._extra()[key] = value

    def __delitem__(self, key: str) -> None:
        name = self.__fields_by_wire_name__.get(key)
        if name is None:
            del self._extra()[key]
            self.__pydantic_fields_set__.discard(key)
        elif self._has(name):
            self._forget(name)
        else:
            raise KeyError(key)

    def _extra(self) -> dict[str, Any]:
        if self.__pydantic_extra__ is None:
            object.__setattr__(self, "__pydantic_extra__", {})
        return self.__pydantic_extra__  # type: ignore[return-value]

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        yield from [self.__wire_names__[name] for name in self._present()]
        yield from list(self.__pydantic_extra__ or ())

    def __len__(self) -> int:
        return sum(1 for _ in self._present()) + len(self.__pydantic_extra__ or ())

    def __contains__(self, key: object) -> bool:
        name = self.__fields_by_wire_name__.get(key) if isinstance(key, str) else None
        if name is None:
            return key in (self.__pydantic_extra__ or {})
        return self._has(name)

    # --- the wire form ----------------------------------------------------------------------------------------------------

    def as_dict(self, *, exclude_readonly: bool = False) -> dict[str, Any]:
        """The wire form as a fresh plain dict.

        :keyword exclude_readonly: leave out, at every depth, the fields that only a service sets.
        :return: wire names to JSON values, moments as unix seconds.
        """
        skipped = self.__read_only_fields__ if exclude_readonly else frozenset()
        data = {
            self.__wire_names__[name]: self._field_to_wire(name, exclude_readonly)
            for name in self._present()
            if name not in skipped
        }
        for key, value in (self.__pydantic_extra__ or {}).items():
            data[key] = to_wire(value, exclude_readonly=exclude_readonly)
        return data

    def _field_to_wire(self, name: str, exclude_readonly: bool) -> Any:
        value = self.__dict__[name]
        if isinstance(value, datetime):
            return self._moment_to_wire(name, value)
        return to_wire(value, exclude_readonly=exclude_readonly)

    def _moment_to_wire(self, name: str, value: datetime) -> Any:
        if name in self.__rfc3339__:
            return to_rfc3339(value)
        return value.timestamp() if value.microsecond else to_unix(value)

    @model_serializer(mode="plain", return_type=dict[str, Any])  # said here, it is not evaluated for every model
    def _serialize(self) -> dict[str, Any]:
        return self.as_dict()

    def __getstate__(self) -> dict[Any, Any]:
        """What pickle keeps: the data, and not what a client attached to it, such as the way to the next page."""
        state = super().__getstate__()
        return {**state, "__pydantic_private__": picklable(state["__pydantic_private__"])}

    def copy(self, **kwargs: Any) -> Self:
        """A shallow copy, as ``copy.copy(model)``."""
        if kwargs:
            raise TypeError(f"{type(self).__name__}.copy() takes no arguments; use model_copy(update={{...}})")
        return copy.copy(self)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some attributes set anew: ``update`` maps their names to values, None takes one away."""
        copied = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            setattr(copied, name, value)
        return copied

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Model):
            return self.as_dict() == other.as_dict()
        if isinstance(other, Mapping):
            return bool(self.as_dict() == to_wire(other))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return str(self.as_dict())

    def __repr__(self) -> str:
        given = [name for name, value in self.__dict__.items() if value is not None]
        # What has nothing that it is known by shows what it has.
        shown = ([name for name in _SHOWN_IN_REPR if name in given] or given)[:3]
        told = [f"{name.rstrip('_')}={self.__dict__[name]!s:.60}" for name in shown]  # fields behind properties end in one
        return f"{type(self).__name__}({', '.join(told)})"


_SHOWN_IN_REPR = ("id", "type", "role", "status", "name", "filename", "value", "reason", "code", "text")
