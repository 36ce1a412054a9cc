"""A model as a mapping over its wire names."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Mapping, MutableMapping
from typing import Any

import pytest
from wire_samples import GENERATED, model, sample

from agentkit._wire import ReadOnlyDict, ReadOnlyList
from agentkit.models import (
    Agent,
    CodeInterpreterToolDefinition,
    FunctionDefinition,
    FunctionToolDefinition,
    HostedAgentDefinition,
    MessageAttachment,
    RunStatus,
    ThreadRun,
    ToolDefinition,
    ToolOutput,
    VectorStore,
)

RUN = {
    "id": "run_1",
    "object": "thread.run",
    "thread_id": "thread_1",
    "assistant_id": "asst_1",
    "status": "in_progress",
    "last_error": None,
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "created_at": 1_700_000_000,
    "metadata": {"a": "b"},
    "of_tomorrow": {"kept": [1]},
}


@pytest.fixture
def run() -> ThreadRun:
    return ThreadRun(RUN)


@pytest.mark.parametrize("name", GENERATED)
class TestEveryModel:
    def test_the_mapping_view_is_the_wire_form(self, name: str) -> None:
        read = model(name)(sample(name))
        assert read.as_dict() == sample(name)
        assert dict(read) == sample(name)
        assert {**read} == sample(name)
        assert {key: read[key] for key in read} == sample(name)
        assert dict(read.items()) == sample(name)
        assert list(read.keys()) == list(read) == list(sample(name))
        assert list(read.values()) == list(sample(name).values())
        assert len(read) == len(sample(name))
        assert all(key in read for key in sample(name))

    def test_json_comes_back_as_it_was(self, name: str) -> None:
        text = json.dumps(sample(name))
        read = model(name).model_validate_json(text)
        assert read == model(name)(sample(name)) == model(name).model_validate(sample(name)) == sample(name)
        assert json.loads(read.model_dump_json()) == sample(name)
        assert json.loads(json.dumps(dict(read))) == sample(name)
        assert json.loads(json.dumps(read.as_dict())) == sample(name)
        assert read.model_dump() == read.model_dump(mode="json") == sample(name)
        assert model(name).model_validate_json(read.model_dump_json()) == read

    def test_it_can_be_emptied_as_any_mapping(self, name: str) -> None:
        read = model(name)(sample(name))
        popped = dict(read.popitem() for _ in range(len(read)))
        assert popped == sample(name)
        assert len(read) == 0
        assert read == {}
        cleared = model(name)(sample(name))
        cleared.clear()
        assert list(cleared) == []
        assert cleared.as_dict() == {}


def test_a_model_is_a_mutable_mapping(run: ThreadRun) -> None:
    assert isinstance(run, MutableMapping)
    assert isinstance(run, Mapping)


def test_keys_stand_in_the_order_of_the_class_and_unknown_ones_last() -> None:
    read = ThreadRun.model_validate_json('{"zeta": 1, "status": "queued", "alpha": 2, "id": "run_1"}')
    assert list(read) == ["id", "object", "status", "zeta", "alpha"]
    read.thread_id = "thread_1"
    assert list(read) == ["id", "object", "thread_id", "status", "zeta", "alpha"]


def test_items_are_found_by_wire_name_alone(run: ThreadRun) -> None:
    assert run["assistant_id"] == run.agent_id == "asst_1"
    assert "agent_id" not in run
    with pytest.raises(KeyError, match="agent_id"):
        run["agent_id"]
    with pytest.raises(KeyError, match="started_at"):
        run["started_at"]
    assert run.started_at is None
    assert run.get("started_at") is None
    assert run.get("started_at", "never") == "never"
    assert run.get("status") == "in_progress"


def test_an_unknown_field_is_an_item_and_no_attribute(run: ThreadRun) -> None:
    assert run["of_tomorrow"] == {"kept": [1]}
    assert not hasattr(run, "of_tomorrow")
    run["also"] = 1
    assert run.as_dict() == RUN | {"also": 1}
    del run["of_tomorrow"]
    with pytest.raises(KeyError, match="of_tomorrow"):
        del run["of_tomorrow"]
    assert "of_tomorrow" not in run.as_dict()


def test_setting_an_item_sets_the_attribute(run: ThreadRun) -> None:
    run["status"] = "completed"
    assert run.status is RunStatus.COMPLETED
    run["assistant_id"] = "asst_2"
    assert (run.agent_id, run.assistant_id) == ("asst_2", "asst_2")
    run["tools"] = [{"type": "code_interpreter"}]
    assert isinstance(run.tools[0], CodeInterpreterToolDefinition)


def test_an_attribute_set_to_none_goes_and_an_item_set_to_none_stays(run: ThreadRun) -> None:
    run.status = None
    assert "status" not in run
    assert run.status is None
    run["thread_id"] = None
    assert run["thread_id"] is None
    assert "thread_id" in run
    assert run.as_dict()["thread_id"] is None
    assert run["last_error"] is None  # as the response said


def test_deleting(run: ThreadRun) -> None:
    del run["status"]
    del run.thread_id
    assert "status" not in run
    assert "thread_id" not in run
    assert run.status is run.thread_id is None
    for missing in ("status", "started_at", "agent_id"):
        with pytest.raises(KeyError, match=missing):
            del run[missing]
    del run.status  # what is not there can be unset as an attribute, as setting None can
    with pytest.raises(AttributeError, match="statuss"):
        del run.statuss


def test_the_methods_of_mappings(run: ThreadRun) -> None:
    assert run.pop("status") == "in_progress"
    assert run.pop("status", "gone") == "gone"
    with pytest.raises(KeyError, match="status"):
        run.pop("status")
    assert run.setdefault("status", "failed") == "failed"
    assert run.setdefault("status", "queued") == "failed"
    assert run.setdefault("last_error", 1) is None
    run.update({"assistant_id": "asst_2", "more": 1}, metadata={"c": "d"})
    assert (run.agent_id, run["more"], run.metadata) == ("asst_2", 1, {"c": "d"})
    run.update([("thread_id", "thread_2")])
    assert run.thread_id == "thread_2"
    with pytest.raises(TypeError):
        run | {"a": 1}
    with pytest.raises(KeyError):
        Agent({}).pop("name")


def test_it_can_be_changed_while_its_keys_are_walked(run: ThreadRun) -> None:
    for key in run:
        del run[key]
    assert len(run) == 0


def test_a_constant_is_there_from_the_start_and_whatever_is_set() -> None:
    run = ThreadRun()
    assert run.object == run["object"] == "thread.run"
    assert run.as_dict() == {"object": "thread.run"}
    run.object = "something else"
    assert run["object"] == "thread.run"
    run["object"] = "something else"
    assert run.object == "thread.run"
    assert ThreadRun.model_validate_json('{"object": 5}') == {"object": "thread.run"}
    assert ThreadRun({"object": "thread"}) == ThreadRun(object="thread") == run


def test_a_constant_can_be_taken_away() -> None:
    for take in (
        lambda run: run.pop("object"),
        lambda run: run.__delitem__("object"),
        lambda run: setattr(run, "object", None),
    ):
        run = ThreadRun(id="run_1")
        take(run)
        assert run.as_dict() == dict(run) == {"id": "run_1"}
        assert run.object is None
        assert "object" not in run
        assert run == pickle.loads(pickle.dumps(run)) == copy.deepcopy(run)


class TestNestedValues:
    def test_an_array_or_object_of_plain_values_is_live(self, run: ThreadRun) -> None:
        run["metadata"]["c"] = "d"
        assert run.metadata == {"a": "b", "c": "d"}
        run["of_tomorrow"]["kept"].append(2)
        assert run.as_dict()["of_tomorrow"] == {"kept": [1, 2]}
        store = Agent(tool_resources={"file_search": {"vector_store_ids": ["vs_1"]}})
        store.tool_resources.file_search["vector_store_ids"].append("vs_2")
        assert store.tool_resources.file_search.vector_store_ids == ["vs_1", "vs_2"]

    def test_one_with_models_in_it_is_read_only_at_every_depth(self, run: ThreadRun) -> None:
        tools = run["tools"]
        assert tools == RUN["tools"]
        assert isinstance(tools, list)
        assert isinstance(tools[0], dict)
        changes = [
            lambda: tools.append(1),
            lambda: tools.clear(),
            lambda: tools.extend([1]),
            lambda: tools.insert(0, 1),
            lambda: tools.pop(),
            lambda: tools.remove(1),
            lambda: tools.reverse(),
            lambda: tools.sort(),
            lambda: tools.__setitem__(0, 1),
            lambda: tools.__delitem__(0),
            lambda: tools.__iadd__([1]),
            lambda: tools.__imul__(2),
            lambda: tools[0].update(type="x"),
            lambda: tools[0].pop("type"),
            lambda: tools[0].popitem(),
            lambda: tools[0].clear(),
            lambda: tools[0].setdefault("x", 1),
            lambda: tools[0].__setitem__("type", "x"),
            lambda: tools[0].__delitem__("type"),
            lambda: tools[0].__ior__({"x": 1}),
            lambda: tools[0]["function"].__setitem__("name", "g"),
        ]
        for change in changes:
            with pytest.raises(TypeError, match="read-only: change it through the model's attribute"):
                change()
        assert run.as_dict() == RUN

    def test_a_read_only_value_gives_copies_that_can_be_changed(self, run: ThreadRun) -> None:
        tools = run["tools"]
        for taken in (copy.deepcopy(tools), pickle.loads(pickle.dumps(tools)), json.loads(json.dumps(tools))):
            taken[0]["function"]["name"] = "g"
            taken.append(1)
        assert type(copy.copy(tools)) is type(list(tools)) is list
        assert type(copy.copy(tools[0])) is type(dict(tools[0])) is type(tools[0] | {}) is dict
        assert run.as_dict() == RUN
        assert isinstance(tools, ReadOnlyList)
        assert isinstance(tools[0], ReadOnlyDict)

    def test_a_change_through_an_attribute_shows_in_the_mapping(self, run: ThreadRun) -> None:
        assert isinstance(run.tools[0], FunctionToolDefinition)
        run.tools[0].function.name = "g"
        run.tools.append(CodeInterpreterToolDefinition())
        run.metadata["c"] = "d"
        changed = [{"type": "function", "function": {"name": "g"}}, {"type": "code_interpreter"}]
        assert run["tools"] == run.as_dict()["tools"] == dict(run)["tools"] == changed
        assert run["metadata"] == run.as_dict()["metadata"] == {"a": "b", "c": "d"}
        run.tools[0].function = FunctionDefinition(name="h")
        assert run["tools"][0]["function"] == {"name": "h"}

    def test_a_model_given_by_keyword_is_held_and_not_copied(self) -> None:
        tool = FunctionToolDefinition(function=FunctionDefinition(name="f"))
        agent = Agent(tools=[tool])
        tool.function.name = "g"
        assert agent.tools[0] is tool
        assert agent["tools"][0]["function"]["name"] == "g"

    def test_as_dict_is_fresh(self, run: ThreadRun) -> None:
        taken = run.as_dict()
        taken["tools"].clear()
        taken["metadata"]["x"] = 1
        taken["of_tomorrow"]["kept"].clear()
        assert run.as_dict() == RUN


class TestEquality:
    @pytest.mark.parametrize(
        ("one", "other", "equal"),
        [
            (ThreadRun(RUN), RUN, True),
            (ThreadRun(RUN), ThreadRun(RUN), True),
            (ThreadRun(RUN), RUN | {"status": "queued"}, False),
            (ThreadRun(RUN), RUN | {"of_tomorrow": None}, False),
            (Agent(tools=[ToolDefinition(type="x")]), {"object": "assistant", "tools": [ToolDefinition(type="x")]}, True),
            (ToolDefinition(type="code_interpreter"), CodeInterpreterToolDefinition(), True),
            (ThreadRun(status="queued"), {"object": "thread.run", "status": RunStatus.QUEUED}, True),
            (ThreadRun(), "{'object': 'thread.run'}", False),
            (ThreadRun(), None, False),
            (ThreadRun(), [("object", "thread.run")], False),
        ],
    )
    def test_wire_forms_are_compared(self, one: Any, other: Any, equal: bool) -> None:
        assert (one == other) is equal
        assert (other == one) is equal
        assert (one != other) is not equal

    def test_what_can_change_has_no_hash(self) -> None:
        with pytest.raises(TypeError, match="unhashable type: 'ThreadRun'"):
            hash(ThreadRun())

    def test_truth_is_whether_there_is_anything(self) -> None:
        assert not FunctionDefinition()
        assert FunctionDefinition(name="f")


class TestText:
    @pytest.mark.parametrize("name", GENERATED)
    def test_str_is_the_wire_form_and_repr_is_short(self, name: str) -> None:
        read = model(name)(sample(name))
        assert str(read) == f"{read}" == f"{read!s}" == str(sample(name))
        assert repr(read).startswith(f"{name}(")
        assert repr(read).endswith(")")
        assert len(repr(read)) < 300

    def test_repr_names_what_tells_objects_apart(self) -> None:
        assert repr(ThreadRun(RUN)) == "ThreadRun(id=run_1, status=in_progress)"
        assert repr(MessageAttachment()) == "MessageAttachment()"
        assert repr(HostedAgentDefinition(image="r/a:1")) == "HostedAgentDefinition(kind=hosted, image=r/a:1)"
        assert (
            repr([ToolOutput(tool_call_id="call_1", output="x" * 90)])
            == f"[ToolOutput(tool_call_id=call_1, output={'x' * 60})]"
        )
        assert repr([VectorStore(id="vs_1", name="n" * 200)]) == f"[VectorStore(id=vs_1, name={'n' * 60})]"
