"""What the local service is given by others than its client: files to be searched, descriptions of APIs, answers of chat endpoints."""

from __future__ import annotations

import atexit
import io
import json
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from agentkit.local.models.base import Failure, ModelTurn
from agentkit.local.models.chat_answer import StreamedAnswer, turn_of
from agentkit.local.models.chat_tools import Toolbox
from agentkit.local.openapi.filling import FillError, request_for
from agentkit.local.openapi.reading import SpecError, operations_of
from agentkit.local.search.errors import InvalidFile, UnsupportedFile
from agentkit.local.search.readers import extract

from ..mutate import Mutator
from ..target import Target, says

__all__ = ["TARGETS"]

# --- files ------------------------------------------------------------------------------------------------------------------------

_DOCUMENT = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>Some text</w:t></w:r></w:p></w:body></w:document>"
)
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n4 0 obj<</Length 24>>stream\n"
    b"BT /F1 9 Tf (Hi) Tj ET\nendstream endobj\ntrailer<</Root 1 0 R/Size 5>>\n%%EOF\n"
)
_FILES: dict[str, bytes] = {
    "a.txt": "Plain text, é, 東京.\nA second line.\n".encode(),
    "a.md": b"# Heading\n\nText with `code` and [a link](b).\n\n```py\nx = 1\n```\n",
    "a.html": b"<html><title>T</title><body><h1>A</h1><p>b &amp; c<br>d<script>x</script><pre>e</pre><!-- f --></body></html>",
    "a.json": b'{"people": [{"name": "Ada", "year": 1815}, {"name": null}], "x": 1.5}',
    "a.jsonl": b'{"a": 1}\n{"a": [2, "b"]}\n',
    "a.csv": b'Name,Year\n"Ada, Countess",1815\nAlan,1912\n',
    "a.pdf": _PDF,
    "a.docx": b"",
}
_MARKS = (
    *(
        b"<![CDATA[",
        b"<!",
        b"<![if",
        b"<?",
        b"</",
        b"<a b='",
        b"&#x110000;",
        b"&#",
        b"-->",
        b"<!DOCTYPE",
        b"<script>",
        b"]]>",
        b"<p",
    ),
    *(
        b'"',
        b'""',
        b",",
        b";",
        b"\t",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"```",
        b"# ",
        b"{",
        b"[" * 1200,
        b"NaN",
        b"9" * 5000,
    ),
    *(
        b"obj",
        b"endobj",
        b"stream",
        b"<<",
        b">>",
        b"/Kids",
        b" 0 R",
        b"/Length",
        b"/Filter/FlateDecode",
        b"%%EOF",
        b"startxref\n0\n",
    ),
)


@cache
def _docx(document: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        archive.writestr(
            "[Content_Types].xml", f'<Types><Override PartName="/word/document.xml" ContentType="{kinds}"/></Types>'
        )
        archive.writestr("word/document.xml", document)
    return made.getvalue()


def _make_file(mutator: Mutator) -> tuple[str, bytes]:
    """The name of a file, and what is in it."""
    random = mutator.random
    slow = random.random() < 0.01
    name = random.choice(("a.pdf", "a.docx") if slow else [name for name in _FILES if name not in ("a.pdf", "a.docx")])
    content = _FILES[name] or _docx(_DOCUMENT)
    return (random.choice(list(_FILES)) if random.random() < 0.05 else name), mutator.bytes(content, _MARKS)


@cache
def _path() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="fuzz-")
    atexit.register(folder.cleanup)
    return Path(folder.name) / "content"


def _check_file(given: tuple[str, bytes]) -> None:
    name, content = given
    _path().write_bytes(content)
    try:
        extracted = extract(_path(), name)
    except (InvalidFile, UnsupportedFile) as error:
        says(error, name)
        return
    assert extracted.text.strip()
    (extracted.text + "".join(extracted.headings)).encode()


# --- descriptions of APIs -----------------------------------------------------------------------------------------------------------

_SPEC: dict[str, Any] = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://{host}/v1", "variables": {"host": {"default": "api.example"}}}],
    "paths": {
        "/rooms/{room}": {
            "parameters": [{"name": "room", "in": "path", "required": True, "schema": {"type": "string"}}],
            "post": {
                "operationId": "book",
                "summary": "Books a room.",
                "parameters": [
                    {"name": "days", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}, "style": "form"},
                    {"$ref": "#/components/parameters/Trace"},
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Stay"}}},
                },
            },
            "get": {
                "operationId": "look",
                "parameters": [{"name": "q", "in": "query", "content": {"application/json": {"schema": {}}}}],
            },
        }
    },
    "components": {
        "parameters": {"Trace": {"name": "trace", "in": "header", "schema": {"type": "string", "default": "t"}}},
        "schemas": {
            "Stay": {
                "type": "object",
                "properties": {"guest": {"type": "string"}, "next": {"$ref": "#/components/schemas/Stay"}},
            }
        },
    },
}
_NODES: tuple[Any, ...] = (
    *(
        {"$ref": "#"},
        {"$ref": "#/components/schemas/Stay"},
        {"$ref": "#/paths/~1rooms~1{room}"},
        {"$ref": "x.yaml"},
        {"$ref": 5},
    ),
    *(
        "path",
        "query",
        "cookie",
        "header",
        "deepObject",
        "multipart/form-data",
        "https://a.example",
        "{host}",
        "/x",
        "book",
        [{"url": 1}],
    ),
)
_CALL = {"room": "a b", "days": [1, 2], "trace": "x", "guest": "g", "next": {"guest": "h"}, "q": {"a": 1}}


def _make_spec(mutator: Mutator) -> tuple[Any, str]:
    """A description, and the arguments of a call."""
    arguments = json.dumps(mutator.json(_CALL, ("..", "/", "\r\nx: y", "ä", {"a": [{"b": 1}]})))
    if mutator.random.random() < 0.1:
        arguments = mutator.text(arguments)
    return (mutator.json(_SPEC, _NODES) if mutator.random.random() < 0.8 else _SPEC), arguments


def _check_spec(given: tuple[Any, str]) -> None:
    spec, arguments = given
    try:
        operations = operations_of(spec)
    except SpecError as error:
        says(error)
        return
    for operation in operations:
        try:
            made = request_for(operation, arguments)
        except FillError as error:
            says(error)
            continue
        # Whatever the arguments are, there is one line of the request, and one for each field of its head.
        assert made.target.isascii()
        assert made.target.isprintable()
        assert " " not in made.target
        assert "/../" not in f"{made.target.partition('?')[0]}/" or ".." in str(spec)
        assert not any(set("\r\n\0") & set(f"{name}{value}") for name, value in made.headers.items())


# --- answers of chat endpoints ------------------------------------------------------------------------------------------------------

_TOOLS: list[dict[str, Any]] = [
    {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}},
    {"type": "code_interpreter"},
]
_CALLS = [
    {"index": 0, "id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"place": "a"}'}},
    {"index": 1, "id": "c2", "type": "function", "function": {"name": "code_interpreter", "arguments": '{"code": "1"}'}},
]
_WHOLE = {
    "choices": [
        {"index": 0, "message": {"content": "hi", "refusal": None, "tool_calls": _CALLS}, "finish_reason": "tool_calls"}
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2},
}
_CHUNKS = [
    {"choices": [{"delta": {"content": [{"type": "text", "text": "h"}]}}]},
    {"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "weather", "arguments": "{"}}]}}]},
    {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}}]},
    {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": None},
]


def _make_answer(mutator: Mutator) -> list[Any]:
    """A whole answer, or one in chunks."""
    made: list[Any] = mutator.json(
        [_WHOLE] if mutator.random.random() < 0.5 else _CHUNKS, ("length", "stop", "content_filter", "weather")
    )
    return [one for one in made if isinstance(one, dict)]


def _check_answer(given: list[Any]) -> None:
    streamed = StreamedAnswer(Toolbox(_TOOLS))
    for chunk in given:
        assert isinstance(streamed.add(chunk), str)
    for read in (streamed.turn, *((lambda one=one: turn_of(one, Toolbox(_TOOLS))) for one in given)):
        try:
            turn = read()
        except Failure as error:
            says(error)
            continue
        assert isinstance(turn, ModelTurn)
        for call in turn.tool_calls:
            assert isinstance(call.arguments, str)


TARGETS = (
    Target("files to search", _make_file, _check_file),
    Target("descriptions of APIs", _make_spec, _check_spec),
    Target("answers of endpoints", _make_answer, _check_answer),
)
