"""Remembers which settings a chat endpoint does not take, and leaves those out that the service does not depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

__all__ = ["Dialect"]

_Answer = TypeVar("_Answer")

# The older name of a setting, which most endpoints know.
_OLDER = {"max_completion_tokens": "max_tokens"}
# The service does itself what these ask for: it makes one call of several, and estimates what is not counted.
_SPARE = frozenset({"parallel_tool_calls", "stream_options"})
# At 1 these change nothing.
_NEUTRAL = frozenset({"temperature", "top_p"})


class Dialect:
    """What one endpoint takes of the settings of a request, for each of its models; learned from its refusals."""

    def __init__(self) -> None:
        self._refused: dict[str, frozenset[str]] = {}

    def spoken(
        self,
        body: Mapping[str, Any],
        send: Callable[[dict[str, Any]], _Answer],
        refusals: tuple[type[Exception], ...],
    ) -> _Answer:
        """Send a body, and again without a setting that is refused, where it can be done without.

        :param send: Sends it.
        :param refusals: What it raises where the endpoint does not take the body; such an error names the setting.
        :return: What ``send`` returns.
        :raises Exception: What it raises, if leaving out does not help.
        """
        model = body["model"]
        refused = self._refused.get(model, frozenset())
        while True:
            try:
                answer = send(_without(body, refused))
            except refusals as error:
                name = _named(body, refused, error)
                if name is None:
                    raise
                refused = refused | {name}
            else:
                self._refused[model] = refused
                return answer


def _without(body: Mapping[str, Any], refused: frozenset[str]) -> dict[str, Any]:
    """The body as the endpoint takes it."""
    adapted = {name: value for name, value in body.items() if name not in refused}
    return adapted | {_OLDER[name]: body[name] for name in refused & _OLDER.keys() & body.keys()}


def _named(body: Mapping[str, Any], refused: frozenset[str], error: Exception) -> str | None:
    """The setting that an error is about, if it can be left out or has an older name."""
    spare = _OLDER.keys() | _SPARE | {name for name in _NEUTRAL if body.get(name) == 1}
    param = getattr(error, "param", None)
    candidates = [name for name in body if name in spare and name not in refused]
    return next((name for name in candidates if name == param or name in str(error)), None)
