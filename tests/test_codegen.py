"""The generator: reading the description, emitting text, deriving the sync client, and noticing whatever is not as it should be."""

from __future__ import annotations

import ast
import contextlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from codegen import calls, models, requests, sync
from codegen.__main__ import differences, existing
from codegen.spec import ROOT as FIRST_PART
from codegen.spec import Description, PythonType, load
from codegen.text import WIDTH, docstring, stem, wrapped

# --- the command --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the generator reads and writes, in another place."""
    folder = tmp_path_factory.mktemp("copy with a blank")
    for name in ("src", "codegen"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", folder)
    return folder


def codegen(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and output of ``python -m codegen`` in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "codegen", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_committed_files_are_what_the_generator_makes(copy: Path) -> None:
    status, output = codegen(copy, "--check")
    assert (status, output.count("\n")) == (0, 1), output


DAMAGES: dict[str, tuple[str, Any]] = {
    "one byte of a generated file": (
        "stale:   src/agentkit/_generated/enums.py",
        lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    ),
    "one byte of a derived file": (
        "stale:   src/agentkit/_sync/_base.py",
        lambda path: path.write_bytes(path.read_bytes().replace(b"def close", b"def Close", 1)),
    ),
    "the line ends of the document": (
        "stale:   src/agentkit/local/_generated/openapi.json",
        lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")),
    ),
    "a missing file": ("missing: src/agentkit/aio/_api/threads.py", lambda path: path.unlink()),
    "an orphan": ("orphan:  src/agentkit/_sync/_left_over.py", lambda path: path.write_text("")),
}


@pytest.mark.parametrize(("line", "damage"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_found_and_named(copy: Path, line: str, damage: Any) -> None:
    path = copy / line.split()[1]
    before = path.read_bytes() if path.exists() else None
    damage(path)
    try:
        status, output = codegen(copy, "--check")
    finally:
        path.unlink(missing_ok=True)
        if before is not None:
            path.write_bytes(before)
    assert status == 1
    assert output.splitlines()[0] == line
    assert "1 not as they should be; run `python -m codegen`" in output


def test_writing_mends_all_damage_and_leaves_the_rest_alone(copy: Path, root: Path) -> None:
    untouched = copy / "src/agentkit/_generated/requests.py"
    modified = untouched.stat().st_mtime_ns
    for line, damage in DAMAGES.values():
        damage(copy / line.split()[1])
    status, output = codegen(copy)
    assert (status, f"{len(DAMAGES)} written or removed" in output) == (0, True)
    assert untouched.stat().st_mtime_ns == modified
    for line, _ in DAMAGES.values():
        name = line.split()[1]
        assert (copy / name).exists() == (root / name).exists()
    assert codegen(copy, "--check")[0] == 0


def test_differences_are_sorted_and_empty_for_equal_trees() -> None:
    assert differences({"a": "1"}, {"a": "1"}) == []
    assert differences({"a": "1", "b": "2", "c": "3"}, {"b": "2", "c": "4", "d": "5"}) == [
        "missing: a",
        "orphan:  d",
        "stale:   c",
    ]


def test_byte_code_is_no_generated_file() -> None:
    assert not any("__pycache__" in name for name in existing())


# --- reading the description --------------------------------------------------------------------------------------------------


def described(
    folder: Path, schemas: dict[str, Any] | None = None, paths: dict[str, Any] | None = None, **others: Any
) -> Description:
    """A description whose only parts are ``part.yaml`` and those of ``others``, by name, each a mapping of schemas."""
    parts = {"part": schemas or {}, **others}
    documents: dict[str, Any] = {FIRST_PART: {"x-parts": [f"{name}.yaml" for name in parts]}}
    for name, content in parts.items():
        documents[f"{name}.yaml"] = {"info": {"title": name}, "paths": {}, "components": {"schemas": content}}
    documents["part.yaml"]["paths"] = paths or {}
    for name, document in documents.items():
        (folder / name).write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return load(folder)


ENUM = {"type": "string", "enum": ["asc", "desc"], "x-enum-names": ["ASC", "DESC"], "description": "An order."}

TYPES: list[tuple[dict[str, Any], str]] = [
    ({"type": "string"}, "str"),
    ({"type": "integer"}, "int"),
    ({"type": "number"}, "float"),
    ({"type": "boolean"}, "bool"),
    ({}, "Any"),
    ({"const": "thread.run"}, "Literal['thread.run']"),
    ({"type": ["string", "null"]}, "str | None"),
    ({"type": ["null", "integer"]}, "int | None"),
    ({"type": "integer", "format": "unix-seconds"}, "datetime"),
    ({"type": ["integer", "null"], "format": "unix-seconds"}, "datetime | None"),
    ({"type": "string", "format": "date-time"}, "datetime"),
    ({"type": "string", "format": "binary"}, "bytes"),
    ({"type": "array", "items": {"type": "string"}}, "list[str]"),
    ({"type": "array", "items": {"type": ["string", "null"]}}, "list[str | None]"),
    ({"type": "object"}, "dict[str, Any]"),
    ({"type": "object", "additionalProperties": True}, "dict[str, Any]"),
    ({"type": "object", "additionalProperties": {"type": "string"}}, "dict[str, str]"),
    ({"$ref": "#/components/schemas/Order"}, "str | Order"),
    ({"$ref": "#/components/schemas/Other"}, "Other"),
    ({"anyOf": [{"$ref": "#/components/schemas/Order"}, {"type": "null"}]}, "str | Order | None"),
    ({"anyOf": [{"$ref": "#/components/schemas/Order"}, {"type": "string"}]}, "str | Order"),
    ({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Other"}, {"type": "string"}]}, "str | Other | None"),
    ({"anyOf": [{"type": "string"}, {}]}, "Any"),
    ({"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/Other"}, {"type": "string"}]}}, "list[str | Other]"),
]


@pytest.mark.parametrize(("spec", "text"), TYPES, ids=[text for _, text in TYPES])
def test_a_property_has_the_type_that_the_description_says(tmp_path: Path, spec: dict[str, Any], text: str) -> None:
    schemas = {"Order": ENUM, "Other": {"type": "object"}, "Thing": {"type": "object", "properties": {"value": spec}}}
    thing = described(tmp_path, schemas).schemas[-1]
    assert [field.type.text for field in thing.fields] == [text]
    assert set(thing.fields[0].type.names) == {name for name in ("Order", "Other") if name in text}


@pytest.mark.parametrize(
    ("text", "optional"),
    [
        ("str", "str | None"),
        ("str | None", "str | None"),
        ("Any", "Any"),
        ("list[str | None]", "list[str | None] | None"),
        ("dict[str, Any]", "dict[str, Any] | None"),
    ],
)
def test_an_optional_type_says_none_once(text: str, optional: str) -> None:
    assert PythonType(text).optional().text == optional


def test_a_field_has_its_wire_name_its_python_name_and_its_older_name(tmp_path: Path) -> None:
    spec = {
        "type": "string",
        "x-python-name": "agent_id",
        "x-python-aliases": ["assistant_id"],
        "readOnly": True,
        "description": "Whose.",
    }
    (thing,) = described(
        tmp_path, {"Thing": {"type": "object", "properties": {"assistant_id": spec}, "required": ["assistant_id"]}}
    ).schemas
    (field,) = thing.fields
    assert (field.wire, field.python, field.aliases) == ("assistant_id", "agent_id", ("assistant_id",))
    assert (field.required, field.read_only, field.description) == (True, True, "Whose.")


def test_a_name_that_a_model_needs_for_itself_is_stored_under_another(tmp_path: Path) -> None:
    (thing,) = described(
        tmp_path, {"Thing": {"type": "object", "properties": {"schema": {}, "id": {"type": "string"}}}}
    ).schemas
    assert [(field.python, field.attribute) for field in thing.fields] == [("schema", "schema_"), ("id", "id")]


def test_what_a_member_reads_is_stored_under_another_name(tmp_path: Path) -> None:
    state = {"type": "string", "x-read-by-member": True}
    (thing,) = described(tmp_path, {"Thing": {"type": "object", "properties": {"state": state}}}).schemas
    assert [(field.wire, field.python, field.attribute) for field in thing.fields] == [("state", "state", "state_")]


def test_a_subclass_of_a_subclass_has_its_tag(tmp_path: Path) -> None:
    base = {"type": "object", "discriminator": {"propertyName": "kind"}, "properties": {"kind": {"type": "string"}}}
    middle = {"allOf": [{"$ref": "base.yaml#/components/schemas/Base"}], "properties": {"kind": {"const": "hosted"}}}
    leaf = {"allOf": [{"$ref": "#/components/schemas/Middle"}], "type": "object"}
    description = described(tmp_path, {"Middle": middle, "Leaf": leaf}, base={"Base": base})
    assert {schema.name: schema.tag for schema in description.schemas} == {"Base": None, "Middle": "hosted", "Leaf": "hosted"}


def test_a_subclass_knows_its_base_and_its_tag(tmp_path: Path) -> None:
    base = {"type": "object", "discriminator": {"propertyName": "type"}, "properties": {"type": {"type": "string"}}}
    leaf = {
        "allOf": [{"$ref": "base.yaml#/components/schemas/Content"}],
        "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
    }
    description = described(tmp_path, {"Text": leaf}, base={"Content": base})
    found = {schema.name: schema for schema in description.schemas}
    assert (found["Text"].base, found["Text"].tag) == ("Content", "text")
    assert (found["Content"].discriminator, found["Content"].base, found["Content"].tag) == ("type", None, None)


@pytest.mark.parametrize("reference", ["#/components/schemas/Nobody", "elsewhere.yaml#/components/schemas/Thing"])
def test_a_reference_that_leads_nowhere_is_an_error_that_names_it(tmp_path: Path, reference: str) -> None:
    thing = {"type": "object", "properties": {"other": {"$ref": reference}}}
    with pytest.raises(ValueError, match=f"part.yaml: the reference '{reference}' leads nowhere"):
        described(tmp_path, {"Thing": thing})


def test_schemas_may_refer_to_themselves_and_to_each_other(tmp_path: Path) -> None:
    one = {
        "type": "object",
        "properties": {"next": {"$ref": "#/components/schemas/One"}, "other": {"$ref": "#/components/schemas/Two"}},
    }
    two = {"type": "object", "properties": {"one": {"$ref": "#/components/schemas/One"}}}
    description = described(tmp_path, {"One": one, "Two": two})
    assert [[field.type.text for field in schema.fields] for schema in description.schemas] == [["One", "Two"], ["One"]]


def call(name: str, **body: Any) -> dict[str, Any]:
    """A call that answers with a Thing."""
    answer = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}
    return {"operationId": name, "summary": name, "responses": answer, **body}


def test_a_call_is_read_with_its_ids_its_query_and_its_body(tmp_path: Path) -> None:
    thread = {"name": "threadId", "in": "path", "required": True, "x-python-name": "thread_id", "schema": {"type": "string"}}
    include = {
        "name": "include[]",
        "in": "query",
        "explode": False,
        "x-python-name": "include",
        "schema": {"type": "array", "items": {"type": "string"}},
    }
    json_body = {
        "type": "object",
        "properties": {"model": {"type": "string"}, "stream": {"type": "boolean", "x-fixed": False}},
        "required": ["model"],
    }
    body = {"content": {"application/json": {"schema": json_body}}}
    paths = {"/threads/{threadId}/things": {"post": call("create_thing", parameters=[thread, include], requestBody=body)}}
    (operation,) = described(tmp_path, {"Thing": {"type": "object"}}, paths).operations
    assert (operation.method, operation.path, operation.returns) == ("POST", "/threads/{thread_id}/things", "Thing")
    assert [field.python for field in operation.ids] == ["thread_id"]
    assert [(field.python, field.wire, field.comma_joined) for field in operation.query] == [("include", "include[]", True)]
    assert [(field.wire, field.required, field.fixed) for field in operation.body or ()] == [
        ("model", True, None),
        ("stream", False, False),
    ]


def test_a_body_may_be_one_parameter_of_its_own_name_and_content_type(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    body = {"content": {"application/merge-patch+json": {"schema": schema}}}
    paths = {"/things": {"patch": call("update_thing", requestBody=body, **{"x-body": "resource", "x-call": "update"})}}
    description = described(tmp_path, {"Thing": {"type": "object"}}, paths)
    (operation,) = description.operations
    assert (operation.whole, operation.content_type, operation.body) == ("resource", "application/merge-patch+json", None)
    (builder,) = requests.emit(description).values()
    assert "def update_thing(resource: Any) -> Request[Thing]:" in builder
    assert "name='resource', body=resource, content_type='application/merge-patch+json'" in builder
    module = calls.emit(description)["src/agentkit/aio/_api/part.py"]
    assert "async def update(self, resource: Thing | Body | bytes, **options: Unpack[CallOptions]) -> Thing:" in module
    assert "requests.update_thing(resource)" in module


LINKED = {
    "type": "object",
    "x-private": True,
    "properties": {
        "value": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
        "nextLink": {"type": ["string", "null"], "x-python-name": "next_link"},
    },
    "required": ["value"],
}


def test_a_page_that_names_the_next_one_by_a_link_makes_a_lazy_list(tmp_path: Path) -> None:
    answer = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Things"}}}}}
    listed = call("list_things", responses=answer, **{"x-lazy": True})
    description = described(tmp_path, {"Thing": {"type": "object"}, "Things": LINKED}, {"/things": {"get": listed}})
    page = description.schemas[-1]
    assert (page.item, page.by_links, page.private) == ("Thing", True, True)
    (builder,) = requests.emit(description).values()
    assert "by_links=True" in builder
    module = calls.emit(description)["src/agentkit/aio/_api/part.py"]
    assert "    def list_things(self, **options: Unpack[CallOptions]) -> AsyncItemPaged[Thing]:" in module
    made = models.emit(description)
    assert "PageMembers" not in made["src/agentkit/_generated/models/part.py"]
    assert "__all__ = ['Thing']" in made["src/agentkit/_generated/models/part.py"]
    assert "PRIVATE = {'Things': 'part'}" in made["src/agentkit/_generated/index.py"]


def test_a_lazy_list_answers_pages(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="list_things is a lazy list, but answers no page"):
        described(tmp_path, {"Thing": {"type": "object"}}, {"/things": {"get": call("list_things", **{"x-lazy": True})}})


def test_a_call_has_the_statuses_and_the_version_that_it_is_described_with(tmp_path: Path) -> None:
    created = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    put = call("put_thing", responses={"200": created, "201": created, "default": {}}, **{"x-version-name": "apiVersion"})
    drop = call("drop_thing", responses={"204": {"description": "Gone."}, "default": {}})
    description = described(tmp_path, {"Thing": {"type": "object"}}, {"/things": {"put": put, "delete": drop}})
    found = {operation.name: operation for operation in description.operations}
    assert (found["put_thing"].success, found["put_thing"].version_name, found["put_thing"].returns) == (
        (200, 201),
        "apiVersion",
        "Thing",
    )
    assert (found["drop_thing"].success, found["drop_thing"].returns) == ((204,), "None")
    (builder,) = requests.emit(description).values()
    assert "success=(200, 201), version_name='apiVersion'" in builder
    assert "-> None:" in calls.emit(description)["src/agentkit/aio/_api/part.py"]


def test_a_call_that_is_described_twice_is_an_error(tmp_path: Path) -> None:
    paths = {"/things": {"get": call("list_things")}, "/other": {"get": call("list_things")}}
    with pytest.raises(ValueError, match=r"described twice: \['list_things', 'list_things'\]"):
        described(tmp_path, {"Thing": {"type": "object"}}, paths)


# --- text ---------------------------------------------------------------------------------------------------------------------


def test_the_module_of_a_part_has_its_name() -> None:
    assert stem("run_steps.yaml") == "run_steps"


def test_wrapped_text_keeps_its_words_and_its_width() -> None:
    text = "word " * 100
    lines = wrapped(text, "    ", "  ")
    assert " ".join(lines).split() == text.split()
    assert all(len(line) <= WIDTH for line in lines)
    assert [len(line) - len(line.lstrip()) for line in lines] == [4, *[6] * (len(lines) - 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Short.", '    """Short."""\n'),
        ("  Blanks \n and lines. ", '    """Blanks and lines."""\n'),
        (r"A \ backslash.", '    """A \\\\ backslash."""\n'),
        ("", '    """Described by its name."""\n'),
    ],
)
def test_a_short_docstring_stands_on_one_line(text: str, expected: str) -> None:
    assert docstring(text) == expected


@pytest.mark.parametrize("text", ["The summary. " + "More words. " * 30, "words without an end " * 20])
def test_a_long_docstring_is_python_and_keeps_its_words(text: str) -> None:
    code = f"class A:\n{docstring(text)}"
    space: dict[str, Any] = {}
    exec(code, space)
    assert space["A"].__doc__.split() == text.split()
    assert all(len(line) <= WIDTH for line in code.splitlines())


# --- the sync client ----------------------------------------------------------------------------------------------------------


ASYNC = '''"""An async snippet."""

from .._primitives import AsyncTokens, async_sleep


class Client:
    async def __aenter__(self):
        await async_sleep(1)
        return self

    async def __aexit__(self, *error):
        await self.aclose()

    async def pages(self, tokens: AsyncTokens):
        async with self.lock:
            async for page in self.source.aiter_bytes():
                yield await page.aread()
        return [x async for x in self]
'''

SYNC = '''"""An async snippet."""

from .._primitives import SyncTokens, sync_sleep


class Client:
    def __enter__(self):
        sync_sleep(1)
        return self

    def __exit__(self, *error):
        self.close()

    def pages(self, tokens: SyncTokens):
        with self.lock:
            for page in self.source.iter_bytes():
                yield page.read()
        return [x for x in self]
'''


def derived(folder: Path, text: str, extra: dict[str, str] | None = None) -> dict[str, str]:
    """What the derivation makes of a tree with this one hand-written file."""
    path = folder / sync.SOURCE / "_client.py"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return sync.emit(folder, extra or {})


def test_async_code_becomes_sync_code_with_a_line_that_names_its_source(tmp_path: Path) -> None:
    (text,) = derived(tmp_path, ASYNC).values()
    first, _, rest = text.partition("\n")
    assert first == "# Derived by `python -m codegen` from src/agentkit/aio/_client.py; change that and run it again."
    assert rest == SYNC


def test_generated_async_files_are_derived_from_what_will_be_written(tmp_path: Path) -> None:
    made = derived(tmp_path, "", {"src/agentkit/aio/_api/threads.py": "# Generated\nasync def f():\n    await g()\n"})
    assert list(made) == ["src/agentkit/_sync/_api/threads.py", "src/agentkit/_sync/_client.py"]
    assert made["src/agentkit/_sync/_api/threads.py"].splitlines()[1:] == ["def f():", "    g()"]


def test_no_await_slips_through_inside_an_f_string(tmp_path: Path) -> None:
    """Some Pythons show unasync the inside of an f-string and some do not: then it has to be an error."""
    with contextlib.suppress(SyntaxError):
        assert all("await" not in text for text in derived(tmp_path, 'async def f():\n    return f"{await g()}"\n').values())


def test_the_sync_client_waits_for_nothing(root: Path) -> None:
    waiting = ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Await
    for path in sorted((root / sync.TARGET).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not any(isinstance(node, waiting) for node in ast.walk(tree)), path
