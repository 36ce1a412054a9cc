"""Holds the description, the models and the enums against the facts in ``tests/facts``."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any, get_args

import pytest
from codegen.spec import Description, Field, Operation, Schema, load
from pydantic import TypeAdapter

import agentkit.models
from agentkit._generated import index
from agentkit._model import Lax, Model
from facts import ALIASES, CALLS, ENUMS, FAMILIES, GENERATED, HOSTED, LATER, MODELS, subtypes

# Public classes of the mirrored client that agentkit does not have yet.
NOT_THERE_YET: set[str] = set()

THERE = sorted(MODELS.keys() - NOT_THERE_YET)


def own_fields(name: str) -> dict[str, dict[str, Any]]:
    """The fields that a class declares itself."""
    return {python: fact for python, fact in MODELS[name]["fields"].items() if "from" not in fact}


# --- the description ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def description() -> Description:
    return load()


@pytest.fixture(scope="module")
def schemas(description: Description) -> dict[str, Schema]:
    return {schema.name: schema for schema in description.schemas}


@pytest.fixture(scope="module")
def operations(description: Description) -> dict[str, Operation]:
    return {operation.name: operation for operation in description.operations}


def arms(text: str) -> set[str]:
    """The alternatives of a union, in the words of the facts."""
    python_words = {"None": "null", "Any": "any"}
    text = re.sub(r"\b(None|Any)\b", lambda found: python_words[found[0]], text)
    return set(re.split(r" \| (?![^\[]*\])", text))


def described(field: Field) -> dict[str, Any]:
    """A field of the description in the form of the facts."""
    fact: dict[str, Any] = {"wire": field.wire} if field.wire != field.python else {}
    if field.constant is not None:
        fact["constant"] = field.constant
    else:
        moment = "rfc 3339" if field.rfc3339 else "unix seconds"
        fact["type"] = {moment if arm == "datetime" else arm for arm in arms(field.type.text)}
    flags = {"always": field.always, "required": field.required and field.constant is None, "read_only": field.read_only}
    return fact | {flag: True for flag, there in flags.items() if there}


def stated(fact: dict[str, Any]) -> dict[str, Any]:
    """A field of the facts, in the form that ``described`` gives.

    A constant is sent even where the mirrored client leaves it out as read-only: no service could tell the kind of such a body.
    """
    fact = {key: value for key, value in fact.items() if key != "read_only" or "constant" not in fact}
    return {**fact, "type": set(arms(fact["type"]))} if "type" in fact else fact


def test_the_description_has_every_model_and_enum_and_call(description: Description) -> None:
    assert sorted(schema.name for schema in description.schemas if not schema.private) == GENERATED
    assert {enum.name: dict(enum.members) for enum in description.enums} == ENUMS
    assert [list(dict(e.members)) for e in description.enums] == [list(ENUMS[e.name]) for e in description.enums]
    grouped = {part for part, document in description.documents.items() if "x-group" in document or "x-by-name" in document}
    assert sorted(operation.name for operation in description.operations if operation.part not in grouped) == sorted(CALLS)
    assert {alias.name: arms(alias.type.text) for alias in description.aliases} == {n: arms(t) for n, t in ALIASES.items()}


# Models to which this client adds members that the mirrored client does not have.
MEMBERS_OF_OUR_OWN = {"AgentDetails", "AgentVersionDetails", "HostedAgentDefinition", "VectorStore", "VectorStoreFileBatch"}


@pytest.mark.parametrize("name", GENERATED)
def test_a_schema_is_described_as_it_is(name: str, schemas: dict[str, Schema]) -> None:
    schema, fact = schemas[name], MODELS[name]
    assert [field.python for field in schema.fields] == list(own_fields(name))
    for field in schema.fields:
        assert described(field) == stated(own_fields(name)[field.python]), field.python
    assert schema.base == fact.get("base")
    assert schema.tag == fact.get("tag")
    assert schema.discriminator == (fact["discriminator"] if name in FAMILIES else None)
    assert schema.members == ((name in GENERATED and "members" in fact) or name in MEMBERS_OF_OUR_OWN)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_described_in_one_file(name: str, description: Description, schemas: dict[str, Schema]) -> None:
    mapping = description.documents[schemas[name].part]["components"]["schemas"][name]["discriminator"]["mapping"]
    assert {tag: reference.rsplit("/", 1)[-1] for tag, reference in mapping.items()} == subtypes(name)
    assert {schemas[kind].part for kind in subtypes(name).values()} == {schemas[name].part}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_call_is_described_as_it_is(name: str, operations: dict[str, Operation]) -> None:
    operation, fact = operations[name], CALLS[name]
    path = fact["path"]
    for wire, python in fact["ids"].items():
        path = path.replace(f"{{{wire}}}", f"{{{python}}}")
    assert (operation.method, operation.path) == (fact["method"], path)
    assert {field.wire: field.python for field in operation.ids} == fact["ids"]
    assert [field.wire for field in operation.query] == list(fact.get("query", {}))
    for field in operation.query:
        stated_query = fact["query"][field.wire]
        assert field.python == stated_query["python"]
        assert field.comma_joined == ("joined_by" in stated_query)
        assert arms(field.type.optional().text) == arms(stated_query["type"])
    assert {field.wire for field in operation.body or ()} == set(fact.get("body", {}))
    for field in operation.body or ():
        stated_value = fact["body"][field.wire]
        assert field.fixed == stated_value.get("fixed")
        if field.fixed is None:
            assert field.python == stated_value.get("python", field.wire)
            assert field.required == stated_value.get("required", False)
            assert arms(field.type.text) == arms(stated_value["type"])
    assert operation.returns == ("" if fact["response"] == "iterator[bytes]" else fact["response"])
    assert operation.multipart == ("multipart" in fact)
    assert operation.toolset == fact.get("toolset", False)


# --- models and enums -----------------------------------------------------------------------------------------------------


def test_every_public_class_is_there_but_for_those_named() -> None:
    public = set(vars(agentkit.models)["__all__"])
    assert set(THERE) | set(ENUMS) | set(ALIASES) <= public
    assert public & NOT_THERE_YET == set(), "take what is there now off NOT_THERE_YET"
    assert MODELS.keys() >= NOT_THERE_YET
    later = {*LATER["models"], *HOSTED["models"], *HOSTED["later_models"]}
    later_enums = {*HOSTED["enums"], *HOSTED["later_enums"]} - {"AzureAISearchQueryType"}
    assert (len(MODELS.keys() - later), len(ENUMS.keys() - later_enums), len(CALLS)) == (204, 41, 41)
    assert set(ENUMS) == index.ENUMS
    assert set(GENERATED) | set(ALIASES) == set(index.MODULES)


@pytest.mark.parametrize("name", GENERATED)
def test_a_model_has_the_fields_of_the_facts(name: str) -> None:
    model: type[Model] = getattr(agentkit.models, name)
    fact = MODELS[name]
    wire_names = {python: field.get("wire", python) for python, field in fact["fields"].items()}
    stored = {python: attribute for python, attribute in model.__fields_by_keyword__.items() if python not in model.__aliases__}
    assert {python: model.__wire_names__[attribute] for python, attribute in stored.items()} == wire_names
    assert model.__name__ == name
    assert model.__doc__
    assert model.__tag__ == fact.get("tag")
    if "base" in fact:
        assert issubclass(model, getattr(agentkit.models, fact["base"]))
    for python, field in fact["fields"].items():
        if "always" in field:
            assert getattr(model({field.get("wire", python): "another"}), python) == field["constant"]
    rfc3339 = {python for python, field in fact["fields"].items() if "rfc 3339" in field.get("type", "")}
    assert {python for python, attribute in stored.items() if attribute in model.__rfc3339__} == rfc3339


@pytest.mark.parametrize("name", GENERATED)
def test_the_constants_of_a_model_are_set_by_its_construction(name: str) -> None:
    fields = MODELS[name]["fields"]
    made = getattr(agentkit.models, name)()
    assert made == {field.get("wire", python): field["constant"] for python, field in fields.items() if "constant" in field}
    for python, field in fields.items():
        assert getattr(made, python) == field.get("constant"), python


@pytest.mark.parametrize("name", GENERATED)
def test_read_only_fields_are_left_out_of_bodies(name: str) -> None:
    fields = MODELS[name]["fields"]
    sample = {field.get("wire", python): field.get("constant", "x") for python, field in fields.items()}
    dropped = {f.get("wire", python) for python, f in fields.items() if f.get("read_only") and "constant" not in f}
    if "discriminator" in MODELS[name]:
        dropped -= {MODELS[name]["discriminator"]}
    model = getattr(agentkit.models, name)(sample)
    assert model.as_dict() == sample
    assert model.as_dict(exclude_readonly=True) == {key: value for key, value in sample.items() if key not in dropped}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_discriminator_chooses_the_class(family: str) -> None:
    base: type[Model] = getattr(agentkit.models, family)
    reader: TypeAdapter[Any] = TypeAdapter(Lax[base])  # type: ignore[valid-type, misc]
    wire = MODELS[family]["discriminator"]
    for tag, name in subtypes(family).items():
        assert type(reader.validate_json(json.dumps({wire: tag}))) is getattr(agentkit.models, name)
        assert type(reader.validate_python({wire: tag})) is getattr(agentkit.models, name)
    unknown = reader.validate_json(json.dumps({wire: "of tomorrow", "more": [1]}))
    assert type(unknown) is base
    assert unknown == {wire: "of tomorrow", "more": [1]}


@pytest.mark.parametrize("name", sorted(set(THERE) & {n for n, fact in MODELS.items() if "members" in fact}))
def test_hand_written_members_are_there(name: str) -> None:
    model = getattr(agentkit.models, name)
    for member, shape in MODELS[name]["members"].items():
        found = inspect.getattr_static(model, member)
        if shape == "property":
            assert isinstance(found, property), member
        else:
            names = [p for p in inspect.signature(found).parameters if p != "self"]
            assert names[: len(shape)] == shape, member
            assert all(
                inspect.signature(found).parameters[more].default is not inspect.Parameter.empty for more in names[len(shape) :]
            )
        assert member == "__init__" or inspect.getdoc(found), f"{member} has no docstring"


@pytest.mark.parametrize("name", sorted(set(THERE) & {n for n, fact in MODELS.items() if "hand_written" in fact}))
def test_a_hand_written_class_derives_from_what_it_derives_from_there(name: str) -> None:
    ancestors = {ancestor.__name__ for ancestor in getattr(agentkit.models, name).__mro__[1:]}
    for base in MODELS[name].get("base", "object").split(", "):
        # Tools that take a connection, and sets, have a base of their own there that is not public.
        assert base in ancestors or base not in MODELS, base
        assert base in ancestors or base not in {"AsyncIterator", "Generic", "Iterator"}, base


HANDLERS = ["AgentEventHandler", "AsyncAgentEventHandler"]
CALLBACKS = [member for member in MODELS["AgentEventHandler"]["members"] if member.startswith("on_")]


@pytest.mark.parametrize("name", HANDLERS)
def test_a_handler_has_the_callbacks_of_the_facts_and_a_rule_for_each_event(name: str) -> None:
    handler, awaited = getattr(agentkit.models, name), name.startswith("Async")
    assert [member for member in vars(handler) if member.startswith("on_")] == CALLBACKS
    for callback in [*CALLBACKS, "_process_event", "until_done"]:
        assert inspect.iscoroutinefunction(getattr(handler, callback)) == awaited, callback
    for member in ("initialize", "set_max_retry"):
        assert not inspect.iscoroutinefunction(getattr(handler, member)), member
    assert list(inspect.signature(handler._process_event).parameters) == ["self", "event_data_str"]


@pytest.mark.parametrize("name", ["AgentRunStream", "AsyncAgentRunStream"])
def test_a_run_stream_keeps_what_it_is_made_of(name: str) -> None:
    """Its parts are attributes by the names of its parameters, and its handler reads what it is given."""
    prefix = "Async" if name.startswith("Async") else ""
    handler = getattr(agentkit.models, f"{prefix}AgentEventHandler")()
    given = {"response_iterator": object(), "submit_tool_outputs": print, "event_handler": handler}
    assert list(given) == MODELS[name]["members"]["__init__"]
    for stream in (getattr(agentkit.models, name)(**given), getattr(agentkit.models, name)(*given.values())):
        assert {key: getattr(stream, key) for key in given} == given


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_an_enum_has_the_members_of_the_facts(name: str) -> None:
    enum = getattr(agentkit.models, name)
    assert {member.name: member.value for member in enum} == ENUMS[name]
    assert list(enum.__members__) == list(ENUMS[name])


@pytest.mark.parametrize("name", sorted(ALIASES))
def test_a_public_union_has_the_arms_of_the_facts(name: str) -> None:
    found = {str(arm) if get_args(arm) else arm.__name__ for arm in get_args(getattr(agentkit.models, name))}
    assert {re.sub(r"agentkit[\w.]*\.", "", arm) for arm in found} == arms(ALIASES[name])
