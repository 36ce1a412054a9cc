"""Makes hostile input out of valid input: bytes, text and JSON values, each changed in a few places.

Quick rather than clever: a mutation costs microseconds, so that hundreds of thousands of inputs are a matter of a minute.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Sequence
from random import Random
from typing import Any

__all__ = ["Mutator", "depth_of"]

# Characters that readers of text trip over: ends of lines, what is unprintable, what is more than a byte or half of a character.
CHARACTERS = (
    *"\0\t\n\r\x0b\x1c\x1f \x7f\x85\xa0\xad\u200b\u200d\u2028\u2029\u202e\u2066\u3000\ufeff\ufffd\uffff\ud800\udc80\udfff",
    *"\U0001f469\U000e0001\u0301é∑١²ß№İ/\\:;,.'\"`%&?#@=+-_~^$|<>()[]{}*!09aZ",
)
BYTES = (
    b"\0",
    b"\n",
    b"\r",
    b"\r\n",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x91",
    b"\xe2\x80\xa8",
    b":",
    b" ",
)

_NESTED: Any = "the innermost"
for _ in range(60):
    _NESTED = [_NESTED]
_TABLE: Any = None
for _ in range(60):
    _TABLE = {"text": _TABLE}

# What takes the place of a value: the edges of its own kind, and every other kind.
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        7,
        0.5,
        -0.0,
        1e308,
        5e-324,
        2**31,
        2**53 + 1,
        2**63,
        -(2**64),
        10**30,
        1_700_000_000,
        1.7e9,
    ),
    *(253402300800, -62135596801, 1e18, math.nan, math.inf, -math.inf),
    *(
        "",
        " ",
        "\0",
        "0",
        "1700000000",
        "nan",
        "true",
        "null",
        "text",
        "error",
        "2024-05-01T12:00:00Z",
        "2024-05-01T24:61:00+99:00",
    ),
    *("\ud800", "\u202egnp.exe", "👩‍👩‍👧", "x" * 4096, "../" * 40, "{{a}}", "%s%n{0}", "0001-01-01T00:00:00+23:59"),
    *(
        [],
        {},
        [None],
        [[]],
        [{}],
        {"": None},
        {"type": None},
        {"type": "unknown"},
        {"type": ["text"]},
        {"index": -1},
        _NESTED,
        _TABLE,
    ),
    *(["text"], {"value": 1}, {"id": {"id": 1}}, list(range(50)), {str(number): number for number in range(50)}),
)
NAMES = (
    "",
    "type",
    "id",
    "text",
    "value",
    "index",
    "model_config",
    "schema",
    "copy",
    "__class__",
    "\0",
    "a b",
    "é",
    "x" * 300,
    "data",
)


class Mutator:
    """Changes valid input.

    :param random: where its choices come from; the same seed makes the same inputs.
    """

    def __init__(self, random: Random) -> None:
        self.random = random

    def times(self) -> int:
        """How many places to change: mostly one or two, at times none, at times many."""
        return self.random.choice((0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 8))

    def bytes(self, sample: bytes, tokens: Sequence[bytes] = ()) -> bytes:
        """A sample with pieces taken away, doubled, moved, put in or broken.

        :param sample: valid input.
        :param tokens: what means something to the reader, to be put in.
        """
        made = bytearray(sample)
        random = self.random
        for _ in range(self.times()):
            at, length = random.randint(0, len(made)), random.choice((1, 1, 2, 5, 20, 200))
            act = random.randrange(7)
            if act == 0:
                del made[at : at + length]
            elif act == 1:
                made[at:at] = made[at : at + length] * random.choice((1, 2, 30))
            elif act == 2:
                made[at:at] = random.choice(BYTES)
            elif act == 3 and tokens:
                made[at:at] = random.choice(tokens)
            elif act == 4:
                made[at : at + 1] = random.randbytes(1)
            elif act == 5:
                piece = made[at : at + length]
                del made[at : at + length]
                to = random.randint(0, len(made))
                made[to:to] = piece
            elif act == 6 and random.random() < 0.3:
                del made[at:]
        return bytes(made[:20_000])

    def text(self, sample: str, tokens: Sequence[str] = ()) -> str:
        """As :meth:`bytes`, for text."""
        made, random = sample, self.random
        for _ in range(self.times()):
            at, length = random.randint(0, len(made)), random.choice((1, 1, 2, 5, 20, 200))
            piece = made[at : at + length]
            act = random.randrange(7)
            if act == 0:
                made = made[:at] + made[at + length :]
            elif act == 1:
                made = made[:at] + piece * random.choice((2, 3, 30)) + made[at + length :]
            elif act == 2:
                made = made[:at] + random.choice(CHARACTERS) + made[at:]
            elif act == 3 and tokens:
                made = made[:at] + random.choice(tokens) + made[at:]
            elif act == 4:
                made = made[:at] + random.choice(CHARACTERS) + made[at + 1 :]
            elif act == 5:
                rest = made[:at] + made[at + length :]
                to = random.randint(0, len(rest))
                made = rest[:to] + piece + rest[to:]
            elif act == 6 and random.random() < 0.3:
                made = made[:at]
        return made[:20_000]

    def json(self, sample: Any, tokens: Sequence[Any] = ()) -> Any:
        """A JSON value with fields dropped, added, doubled, put elsewhere and of another kind; the sample stays as it is.

        :param sample: a list or an object.
        :param tokens: values that mean something to the reader, to be put in.
        """
        made = _copied(sample)
        for _ in range(self.times()):
            self._change(made, tokens)
        return made

    def _change(self, root: Any, tokens: Sequence[Any]) -> None:
        random = self.random
        holder = root
        while random.random() < 0.75:
            inner = [
                one
                for one in (holder.values() if isinstance(holder, dict) else holder)
                if isinstance(one, (dict, list)) and one
            ]
            if not inner:
                break
            holder = random.choice(inner)
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key: Any = random.choice(keys) if keys else ("x" if isinstance(holder, dict) else 0)
        act = random.randrange(6)
        if act == 0 and keys:
            del holder[key]
        elif act == 1 and keys:
            self._put(holder, key, _copied(holder[random.choice(keys)]))
        elif act == 2 and isinstance(holder, dict):
            holder[random.choice(NAMES)] = self._value(tokens)
        elif act == 3 and keys:
            self._put(holder, key, random.choice(([holder[key]], {"value": holder[key]}, str(holder[key])[:200])))
        elif act == 4 and isinstance(holder, list):
            holder *= random.choice((2, 3))
            del holder[100:]
        else:
            self._put(holder, key, self._value(tokens))

    def _value(self, tokens: Sequence[Any]) -> Any:
        return _copied(self.random.choice(tokens if tokens and self.random.random() < 0.4 else VALUES))

    @staticmethod
    def _put(holder: Any, key: Any, value: Any) -> None:
        if isinstance(holder, list) and key >= len(holder):
            holder.append(value)
        else:
            holder[key] = value


def _copied(value: Any) -> Any:
    """A deep copy; pickle makes one many times as fast as copy.deepcopy()."""
    return pickle.loads(pickle.dumps(value)) if isinstance(value, (list, dict)) else value


def depth_of(value: Any) -> int:
    """How many levels of lists and objects a JSON value has."""
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, (dict, list))]:
        depth += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return depth
