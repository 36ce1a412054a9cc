"""Turns the body of a request for embeddings into what is to be embedded. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentkit.local.embeddings.pictures import DIMENSIONS, picture_bytes
from agentkit.local.errors import ApiError, bad_request
from agentkit.local.runs.tokens import count_tokens

__all__ = ["Picture", "Text", "Wanted", "image_inputs", "text_inputs", "wanted"]

_USUAL = 1536
_LARGE = 3072
_MOST_DIMENSIONS = 4096
_USUAL_PICTURE = 768
_MOST_INPUTS = 2048
_MOST_TOKENS = 8192
_FORMATS = ("float", "base64")


@dataclass(frozen=True)
class Text:
    """A text to embed, or the numbers of its tokens, and how many tokens it has."""

    content: str | Sequence[int]
    tokens: int


@dataclass(frozen=True)
class Picture:
    """A picture to embed, and the field that it came in."""

    content: bytes
    param: str


@dataclass(frozen=True)
class Wanted:
    """What the vectors are to be like.

    :param model: The name of the model, as the client gives it.
    :param dimensions: How many numbers each has.
    :param encoding: ``float`` or ``base64``.
    """

    model: str
    dimensions: int
    encoding: str


def wanted(body: Mapping[str, Any], model: str, *, pictures: bool = False) -> Wanted:
    """What the vectors of a request are to be like.

    :param body: The body, of the form that the description gives it.
    :param model: The name of the model; where it speaks of a large one, its usual length is that of the large ones.
    :param pictures: Whether pictures are embedded.
    :raises ApiError: 400 or 422, it asks for what cannot be had; the message names the field.
    """
    encoding = body.get("encoding_format") or "float"
    if encoding not in _FORMATS:
        raise _unprocessable(
            f"encoding_format: '{encoding}' was sent, but there are {' and '.join(_FORMATS)}.", "encoding_format"
        )
    usual = _USUAL_PICTURE if pictures else _LARGE if "large" in model.lower() else _USUAL
    dimensions = body.get("dimensions") or usual
    if pictures and dimensions not in DIMENSIONS:
        choice = ", ".join(map(str, DIMENSIONS))
        raise _unprocessable(f"dimensions: {dimensions} was sent, but pictures have one of {choice}.", "dimensions")
    if dimensions > _MOST_DIMENSIONS:
        raise bad_request(f"dimensions: {dimensions} was sent, the most is {_MOST_DIMENSIONS}.", "dimensions")
    return Wanted(model, dimensions, encoding)


def text_inputs(body: Mapping[str, Any]) -> list[Text]:
    """The texts of a request: one, or a list of them, each as it is or as the numbers of its tokens.

    :raises ApiError: 400, there are none, or too many, or one is empty or too long.
    """
    given = body["input"]
    inputs = [given] if isinstance(given, str) or _is_tokens(given) else given
    _check_count(inputs)
    return [_text(one, "input" if inputs is not given else f"input[{index}]") for index, one in enumerate(inputs)]


def image_inputs(body: Mapping[str, Any]) -> list[Picture]:
    """The pictures of a request.

    :raises ApiError: 400, there are none, or too many, or one is no data URL; 422, one has a text beside it.
    """
    _check_count(body["input"])
    pictures = []
    for index, one in enumerate(body["input"]):
        if one.get("text"):
            param = f"input[{index}].text"
            raise _unprocessable(f"{param}: pictures are described by their colours alone; send it without a text.", param)
        param = f"input[{index}].image"
        pictures.append(Picture(picture_bytes(one["image"], param), param))
    return pictures


def _is_tokens(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and all(type(one) is int for one in given)


def _check_count(inputs: Sequence[Any]) -> None:
    if not 1 <= len(inputs) <= _MOST_INPUTS:
        raise bad_request(f"input: {len(inputs)} were sent, from 1 to {_MOST_INPUTS} are allowed.", "input")


def _text(given: Any, param: str) -> Text:
    if not isinstance(given, str) and not _is_tokens(given):
        raise bad_request(f"{param}: it is neither a text nor a list of numbers of tokens.", param)
    if not given:
        raise bad_request(f"{param}: it is empty.", param)
    tokens = count_tokens(given) if isinstance(given, str) else len(given)
    if tokens > _MOST_TOKENS:
        raise bad_request(f"{param}: it has {tokens} tokens, and {_MOST_TOKENS} are the most that is taken; split it.", param)
    return Text(given, tokens)


def _unprocessable(message: str, param: str) -> ApiError:
    """A 422, as endpoints for models answer where theirs lacks what a field asks for."""
    return ApiError(422, message, code="unprocessable_entity", param=param)
