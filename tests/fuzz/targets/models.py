"""Models: responses that are not what they should be."""

from __future__ import annotations

import copy
import json
import math
import pickle
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import BaseModel, ValidationError

from agentkit._citations import CitationStyle, cited_files, message_files
from agentkit._model import Model
from agentkit._naming import safe_file_name
from agentkit._structured import parse_answer
from agentkit.models import ThreadMessage

from ..mutate import Mutator, depth_of
from ..target import Target, says

__all__ = ["TARGETS", "attributes", "walked"]

# The tests of the models misuse them, so type checkers pass them over.
_SAMPLES_OF_TESTS: Any = import_module("wire_samples")

_DEEPEST = 200
"""What is nested deeper is not read by pydantic; it counts from the outermost value of a body."""


def _model(name: str) -> type[Model]:
    found: type[Model] = _SAMPLES_OF_TESTS.model(name)
    return found


_NAMES: list[str] = [
    name for name in _SAMPLES_OF_TESTS.GENERATED if isinstance(_model(name), type) and issubclass(_model(name), Model)
]
_SAMPLES = {name: json.dumps(_SAMPLES_OF_TESTS.sample(name)) for name in _NAMES}
_SHORT = {name: text for name, text in _SAMPLES.items() if len(text) < 6000}
_KINDS = tuple({kind.__tag__ for name in _NAMES for kind in [_model(name)] if kind.__tag__ is not None})


def _make(mutator: Mutator) -> tuple[str, str]:
    """The name of a model, and a body."""
    name = mutator.random.choice(_NAMES)
    if name not in _SHORT and mutator.random.random() < 0.8:
        name = mutator.random.choice(list(_SHORT))
    if mutator.random.random() < 0.15:
        return name, mutator.text(_SAMPLES[name], ('{"type":', "null", "[]", '"\\ud800"', "NaN", "1e999", "-0", ",", '"id":1,'))
    text = json.dumps(mutator.json(json.loads(_SAMPLES[name]), _KINDS))
    if mutator.random.random() < 0.01:
        levels = mutator.random.choice((50, 150, 198, 199, 200, 2000))
        text = '{"deep":' + "[" * levels + "]" * levels + "," + text[1:]
    return name, text


def _check(given: tuple[str, str]) -> None:
    name, body = given
    kind = _model(name)
    try:
        read = kind.__pydantic_validator__.validate_json(body)
    except ValueError:
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError):
            return
        # Only what no JSON value can be made of: half characters, and what nests too deeply.
        assert not isinstance(sent, dict) or depth_of(sent) > _DEEPEST or "\\ud" in body.lower() or not body.isascii()
        return
    assert type(read) is kind
    walked(read)
    sent = json.loads(body)
    for key, value in sent.items():
        if key not in kind.__fields_by_wire_name__ and key not in kind.__aliases__:
            assert key in read
            assert _same(read[key], value)


@cache
def attributes(kind: type[Model]) -> list[str]:
    """What a model of a class shows: its fields, and what was added by hand."""
    own = [name for name in dir(kind) if not name.startswith("_") and not hasattr(BaseModel, name)]
    properties = [name for name in own if isinstance(getattr(kind, name), property)]
    return [*kind.__fields_by_keyword__, *properties]


def walked(read: Model) -> None:
    """Do with a model whatever its readers do. None of that may raise."""
    for attribute in attributes(type(read)):
        getattr(read, attribute)
    wire = read.as_dict()
    assert str(read) == str(wire)
    assert len(repr(read)) < 400
    keys = list(read)
    assert len(keys) == len(read) == len(set(keys))
    assert set(keys) == set(wire)
    for key in keys:
        assert key in read
        assert _same(read[key], wire[key]), key
        read.get(key)
    read.as_dict(exclude_readonly=True)
    # What follows costs more than all the rest: each input gets one of them.
    _ONCE_MORE[len(str(wire)) % len(_ONCE_MORE)](read, wire)


def _pickled(read: Model, wire: dict[str, Any]) -> None:
    again = pickle.loads(pickle.dumps(read))
    assert type(again) is type(read)
    assert again == read or "nan" in str(wire)


def _copied(read: Model, wire: dict[str, Any]) -> None:
    assert copy.deepcopy(read) == read or "nan" in str(wire)


def _written(read: Model, wire: dict[str, Any]) -> None:
    assert read == wire or "nan" in str(wire)
    text = json.dumps(wire)
    if not any(odd in text for odd in ("\\ud", "Infinity", "NaN")):
        assert json.loads(read.model_dump_json()) == json.loads(text)
        assert type(read).__pydantic_validator__.validate_json(text).as_dict() == wire


_ONCE_MORE = (_pickled, _copied, _written)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or (isinstance(one, float) and math.isnan(one)) or "nan" in str(one)


_ANNOTATIONS = [
    {
        "type": "file_citation",
        "text": "【0†a】",
        "start_index": 3,
        "end_index": 8,
        "file_citation": {"file_id": "f1", "quote": "q"},
    },
    {
        "type": "file_path",
        "text": "sandbox:/mnt/data/a b.csv",
        "start_index": 20,
        "end_index": 45,
        "file_path": {"file_id": "f2"},
    },
    {
        "type": "url_citation",
        "text": "【1】",
        "start_index": 50,
        "end_index": 53,
        "url_citation": {"url": "https://a/b (c)", "title": "[t]"},
    },
]
_TEXT = "so 【0†a】 and ![a](b) [file](sandbox:/mnt/data/a b.csv) and 【1】【1】."
_STYLES: tuple[CitationStyle, ...] = ("footnotes", "markdown", "strip", "keep")
_MESSAGE = {
    "id": "msg_1",
    "role": "assistant",
    "content": [
        {"type": "text", "text": {"value": _TEXT, "annotations": _ANNOTATIONS}},
        {"type": "image_file", "image_file": {"file_id": "f3"}},
    ],
}


def _make_message(mutator: Mutator) -> dict[str, Any]:
    made: dict[str, Any] = mutator.json(
        _MESSAGE, (0, 3, 10**6, -5, "【1】", "](", "sandbox:/mnt/data/../../etc/passwd", "f1", _ANNOTATIONS[0], "file_path")
    )
    if mutator.random.random() < 0.3:
        made["content"] = [
            {"type": "text", "text": {"value": mutator.text(_TEXT, ("【1】", "](", ")", "![")), "annotations": _ANNOTATIONS}}
        ]
    return made


def _check_message(given: dict[str, Any]) -> None:
    message = ThreadMessage(given)
    for style in _STYLES[len(str(given)) % 3 :][:2]:
        assert isinstance(message.render(style, {"f1": "one.md"}), str)
    assert all(isinstance(file_id, str) for file_id in cited_files(message))
    files = message_files(message)
    assert len({name.casefold() for _, name in files}) == len(files)
    for file_id, name in files:
        assert file_id
        try:
            safe_file_name(name)
        except ValueError as error:
            says(error, "file_name")


class _Answer(BaseModel):
    name: str
    rows: list[dict[str, int | None]] = []
    more: _Answer | None = None


_ANSWER = '```json\n{"name": "a", "rows": [{"x": 1}], "more": {"name": "b"}}\n```'


def _make_answer(mutator: Mutator) -> str:
    deep = '{"name": "a", "more": ' * 300 if mutator.random.random() < 0.01 else ""
    return deep + mutator.text(_ANSWER, ("```", "```json", "\n", "{", "}", "null", '"rows": [', "\\ud800"))


def _check_answer(given: str) -> None:
    try:
        assert isinstance(parse_answer(given, _Answer), _Answer)
    except ValidationError as error:
        says(error)


TARGETS = (
    Target("models", _make, _check),
    Target("citations", _make_message, _check_message),
    Target("structured answers", _make_answer, _check_answer),
)
