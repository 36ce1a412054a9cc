"""The wire form: plain JSON values, read-only views of them, and the base of the enums.

``to_wire`` is the one place where models, enums and timestamps become JSON values. It knows no model class: whatever has an
``as_dict`` method answers for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timezone
from enum import Enum, EnumMeta
from typing import Any, NoReturn

from ._suggest import did_you_mean, unknown_attribute

__all__ = [
    "ReadOnlyDict",
    "ReadOnlyList",
    "WireEnum",
    "as_utc",
    "read_only",
    "read_unix",
    "to_rfc3339",
    "to_unix",
    "to_wire",
]

_SCALARS = frozenset({str, int, float, bool, type(None)})


class _WireEnumMeta(EnumMeta):
    """Looks member names up whatever their case: ``RunStatus.completed``, ``RunStatus["Completed"]``."""

    def __getitem__(cls, name: str) -> Any:
        try:
            return super().__getitem__(name.upper() if isinstance(name, str) else name)
        except KeyError:
            hint = did_you_mean(str(name), cls._member_map_)
            raise KeyError(f"enum {cls.__name__} has no member {name!r}.{hint}") from None

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):  # asked by Python itself, before there are members too
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        member = cls._member_map_.get(name.upper())
        if member is None:
            raise unknown_attribute(f"enum {cls.__name__}", name, cls._member_map_)
        return member


class WireEnum(str, Enum, metaclass=_WireEnumMeta):
    """An enum whose members are their wire values: equal to them, printed and formatted as them, on every Python."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, format_spec: str) -> str:
        return format(str(self.value), format_spec)


def as_utc(moment: datetime) -> datetime:
    """The moment in UTC; a naive one is taken as UTC, and one beyond the calendar of UTC is left in its zone."""
    if moment.utcoffset() is None:
        return moment.replace(tzinfo=timezone.utc)
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError:
        return moment


def to_unix(moment: datetime) -> int:
    """Whole unix seconds of a moment; a naive one is taken as UTC."""
    aware = as_utc(moment) if moment.utcoffset() is None else moment
    return int(aware.replace(microsecond=0).timestamp())


def read_unix(value: Any) -> datetime:
    """The aware UTC moment of unix seconds, or of a datetime, whose fraction of a second is left out.

    :raises ValueError: the value is neither, or lies beyond the calendar.
    """
    if isinstance(value, datetime):
        return as_utc(value).replace(microsecond=0)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ValueError(f"{value!r} is no unix timestamp")
    try:
        return datetime.fromtimestamp(value, tz=timezone.utc)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{value!r} lies beyond the calendar") from error


def to_rfc3339(moment: datetime) -> str:
    """RFC 3339 text of a moment in UTC, with a ``Z``; a naive one is taken as UTC."""
    return as_utc(moment).isoformat().replace("+00:00", "Z")


def to_wire(value: Any, *, exclude_readonly: bool = False) -> Any:
    """A fresh plain JSON value: models by their wire names, enums by value, moments as unix seconds, sets as lists."""
    if type(value) in _SCALARS:
        return value
    if isinstance(value, Enum):
        return value.value
    as_dict = getattr(value, "as_dict", None)
    if as_dict is not None:
        return as_dict(exclude_readonly=exclude_readonly)
    if isinstance(value, Mapping):
        return {_key(k): to_wire(v, exclude_readonly=exclude_readonly) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_wire(v, exclude_readonly=exclude_readonly) for v in value]
    if isinstance(value, datetime):
        return to_unix(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def _key(key: Any) -> Any:
    return key.value if isinstance(key, Enum) else key


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise TypeError(
        "this value was read out of a model by item, where it is read-only: change it through the model's attribute, "
        "or take a copy with dict(value) or list(value)"
    )


class ReadOnlyDict(dict[str, Any]):
    """A wire object that was read out of a model by item.

    It is a picture of a part of the model, so a change to it would be lost; every change raises TypeError instead. ``dict(x)`` and
    ``copy.copy(x)`` give one that can be changed.
    """

    __slots__ = ()

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __reduce__(self) -> Any:
        return dict, (dict(self),)

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return {k: _thaw(v) for k, v in self.items()}


class ReadOnlyList(list[Any]):
    """A wire array that was read out of a model by item; see :class:`ReadOnlyDict`."""

    __slots__ = ()

    __setitem__ = __delitem__ = append = clear = extend = insert = pop = remove = reverse = sort = _refuse
    __iadd__ = __imul__ = _refuse

    def __reduce__(self) -> Any:
        return list, (list(self),)

    def __copy__(self) -> list[Any]:
        return list(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return [_thaw(v) for v in self]


def _thaw(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _thaw(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_thaw(v) for v in value]
    return value


def read_only(value: Any) -> Any:
    """The value as a model shows it by item.

    A container that is plain JSON already is given as it is, live; one that holds models is turned into its wire form, read-only.
    """
    if type(value) in _SCALARS:
        return value
    if isinstance(value, (dict, list)) and _is_plain(value):
        return value
    return _freeze(to_wire(value))


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return _all_plain(value.values())
    if isinstance(value, list):
        return _all_plain(value)
    return type(value) in _SCALARS


def _all_plain(values: Iterable[Any]) -> bool:
    return all(_is_plain(v) for v in values)


def _freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return ReadOnlyDict({k: _freeze(v) for k, v in value.items()})
    if isinstance(value, list):
        return ReadOnlyList([_freeze(v) for v in value])
    return value
