"""Copies, pickles, patterns, and models inside what a user builds."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter
from wire_samples import GENERATED, model, sample

from agentkit.models import (
    Agent,
    EvaluationTarget,
    FunctionDefinition,
    FunctionToolDefinition,
    MessageTextContent,
    RunStatus,
    ThreadMessage,
    ThreadRun,
    ToolDefinition,
)


@pytest.mark.parametrize("name", GENERATED)
class TestEveryModel:
    def test_a_copy_is_equal_and_apart(self, name: str) -> None:
        first = model(name)(sample(name) | {"more": {"x": [1]}})
        for taken in (copy.copy(first), copy.deepcopy(first), first.copy(), first.model_copy(), first.model_copy(deep=True)):
            assert type(taken) is type(first)
            assert taken == first
            assert taken is not first
            taken.clear()
            taken["other"] = 1
            assert first == sample(name) | {"more": {"x": [1]}}

    def test_a_pickle_is_equal(self, name: str) -> None:
        first = model(name)(sample(name) | {"more": {"x": [1]}})
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            second = pickle.loads(pickle.dumps(first, protocol))
            assert type(second) is type(first)
            assert second == first
            assert second.as_dict() == sample(name) | {"more": {"x": [1]}}

    def test_it_validates_and_dumps_inside_a_users_model(self, name: str) -> None:
        cls = model(name)

        class Holder(BaseModel):
            one: cls
            many: list[cls] = []

        holder = Holder.model_validate_json(json.dumps({"one": sample(name), "many": [sample(name)]}))
        assert type(holder.one) is type(holder.many[0]) is cls
        assert holder.model_dump() == {"one": sample(name), "many": [sample(name)]}
        assert json.loads(holder.model_dump_json()) == holder.model_dump(mode="json") == holder.model_dump()
        made = cls(sample(name))
        assert Holder(one=made).one is made
        assert TypeAdapter(dict[str, cls]).validate_python({"a": sample(name)})["a"] == made
        assert Holder.model_json_schema()["type"] == "object"


def test_how_deep_a_copy_goes() -> None:
    first = Agent(tools=[FunctionToolDefinition(function=FunctionDefinition(name="f"))], metadata={"a": "b"})
    assert copy.copy(first).tools is first.copy().tools is first.model_copy().tools is first.tools
    deep = copy.deepcopy(first)
    deep.tools[0].function.name = "g"
    deep.metadata["a"] = "c"
    assert first["tools"][0]["function"]["name"] == "f"
    assert first.metadata == {"a": "b"}


def test_a_copy_with_changes() -> None:
    first = ThreadRun(id="run_1", agent_id="asst_1", status="queued", created_at=5)
    second = first.model_copy(update={"status": "completed", "assistant_id": "asst_2", "created_at": None})
    assert second == {"object": "thread.run", "id": "run_1", "assistant_id": "asst_2", "status": "completed"}
    assert second.status is RunStatus.COMPLETED
    assert first["status"] == "queued"
    with pytest.raises(AttributeError, match="Did you mean 'status'"):
        first.model_copy(update={"statuss": "x"})
    with pytest.raises(TypeError, match=r"ThreadRun.copy\(\) takes no arguments; use model_copy"):
        first.copy(update={"status": "x"})


def test_a_pickle_is_read_where_nothing_was_built_yet() -> None:
    pickled = pickle.dumps(EvaluationTarget(system_message="s", model_config={"type": "AOAI", "azureEndpoint": "https://x"}))
    program = (
        "import pickle, sys\n"
        "target = pickle.loads(sys.stdin.buffer.read())\n"
        "target.system_message = 't'\n"
        "target.model_config.azure_endpoint = 'https://y'\n"
        "sys.stdout.write(target.model_dump_json())\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], input=pickled, capture_output=True, check=False)
    assert done.stderr == b""
    wire = {"systemMessage": "t", "modelConfig": {"type": "AOAI", "azureEndpoint": "https://y"}}
    assert json.loads(done.stdout) == wire


class TestPatterns:
    @pytest.mark.parametrize(
        ("given", "answer"),
        [
            (ThreadRun(status="completed", id="run_1"), "completed run_1"),
            (ThreadRun(status="failed", last_error={"code": "rate_limit_exceeded"}), "failed: rate_limit_exceeded"),
            (ThreadRun(status="of_tomorrow"), "run"),
            (ThreadMessage(content=[{"type": "text", "text": {"value": "hi"}}]), "hi"),
            (ToolDefinition(type="new"), "tool new"),
            ("text", "something else"),
        ],
    )
    def test_class_patterns(self, given: Any, answer: str) -> None:
        match given:
            case ThreadRun(status=RunStatus.COMPLETED, id=str(id)):
                found = f"completed {id}"
            case ThreadRun(status="failed", last_error=error) if error is not None:
                found = f"failed: {error.code}"
            case ThreadRun():
                found = "run"
            case ThreadMessage(content=[MessageTextContent(text=text)]):
                found = text.value
            case ToolDefinition(type=kind):
                found = f"tool {kind}"
            case _:
                found = "something else"
        assert found == answer

    @pytest.mark.parametrize(
        ("given", "answer"),
        [
            (ThreadRun(agent_id="asst_1", status="completed"), ("asst_1", {"object": "thread.run"})),
            (ThreadRun({"status": "x", "tools": [{"type": "function", "function": {"name": "f"}}]}), "f"),
            (ThreadRun(), "empty"),
        ],
    )
    def test_mapping_patterns(self, given: Any, answer: Any) -> None:
        match given:
            case {"assistant_id": agent, "status": "completed", **rest}:
                found: Any = (agent, rest)
            case {"tools": [{"type": "function", "function": {"name": name}}]}:
                found = name
            case {"object": "thread.run"}:
                found = "empty"
        assert found == answer


class TestThreads:
    def test_two_threads_may_use_a_class_for_the_first_time_at_once(self) -> None:
        for _ in range(30):

            class Fresh(ThreadRun):
                pass

            barrier = threading.Barrier(4)

            def read(cls: type[ThreadRun] = Fresh, barrier: threading.Barrier = barrier) -> ThreadRun:
                barrier.wait()
                return cls.model_validate_json(json.dumps(sample("ThreadRun")))

            with ThreadPoolExecutor(4) as pool:
                runs = [task.result() for task in [pool.submit(read) for _ in range(4)]]
            assert all(type(run) is Fresh and run == sample("ThreadRun") for run in runs)

    def test_so_may_threads_that_construct_validate_and_dump(self) -> None:
        for _ in range(30):

            class Fresh(Agent):
                pass

            barrier = threading.Barrier(4)

            def make(number: int, cls: type[Agent] = Fresh, barrier: threading.Barrier = barrier) -> Agent:
                barrier.wait()
                ways: list[Any] = [
                    lambda: cls(name="a"),
                    lambda: cls({"name": "a"}),
                    lambda: cls.model_validate({"name": "a"}),
                    lambda: TypeAdapter(cls).validate_json('{"name": "a"}'),
                ]
                made: Agent = ways[number]()
                assert json.loads(made.model_dump_json()) == {"object": "assistant", "name": "a"}
                return made

            with ThreadPoolExecutor(4) as pool:
                agents = [task.result() for task in [pool.submit(make, number) for number in range(4)]]
            assert all(type(agent) is Fresh and agent.name == "a" for agent in agents)
