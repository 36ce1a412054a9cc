"""The secrets of the tests, each one a word that stands nowhere else, and the places where one could show."""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["KEY", "SECRETS", "TOKEN", "Ears", "Findings", "of_error", "of_value"]

KEY = "qk3y7-of-the-service"
TOKEN = "qt0k3n7-of-the-caller"
SECRETS: Mapping[str, str] = {
    "key": KEY,
    "token": TOKEN,
    "header": "qh3ad3r7-of-a-gateway",
    "query": "qsig7-of-an-address",
    "cookie": "qc00k137-of-a-session",
    "tool": "qt00l7-of-a-remote-server",
    "connection": "qc0nn7-of-a-resource",
    "target": "qt4rg37-of-an-address-of-a-resource",
    "place": "qpl4c37-of-a-redirect",
    "login": "ql0g1n7-of-a-proxy",
}
"""By what they are. A word is found as text, in bytes, and inside of longer words."""

_LOGGERS = ("agentkit", "aiohttp", "asyncio", "azure", "httpcore", "httpx", "openai", "opentelemetry", "urllib3")


class Findings:
    """The places where a secret showed."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def look(self, where: str, text: str, *, but: tuple[str, ...] = ()) -> None:
        """Note the secrets that stand in a text.

        :param but: What this place has to hold, since it was asked for.
        """
        for name, secret in SECRETS.items():
            if name not in but and secret in text:
                at = text.index(secret)
                self.found.append(f"{where} shows the {name}: ...{text[max(0, at - 60) : at + len(secret)]}...")


class Ears(logging.Handler):
    """Hears everything that the loggers of the clients and of their libraries say, down to DEBUG, while the block lasts."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []
        self._levels: dict[str, int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{record.name}: {self.format(record)} {record.args!r}")

    def __enter__(self) -> Ears:
        for name in _LOGGERS:
            logger = logging.getLogger(name)
            self._levels[name] = logger.level
            logger.setLevel(logging.DEBUG)
            logger.addHandler(self)
        return self

    def __exit__(self, *error: object) -> None:
        for name, level in self._levels.items():
            logger = logging.getLogger(name)
            logger.removeHandler(self)
            logger.setLevel(level)


def of_error(error: BaseException) -> Iterator[tuple[str, str]]:
    """What an error shows, by places: its own texts, its traceback with those before it, the objects in our frames, its pickle."""
    yield "the traceback", "".join(traceback.format_exception(type(error), error, error.__traceback__))
    for one in _chain(error):
        name = type(one).__name__
        yield f"str({name})", str(one)
        yield f"repr({name})", repr(one)
        if _is_ours(one):
            yield f"the attributes of {name}", repr({key: value for key, value in vars(one).items() if not _is_answer(value)})
            yield f"the pickle of {name}", _pickled(one)
        for frame, _ in traceback.walk_tb(one.__traceback__):
            if str(frame.f_globals.get("__name__", "")).partition(".")[0] == "agentkit":
                yield from _locals(frame.f_code.co_name, frame.f_locals)


def of_value(value: Any) -> Iterator[tuple[str, str]]:
    """What an object shows that a call gave: when it is printed, compared in a debugger, pickled."""
    yield f"repr({type(value).__name__})", repr(value)
    yield f"str({type(value).__name__})", str(value)
    yield "a pickle", _pickled(value)
    if hasattr(value, "as_dict"):
        yield f"{type(value).__name__}.as_dict()", repr(value.as_dict())


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is not None and one not in seen:
            seen.append(one)
            left += [one.__cause__, one.__context__]
            yield one


def _locals(function: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The objects of ours in a frame, as tools show them that print the variables of a traceback."""
    for name, value in values.items():
        if _is_ours(value):
            yield f"the variable {name} of {function}()", repr(value)


def _is_ours(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "agentkit"


def _is_answer(value: Any) -> bool:
    """Whether it is what the service said, word for word, which a caller asks for by name."""
    return isinstance(value, bytes) or hasattr(value, "status_code")


def _pickled(value: Any) -> str:
    """The pickle as text; empty where there is none, or the reason against it."""
    try:
        return pickle.dumps(value).decode("latin-1")
    except Exception as error:  # noqa: BLE001 - objects of all kinds come here, and most cannot be pickled
        return str(error)
