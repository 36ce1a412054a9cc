"""Holds the calls of the other groups of a client against the facts in ``tests/facts``."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from codegen.spec import Description, Operation, load
from codegen.sync import NAMES

import agentkit.aio.operations
import agentkit.operations
from facts import SERVICE_CALLS

CALLS = [(group, name) for group, calls in SERVICE_CALLS.items() for name in calls]


@pytest.fixture(scope="module")
def description() -> Description:
    return load()


def of_group(description: Description, group: str) -> dict[str, Operation]:
    """The operations of a group by the names of their methods; several that make one method by hand, by their own."""
    parts = {part for part, document in description.documents.items() if document.get("x-group") == group}
    found = (operation for operation in description.operations if operation.part in parts)
    return {operation.name if operation.by_hand else operation.call: operation for operation in found}


@pytest.mark.parametrize("group", SERVICE_CALLS)
def test_a_group_has_every_call_and_no_other(group: str, description: Description) -> None:
    assert sorted(of_group(description, group)) == sorted(SERVICE_CALLS[group])


@pytest.mark.parametrize(("group", "name"), CALLS)
def test_a_call_of_a_group_is_described_as_it_is(group: str, name: str, description: Description) -> None:
    operation, fact = of_group(description, group)[name], SERVICE_CALLS[group][name]
    path = fact["path"]
    for wire, python in fact["ids"].items():
        path = path.replace(f"{{{wire}}}", f"{{{python}}}")
    assert (operation.method, operation.path) == (fact["method"], path)
    assert {field.wire: field.python for field in operation.ids} == fact["ids"]
    query: dict[str, dict[str, Any]] = fact.get("query", {})
    assert {
        field.wire: {"python": field.python, "type": field.type.optional().text.replace("None", "null")}
        for field in operation.query
    } == query
    assert operation.version_name == fact["version_name"]
    assert operation.success == tuple(fact["success"])
    whole = fact.get("whole")
    assert operation.whole == (whole["python"] if whole else "")
    assert whole is None or operation.content_type == whole["content_type"]
    assert operation.lazy == ("items_of" in fact)
    if operation.lazy:
        (page,) = (schema for schema in description.schemas if schema.name == operation.returns)
        assert (page.item, page.by_links, page.private) == (fact["items_of"], True, True)
    else:
        assert operation.returns == str(fact["response"])


@pytest.mark.parametrize(("group", "name"), CALLS)
def test_both_clients_have_the_call_with_typed_and_explained_parameters(
    group: str, name: str, description: Description
) -> None:
    classes = [getattr(module, f"{group}Operations") for module in (agentkit.operations, agentkit.aio.operations)]
    if of_group(description, group)[name].by_hand:  # methods of other names and forms make this call
        assert not any(hasattr(one, name) for one in classes)
        return
    fact = SERVICE_CALLS[group][name]
    both = [getattr(one, name) for one in classes]
    given = [*fact["ids"].values(), *([fact["whole"]["python"]] if "whole" in fact else [])]
    asked = [value["python"] for value in fact.get("query", {}).values()]
    written = []
    for call in both:
        signature = inspect.signature(call)
        kinds = {p.name: p.kind for p in signature.parameters.values() if p.name not in ("self", "options")}
        assert kinds == {
            **dict.fromkeys(given, inspect.Parameter.POSITIONAL_OR_KEYWORD),
            **dict.fromkeys(asked, inspect.Parameter.KEYWORD_ONLY),
        }
        explained = set(re.findall(r":(?:param|keyword) (\w+):", call.__doc__ or ""))
        assert explained == {*given, *asked, "options"}
        written.append(re.sub(r"\w+", lambda found: NAMES.get(found[0], found[0]), str(signature)))
    assert written[0] == written[1]
    assert [inspect.iscoroutinefunction(call) for call in both] == [False, "items_of" not in fact]
