"""What a purge is to delete, and what it tells of it; nothing here asks a service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

__all__ = ["KINDS", "PurgeReport", "PurgedObject", "check_kinds", "check_prefix", "cut_off", "looked_at"]

KINDS = ("agents", "threads", "vector_stores", "files")
"""The kinds in the order in which they are deleted: what refers to others goes before them."""

# A resource may keep other files, such as those of batches and of fine-tuning, which are no business of agents.
_PURPOSES = frozenset({"assistants", "assistants_output", "vision"})

Outcome = Literal["found", "deleted", "gone", "failed", "not tried", "undated"]


@dataclass(frozen=True)
class PurgedObject:
    """An object that a purge came upon, and what became of it.

    ``outcome`` is ``found`` (a dry run leaves it), ``deleted``, ``gone`` (somebody else had deleted it), ``failed`` (``reason`` says why),
    ``not tried`` (the purge ended before it), or ``undated`` (the service does not say when it was created, so it stays).

    :param kind: agents, threads, vector_stores or files.
    :param id: its id.
    :param name: its name, of a file its file name; None where it has none.
    :param created_at: when it was created.
    :param outcome: what became of it.
    :param reason: why, where that is not plain.
    """

    kind: str
    id: str
    name: str | None
    created_at: datetime | None
    outcome: Outcome = "found"
    reason: str = ""

    def became(self, outcome: Outcome, reason: str = "") -> PurgedObject:
        """The object with what became of it."""
        return replace(self, outcome=outcome, reason=reason)

    def __str__(self) -> str:
        name = f" {self.name!r}" if self.name else ""
        since = f" of {self.created_at:%Y-%m-%d %H:%M}" if self.created_at else ""
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.outcome}: {self.kind} {self.id}{name}{since}{reason}"


@dataclass(frozen=True)
class PurgeReport:
    """What a purge found and what became of it; ``print(report)`` gives a line for each object.

    :param dry_run: whether it only looked.
    :param before: what was created earlier was to go.
    :param objects: every object that was to go, and those of which the service does not say when they were created.
    :param unlisted: the kinds of which nothing is known, or not all, each with the reason.
    """

    dry_run: bool
    before: datetime
    objects: tuple[PurgedObject, ...]
    unlisted: Mapping[str, str]

    @property
    def found(self) -> list[PurgedObject]:
        """What was to go, whatever became of it."""
        return [each for each in self.objects if each.outcome != "undated"]

    @property
    def deleted(self) -> list[PurgedObject]:
        """What is not there any more."""
        return [each for each in self.objects if each.outcome in ("deleted", "gone")]

    @property
    def failed(self) -> list[PurgedObject]:
        """What was to go and is still there."""
        return [each for each in self.objects if each.outcome in ("failed", "not tried")]

    @property
    def undated(self) -> list[PurgedObject]:
        """What stays because nobody knows how old it is."""
        return [each for each in self.objects if each.outcome == "undated"]

    def __str__(self) -> str:
        did = f"would delete {len(self.found)}" if self.dry_run else f"deleted {len(self.deleted)} of {len(self.found)}"
        head = f"{did} objects that were created before {self.before:%Y-%m-%d %H:%M:%S %Z}"
        unlisted = [f"not listed: {kind}: {reason}" for kind, reason in self.unlisted.items()]
        return "\n".join([head, *(f"  {each}" for each in self.objects), *(f"  {line}" for line in unlisted)])


def cut_off(older_than: timedelta | float, now: datetime) -> datetime:
    """The moment before which something was created that is to go.

    :param older_than: an age, as a timedelta or in seconds.
    :param now: the present moment.
    :raises TypeError: it is neither.
    :raises ValueError: it is negative, or longer than time is told.
    """
    if isinstance(older_than, bool) or not isinstance(older_than, (timedelta, int, float)):
        raise TypeError(f"purge() takes older_than= as a timedelta or in seconds, not {type(older_than).__name__}")
    try:
        age = older_than if isinstance(older_than, timedelta) else timedelta(seconds=older_than)
        before = now - age
    except (OverflowError, ValueError):
        raise ValueError(f"purge() takes older_than= up to the age of the calendar, not {older_than!r}") from None
    if age < timedelta(0):
        raise ValueError(f"purge() takes older_than= as an age, which is not negative: {older_than!r}")
    return before


def check_kinds(kinds: str | Iterable[str]) -> tuple[str, ...]:
    """The kinds that are to be purged, in the order in which they are deleted.

    :raises TypeError: they are no names.
    :raises ValueError: there is none, or one of them is unknown.
    """
    if not isinstance(kinds, Iterable):
        raise TypeError(f"purge() takes kinds= as names out of {', '.join(KINDS)}, not {type(kinds).__name__}")
    given = [kinds] if isinstance(kinds, str) else list(kinds)
    unknown = [str(kind) for kind in given if kind not in KINDS]
    if unknown or not given:
        raise ValueError(f"purge() takes kinds= out of {', '.join(KINDS)}, not {', '.join(unknown) or 'none of them'}")
    return tuple(kind for kind in KINDS if kind in given)


def check_prefix(name_prefix: str | None) -> None:
    """Refuse what every name begins with: it may come from a variable that was not set.

    :raises TypeError: it is no text.
    :raises ValueError: it is empty.
    """
    if name_prefix is not None and not isinstance(name_prefix, str):
        raise TypeError(f"purge() takes name_prefix= as text, not {type(name_prefix).__name__}")
    if name_prefix == "":
        raise ValueError("purge() got an empty name_prefix=, which fits every name; leave it out if all are meant")


def looked_at(kind: str, value: Any, before: datetime, name_prefix: str | None) -> PurgedObject | None:
    """An object as a purge takes it; None where it is none of its business.

    :param kind: the kind of the object.
    :param value: the object as the service gave it.
    :param before: what was created earlier is to go.
    :param name_prefix: what its name has to begin with.
    """
    name = getattr(value, "filename" if kind == "files" else "name", None)
    if kind == "files" and getattr(value, "purpose", None) not in _PURPOSES:
        return None
    if name_prefix is not None and not (isinstance(name, str) and name.startswith(name_prefix)):
        return None
    created = getattr(value, "created_at", None)
    if not isinstance(created, datetime):
        return PurgedObject(kind, value.id, name, None, "undated", "the service does not say when it was created")
    return PurgedObject(kind, value.id, name, created) if created < before else None
