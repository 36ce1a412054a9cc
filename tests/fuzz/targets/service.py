"""What the local service reads: forms of uploads, queries and JSON bodies of every operation."""

from __future__ import annotations

import atexit
import copy
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl

from starlette.datastructures import QueryParams

from agentkit.local import uploads
from agentkit.local.blobs import Blobs
from agentkit.local.bodies import parsed
from agentkit.local.description import OperationFacts, load_description
from agentkit.local.errors import ApiError
from agentkit.local.paging import Paging
from agentkit.local.validation import RequestValidator, registry_of

from ..mutate import Mutator, depth_of
from ..target import Target

__all__ = ["TARGETS"]

# --- forms ------------------------------------------------------------------------------------------------------------------------

_TYPE = "multipart/form-data; boundary=b0undary"
_FORM = (
    b'--b0undary\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
    b'--b0undary\r\nContent-Disposition: form-data; name="file"; filename="a b%22.txt"; filename*=UTF-8\'\'%e2%82%ac.txt\r\n'
    b"Content-Type: text/plain\r\n\r\nsome content\r\n--b0undary--\r\n"
)
_PIECES = (
    *(
        b"--b0undary",
        b"--b0undary--",
        b"\r\n\r\n",
        b"\r\n",
        b"\n",
        b"\0",
        b'name="file"',
        b"filename=",
        b'"',
        b"\\",
        b";",
        b"=",
        b"%",
    ),
    *(
        b"filename*=utf-8''%ff",
        b"filename*=x''a",
        b"Content-Disposition: form-data",
        b"Content-Transfer-Encoding: base64\r\n",
        b":",
    ),
)
_KINDS = (_TYPE, _TYPE, _TYPE, _TYPE, "multipart/form-data", "", 'multipart/form-data; boundary="b0undary"', "text/plain")


def _make_form(mutator: Mutator) -> tuple[str, tuple[bytes, ...]]:
    """A content type, and the body in chunks."""
    random = mutator.random
    kind = random.choice(_KINDS)
    if random.random() < 0.1:
        kind = mutator.bytes(kind.encode(), (b"boundary=", b'"', b";", b"b0undary", b"x" * 80)).decode("latin-1")
    body = mutator.bytes(_FORM, _PIECES)
    cut = random.randint(0, len(body))
    return kind, random.choice(((body,), (body[:cut], body[cut:]), (body[:cut], b"", body[cut:])))


@cache
def _blobs() -> tuple[Blobs, Path]:
    folder = tempfile.TemporaryDirectory(prefix="fuzz-")
    atexit.register(folder.cleanup)
    return Blobs(Path(folder.name)), Path(folder.name)


def _check_form(given: tuple[str, tuple[bytes, ...]]) -> None:
    kind, chunks = given
    blobs, folder = _blobs()
    try:
        # In the service a thread does what here is done at once.
        with patch.object(uploads, "run_in_threadpool", _at_once):
            form = _finished(uploads.read_form(kind, _arriving(chunks), blobs))
    except ApiError as refusal:
        _is_told(refusal)
    else:
        assert all(isinstance(part, str) for part in (*form.fields, *form.fields.values()))
        if form.part is not None:
            assert form.part.is_file()
            form.part.unlink()
    assert not list(folder.iterdir())


async def _at_once(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


async def _arriving(chunks: tuple[bytes, ...]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _finished(work: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine comes to that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("the reader of forms waits for something")


# --- queries and bodies -----------------------------------------------------------------------------------------------------------


@cache
def _operations() -> tuple[tuple[OperationFacts, RequestValidator], ...]:
    description = load_description()
    registry = registry_of(description)
    return tuple((facts, RequestValidator(facts, registry)) for facts in description.operations)


_QUERY = "limit=20&order=desc&after=asst_1&before=&include[]=a,b&filter=in_progress&api-version=v1&run_id=run_1"
_QUERIES = (
    "&",
    "=",
    ",",
    "%",
    "%00",
    "%ff",
    "limit=",
    "limit=1&limit=2",
    "order=asc",
    "١",
    "9" * 5000,
    "include[]=",
    "1_0",
    " ",
    "+",
    ";",
)


def _make_query(mutator: Mutator) -> tuple[int, str]:
    """The number of an operation, and a query."""
    return mutator.random.randrange(len(_operations())), mutator.text(_QUERY, _QUERIES)


def _check_query(given: tuple[int, str]) -> None:
    number, query = given
    parameters = QueryParams(query.encode("utf-8", "replace").decode("latin-1"))
    sent = {name: parameters.getlist(name) for name in parameters}
    assert set(sent) == {
        name for name, _ in parse_qsl(query.encode("utf-8", "replace").decode("latin-1"), keep_blank_values=True)
    }
    try:
        values = _operations()[number][1].query(sent)
        if type(values.get("limit", 1)) is int and isinstance(values.get("order", ""), str):
            assert 1 <= Paging.of(values).limit <= 100
    except ApiError as refusal:
        _is_told(refusal)


_BODIES: Mapping[str, Any] = {
    "create_agent": {
        "model": "m",
        "name": "n",
        "instructions": "i",
        "temperature": 0.5,
        "top_p": 1,
        "metadata": {"a": "b"},
        "response_format": "auto",
        "tools": [
            {"type": "code_interpreter"},
            {
                "type": "file_search",
                "file_search": {"max_num_results": 3, "ranking_options": {"ranker": "auto", "score_threshold": 0.5}},
            },
            {
                "type": "function",
                "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}},
            },
            {"type": "openapi", "openapi": {"name": "o", "spec": {"openapi": "3.1.0"}, "auth": {"type": "anonymous"}}},
        ],
        "tool_resources": {"code_interpreter": {"file_ids": ["file_1"]}, "file_search": {"vector_store_ids": ["vs_1"]}},
    },
    "create_thread": {
        "messages": [
            {
                "role": "user",
                "content": [{"type": "text", "text": "a"}],
                "attachments": [{"file_id": "f", "tools": [{"type": "file_search"}]}],
            }
        ],
        "metadata": {},
    },
    "create_message": {"role": "user", "content": "hello", "metadata": {"a": "b"}},
    "create_run": {
        "assistant_id": "asst_1",
        "stream": False,
        "max_prompt_tokens": 300,
        "tool_choice": {"type": "function", "function": {"name": "f"}},
        "truncation_strategy": {"type": "last_messages", "last_messages": 1},
        "additional_messages": [{"role": "user", "content": "x"}],
    },
    "submit_tool_outputs_to_run": {"tool_outputs": [{"tool_call_id": "call_1", "output": "1"}]},
    "create_vector_store": {
        "file_ids": ["file_1"],
        "name": "n",
        "expires_after": {"anchor": "last_active_at", "days": 1},
        "chunking_strategy": {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}},
    },
    "create_vector_store_file_batch": {"file_ids": ["a"], "data_sources": [{"uri": "azureml://x", "type": "uri_asset"}]},
    "create_evaluation": {
        "data": {"type": "dataset", "id": "d"},
        "evaluators": {"f1": {"id": "e", "initParams": {}, "dataMapping": {"a": "b"}}},
        "displayName": "x",
        "tags": {},
        "properties": {},
    },
    "create_agent_version": {
        "definition": {"kind": "hosted", "cpu": "1", "memory": "2Gi", "container_protocol_versions": []},
        "metadata": {},
    },
}
_JSON = (
    "{",
    "}",
    "[",
    "]",
    ",",
    ",}",
    ":",
    '"',
    "\\u0000",
    "\\ud800",
    "NaN",
    "-Infinity",
    "1e999",
    "9" * 5000,
    "\ufeff",
    "[" * 300,
    "null",
)


def _make_body(mutator: Mutator) -> tuple[str, bytes]:
    """An operation, and a body."""
    name = mutator.random.choice(list(_BODIES))
    if mutator.random.random() < 0.25:
        return name, mutator.text(json.dumps(_BODIES[name]), _JSON).encode("utf-8", "surrogatepass")
    made = mutator.json(
        _BODIES[name], ("function", "text", "auto", "code_interpreter", "file_search", {"type": "function"}, [{"type": "text"}])
    )
    return mutator.random.choice((name, name, name, mutator.random.choice(list(_BODIES)))), json.dumps(made).encode()


@cache
def _by_id() -> dict[str, RequestValidator]:
    return {facts.id: validator for facts, validator in _operations()}


def _check_body(given: tuple[str, bytes]) -> None:
    name, raw = given
    try:
        body = parsed(raw)
        json.dumps(body, ensure_ascii=False).encode()
        assert depth_of(body) <= 201
        taken = _by_id()[name].body(body)
    except ApiError as refusal:
        _is_told(refusal)
        return
    # What is taken is taken as it is, a second time as well.
    assert _by_id()[name].body(copy.deepcopy(taken)) == taken


def _is_told(refusal: ApiError) -> None:
    assert 400 <= refusal.status < 500
    assert refusal.message
    json.dumps(refusal.body(), ensure_ascii=False).encode()


TARGETS = (
    Target("forms of uploads", _make_form, _check_form),
    Target("queries", _make_query, _check_query),
    Target("JSON bodies", _make_body, _check_body),
)
