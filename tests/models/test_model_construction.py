"""Making models: by keywords, from a mapping, as a subclass."""

from __future__ import annotations

import json
from collections import OrderedDict, UserDict
from functools import cached_property
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import PrivateAttr
from wire_samples import GENERATED, MODELS, model, public_names, sample

from agentkit.models import (
    Agent,
    AOAIModelConfig,
    CodeInterpreterToolDefinition,
    CodeInterpreterToolResource,
    EvaluationTarget,
    FunctionDefinition,
    FunctionToolDefinition,
    MessageRole,
    ResponseFormatJsonSchema,
    RunStatus,
    RunStep,
    ThreadMessage,
    ThreadMessageOptions,
    ThreadRun,
    ToolDefinition,
    ToolResources,
    VectorStoreDataSource,
)


@pytest.mark.parametrize("name", GENERATED)
class TestEveryModel:
    def test_keywords_are_python_names(self, name: str) -> None:
        wire = {python: fact.get("wire", python) for python, fact in MODELS[name]["fields"].items()}
        by_keywords = model(name)(**{python: sample(name)[wire[python]] for python in wire})
        assert by_keywords == sample(name)
        assert by_keywords == model(name)(sample(name))

    def test_attributes_are_python_names(self, name: str) -> None:
        filled, empty = model(name)(sample(name)), model(name)({})
        constants = {python for python, fact in MODELS[name]["fields"].items() if "always" in fact}
        for python in public_names(name):
            assert getattr(filled, python) is not None, python
            assert python in constants or getattr(empty, python) is None, python

    def test_every_attribute_can_be_set(self, name: str) -> None:
        filled, empty = model(name)(sample(name)), model(name)({})
        for python in public_names(name):
            setattr(empty, python, getattr(filled, python))
        assert empty == sample(name)
        for python in public_names(name):
            setattr(empty, python, None)
            assert getattr(empty, python) is None
        assert empty == {}

    def test_a_keyword_that_is_none_is_left_out(self, name: str) -> None:
        assert model(name)(**dict.fromkeys(public_names(name))) == model(name)()

    def test_an_unknown_keyword_is_an_error(self, name: str) -> None:
        with pytest.raises(TypeError, match=rf"^{name}\(\) got an unexpected keyword argument 'surprise'"):
            model(name)(surprise=1)
        wire_only = {f["wire"] for f in MODELS[name]["fields"].values() if "wire" in f} - {*public_names(name), "assistant_id"}
        for wire in wire_only:
            with pytest.raises(TypeError, match=f"unexpected keyword argument '{wire}'"):
                model(name)(**{wire: "x"})


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(TypeError, match="Did you mean 'instructions'"):
        Agent(instuctions="x")
    with pytest.raises(TypeError, match="Did you mean 'assistant_id'"):
        ThreadRun(asistant_id="x")
    with pytest.raises(TypeError, match="Did you mean 'model_config'"):
        EvaluationTarget(model_configs={})
    agent = Agent()
    with pytest.raises(AttributeError, match=r"'Agent' object has no attribute 'instuctions'\. Did you mean 'instructions'"):
        _ = agent.instuctions
    with pytest.raises(AttributeError, match="Did you mean 'instructions'"):
        agent.instuctions = "x"
    assert not hasattr(agent, "instuctions")
    assert getattr(agent, "instuctions", "default") == "default"
    assert agent == Agent()


def test_a_method_cannot_be_overwritten_by_an_assignment() -> None:
    with pytest.raises(AttributeError, match="as_dict"):
        Agent().as_dict = {}
    with pytest.raises(AttributeError, match="text_messages"):
        ThreadMessage().text_messages = []


def test_a_property_that_fails_shows_its_own_error() -> None:
    class Broken(Agent):
        @property
        def price(self) -> int:
            return self.name.nothing_there

    with pytest.raises(AttributeError, match="'str' object has no attribute 'nothing_there'"):
        _ = Broken(name="a").price


@pytest.mark.parametrize("cls", [ThreadRun, ThreadMessage, RunStep])
class TestAgentIdAndAssistantId:
    def test_both_names_construct(self, cls: Any) -> None:
        assert cls(agent_id="asst_1") == cls(assistant_id="asst_1") == cls({"assistant_id": "asst_1"})
        assert cls(agent_id="asst_1", assistant_id="asst_1") == cls(agent_id="asst_1", assistant_id=None)
        for names in (("agent_id", "assistant_id"), ("assistant_id", "agent_id")):
            with pytest.raises(TypeError, match="two values for 'assistant_id': 'asst_1' and 'asst_2'"):
                cls(**dict(zip(names, ("asst_1", "asst_2"), strict=True)))

    def test_both_names_read_and_write(self, cls: Any) -> None:
        made = cls(agent_id="asst_1")
        assert made.agent_id == made.assistant_id == made["assistant_id"] == "asst_1"
        made.assistant_id = "asst_2"
        assert made.agent_id == "asst_2"
        made.agent_id = "asst_3"
        assert made.assistant_id == "asst_3"
        del made.assistant_id
        assert made.agent_id is None
        assert "assistant_id" not in made
        assert hasattr(made, "assistant_id")

    def test_the_wire_has_one_name(self, cls: Any) -> None:
        assert "agent_id" not in cls(agent_id="asst_1").as_dict()
        assert cls({"agent_id": "asst_1"}).agent_id is None  # a mapping holds wire names


class TestFromAMapping:
    @pytest.mark.parametrize("kind", [dict, OrderedDict, UserDict, MappingProxyType, Agent, lambda data: Agent(Agent(data))])
    def test_any_mapping_does(self, kind: Any) -> None:
        data = {"object": "assistant", "name": "n", "tools": [{"type": "code_interpreter"}], "more": {"x": [1]}}
        agent = Agent(kind(data))
        assert agent == data
        assert isinstance(agent.tools[0], CodeInterpreterToolDefinition)
        assert agent.as_dict()["more"] == {"x": [1]}

    def test_a_mapping_may_hold_models(self) -> None:
        held = {"tools": [CodeInterpreterToolDefinition()], "tool_resources": ToolResources()}
        assert Agent(held)["tools"] == [{"type": "code_interpreter"}]
        assert Agent(held).tool_resources == {}

    def test_a_copy_of_a_model_is_its_own(self) -> None:
        first = Agent(name="a", metadata={"a": "b"})
        second = Agent(first)
        second.metadata["a"] = "c"
        second.name = "b"
        assert first == {"object": "assistant", "name": "a", "metadata": {"a": "b"}}

    @pytest.mark.parametrize("arguments", [[{"a": 1}, {"b": 2}], [[("name", "x")]], ["text"], [None], [5]])
    def test_anything_else_is_an_error(self, arguments: list[Any]) -> None:
        with pytest.raises(TypeError, match=r"Agent\(\) takes keywords, or one mapping of wire names"):
            Agent(*arguments)
        with pytest.raises(TypeError, match="or one mapping"):
            Agent({"name": "x"}, model="y")

    def test_a_mapping_keeps_its_own_kind(self) -> None:
        assert CodeInterpreterToolDefinition({}).type is None
        assert CodeInterpreterToolDefinition({"type": "other"}).type == "other"


class TestDiscriminators:
    def test_the_kind_is_set_by_the_class(self) -> None:
        made = FunctionToolDefinition(function=FunctionDefinition(name="f"))
        assert made.type == made["type"] == "function"
        assert FunctionToolDefinition(type="function", function=None) == FunctionToolDefinition(type=None)

    def test_another_kind_is_an_error(self) -> None:
        with pytest.raises(TypeError, match=r"FunctionToolDefinition\(\) has type='function', not 'file_search'"):
            FunctionToolDefinition(type="file_search")

    def test_a_base_class_takes_any_kind(self) -> None:
        assert ToolDefinition(type="of tomorrow") == {"type": "of tomorrow"}
        assert ToolDefinition() == {}


class TestNested:
    def test_mappings_become_classes(self) -> None:
        made = Agent(tools=[{"type": "function", "function": {"name": "f"}}, {"type": "new"}], tool_resources={})
        assert isinstance(made.tools[0], FunctionToolDefinition)
        assert isinstance(made.tools[0].function, FunctionDefinition)
        assert type(made.tools[1]) is ToolDefinition
        assert isinstance(made.tool_resources, ToolResources)

    def test_sequences_become_lists(self) -> None:
        for tools in (({"type": "new"},), iter([{"type": "new"}])):
            assert Agent(tools=tools).as_dict()["tools"] == [{"type": "new"}]
        assert CodeInterpreterToolResource(file_ids=("a", "b"))["file_ids"] == ["a", "b"]

    def test_a_text_or_blocks(self) -> None:
        assert ThreadMessageOptions(role=MessageRole.USER, content="hi") == {"role": "user", "content": "hi"}
        blocks = ThreadMessageOptions(role="user", content=[{"type": "text", "text": "hi"}])
        assert blocks.content[0].text == "hi"

    def test_what_is_raw_stays_raw(self) -> None:
        made = Agent(response_format={"type": "json_object"})
        assert made.response_format == {"type": "json_object"}
        assert type(made.response_format) is dict
        assert type(ThreadRun(tool_choice={"type": "function"}).tool_choice) is dict

    def test_renamed_fields(self) -> None:
        source = VectorStoreDataSource(asset_identifier="azureml://x", asset_type="uri_asset")
        assert source == {"uri": "azureml://x", "type": "uri_asset"}
        assert (source.asset_identifier, source["uri"]) == ("azureml://x", "azureml://x")


class TestNamesThatPydanticReserves:
    def test_model_config(self) -> None:
        target = EvaluationTarget(system_message="s", model_config={"type": "AOAI", "azureEndpoint": "https://x"})
        assert isinstance(target.model_config, AOAIModelConfig)
        assert target.model_config.azure_endpoint == "https://x"
        assert target["modelConfig"] == {"type": "AOAI", "azureEndpoint": "https://x"}
        target.model_config = AOAIModelConfig(azure_endpoint="https://y")
        assert target.as_dict()["modelConfig"] == {"type": "AOAI", "azureEndpoint": "https://y"}
        del target.model_config
        assert target.model_config is None
        assert target == {"systemMessage": "s"}
        assert EvaluationTarget().model_config is None
        assert EvaluationTarget.model_config["extra"] == "allow"

    def test_model_config_in_a_subclass(self) -> None:
        class Mine(EvaluationTarget):
            pass

        assert Mine(model_config={"type": "MAAS"}).model_config == {"type": "MAAS"}
        assert Mine.model_config["extra"] == "allow"
        assert EvaluationTarget(model_config={"type": "MAAS"}).model_copy(update={"system_message": "s"}) == {
            "systemMessage": "s",
            "modelConfig": {"type": "MAAS"},
        }

    def test_schema(self) -> None:
        made = ResponseFormatJsonSchema(name="n", schema={"type": "object"})
        assert made.schema == made["schema"] == {"type": "object"}
        made.schema = {"type": "string"}
        assert json.loads(made.model_dump_json()) == {"name": "n", "schema": {"type": "string"}}
        made.schema = None
        assert made == {"name": "n"}


class TestSubclasses:
    def test_methods_fields_and_private_attributes(self) -> None:
        class Mine(Agent):
            stars: int = 0
            _cache: dict[str, int] = PrivateAttr(default_factory=dict)
            _note: str = "none"

            @cached_property
            def shout(self) -> str:
                return self.name.upper()

        mine = Mine(name="a", stars=3)
        mine._cache["x"] = 1
        mine._note = "some"
        assert (mine.stars, mine.shout, mine._cache, mine._note, Mine()._note) == (3, "A", {"x": 1}, "some", "none")
        assert mine == {"object": "assistant", "name": "a", "stars": 3}
        assert Mine(name="a")["stars"] == 0
        del mine._note
        with pytest.raises(AttributeError):
            _ = mine._note
        with pytest.raises(TypeError, match="Did you mean 'stars'"):
            Mine(star=3)

    def test_it_stands_where_its_base_is_wanted(self) -> None:
        class MyTool(CodeInterpreterToolDefinition):
            pass

        tool = MyTool()
        assert Agent(tools=[tool]).tools[0] is tool
        assert type(Agent({"tools": [{"type": "code_interpreter"}]}).tools[0]) is CodeInterpreterToolDefinition

    def test_a_response_does_not_call_its_constructor(self) -> None:
        class Mine(ThreadRun):
            def __init__(self, **keywords: Any) -> None:
                super().__init__(status=RunStatus.QUEUED, **keywords)

        assert Mine(id="run_1") == {"id": "run_1", "object": "thread.run", "status": "queued"}
        assert Mine.model_validate_json('{"assistant_id": "a", "new": 1}') == {
            "object": "thread.run",
            "assistant_id": "a",
            "new": 1,
        }
