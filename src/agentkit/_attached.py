"""What a client keeps with an object that is no part of the object's data, such as the way to the next page."""

from __future__ import annotations

from typing import Any

__all__ = ["attach", "attached", "picklable"]


def attach(owner: Any, name: str, value: Any) -> None:
    """Keep a value with a model: it stays out of the mapping, of the wire form and of comparisons, and goes along with copies."""
    # Not into __dict__: whatever lies there becomes data when pydantic next checks an assignment.
    object.__setattr__(owner, "__pydantic_private__", {**(owner.__pydantic_private__ or {}), name: value})


def attached(owner: Any, name: str, default: Any = None) -> Any:
    """The value that was kept with a model under a name, or the default."""
    return (getattr(owner, "__pydantic_private__", None) or {}).get(name, default)


def picklable(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """What of the kept values can go into a pickle: not what leads back to a client."""
    kept = {name: value for name, value in (values or {}).items() if not callable(value)}
    return kept or None
