"""The tools of a run as functions of a chat endpoint: their names, their descriptions and schemas, and the calls that come back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from chat_server import function

from agentkit.local.models.base import Failure, ToolCall
from agentkit.local.models.chat_tools import Toolbox

PYTHON = {"type": "code_interpreter"}
SEARCH = {"type": "file_search"}
AGENT = {"type": "connected_agent", "connected_agent": {"id": "asst_1", "name": "stocks", "description": "Knows prices."}}


class TestToolbox:
    def test_functions_of_the_user_are_offered_as_they_are(self) -> None:
        own = function("add", description="Adds.", strict=True)
        assert Toolbox([own]).functions() == [own]

    def test_a_function_with_the_name_of_a_tool_keeps_it(self) -> None:
        taken = [function("code_interpreter"), function("file_search"), function("file_search_2"), function("stocks")]
        toolbox = Toolbox([PYTHON, SEARCH, AGENT, *taken])
        ours = ["code_interpreter_2", "file_search_3", "stocks_2"]
        offered = [tool["function"]["name"] for tool in toolbox.functions()]
        assert offered == ["code_interpreter", "file_search", "file_search_2", "stocks", *ours]
        assert toolbox.call_of("code_interpreter", "{}") == ToolCall("function", name="code_interpreter")
        assert toolbox.call_of("code_interpreter_2", '{"code": "1"}') == ToolCall("code_interpreter", input="1")
        call = toolbox.call_of("stocks_2", '{"message": "MSFT?"}')
        assert call == ToolCall("connected_agent", name="stocks", input="MSFT?")
        assert toolbox.spoken(call) == {"name": "stocks_2", "arguments": '{"message": "MSFT?"}'}
        assert toolbox.name_of("file_search") == "file_search_3"

    def test_names_that_no_endpoint_takes_are_spelled_otherwise(self) -> None:
        agents = [
            {**AGENT, "connected_agent": {"id": "a", "name": name, "description": ""}}
            for name in ("Ünit 1", "x" * 80, "Ünit+1")
        ]
        toolbox = Toolbox(agents)
        offered = [tool["function"]["name"] for tool in toolbox.functions()]
        assert offered == ["_nit_1", "x" * 64, "_nit_1_2"]
        assert toolbox.call_of("_nit_1_2", '{"message": "hi"}') == ToolCall("connected_agent", name="Ünit+1", input="hi")

    def test_tools_of_a_cloud_can_be_called_like_the_others(self) -> None:
        azure = {"type": "azure_function", "azure_function": {"function": function("queue")["function"], "input_binding": {}}}
        toolbox = Toolbox([{"type": "bing_grounding", "bing_grounding": {"connections": []}}, azure])
        assert toolbox.call_of("bing_grounding", '{"query": "news"}') == ToolCall("bing_grounding", input="news")
        call = toolbox.call_of("queue", '{"a": 1}')
        assert call == ToolCall("azure_function", name="queue", arguments='{"a": 1}')
        assert toolbox.spoken(call) == {"name": "queue", "arguments": '{"a": 1}'}

    @pytest.mark.parametrize("arguments", ["", "  ", "{}", {}])
    def test_no_arguments_are_an_empty_object(self, arguments: Any) -> None:
        assert Toolbox([function("now")]).call_of("now", arguments) == ToolCall("function", name="now", arguments="{}")

    @pytest.mark.parametrize(
        ("name", "arguments", "reason"),
        [
            ("sub", "{}", "which it was not offered; it was offered: add, code_interpreter."),
            ("add", '{"a": ', "no JSON"),
            ("add", "[1]", "no JSON object"),
            ("add", "null", "no JSON object"),
            ("code_interpreter", "print(1)", "no JSON"),
            ("code_interpreter", '{"source": "1"}', "without the text 'code'"),
            ("code_interpreter", '{"code": 1}', "without the text 'code'"),
        ],
    )
    def test_what_is_no_call_is_a_failure(self, name: str, arguments: str, reason: str) -> None:
        with pytest.raises(Failure) as caught:
            Toolbox([function("add"), PYTHON]).call_of(name, arguments)
        assert reason in str(caught.value)
        assert f"'{name}'" in str(caught.value)


class TestOperations:
    SPEC: Mapping[str, Any] = {
        "openapi": "3.0.0",
        "paths": {
            "/pets/{petId}": {
                "put": {
                    "operationId": "putPet",
                    "summary": "Changes a pet.",
                    "description": "All of it.",
                    "parameters": [
                        {
                            "name": "petId",
                            "in": "path",
                            "required": True,
                            "schema": {"type": "integer"},
                            "description": "Whose.",
                        },
                        {"name": "lang", "in": "query", "schema": {"type": "string", "example": "en"}},
                        {"name": "version", "in": "query", "required": True, "schema": {"type": "string", "default": "1"}},
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
                    },
                },
                "post": {
                    "operationId": "setTags",
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Tag"}}}
                        },
                    },
                    "parameters": [{"name": "petId", "in": "path", "required": True, "schema": {"type": "integer"}}],
                },
            }
        },
        "components": {
            "schemas": {
                "Pet": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string"},
                        "example": {"$ref": "#/components/schemas/Tag"},
                        "parent": {"$ref": "#/components/schemas/Pet"},
                    },
                },
                "Tag": {"type": "object", "xml": {"name": "t"}, "properties": {"text": {"$ref": "#/components/schemas/Text"}}},
                "Text": {"type": "string", "enum": ["a", "b"], "not": {"$ref": "#/components/schemas/Missing", "title": "Odd"}},
            }
        },
    }

    TEXT: Mapping[str, Any] = {"type": "string", "enum": ["a", "b"], "not": {"title": "Odd"}}

    def offered(self, **settings: Any) -> dict[str, Any]:
        details = {"name": "pets", "description": "A shop.", "spec": self.SPEC, "auth": {"type": "anonymous"}, **settings}
        tools = Toolbox([{"type": "openapi", "openapi": details}]).functions()
        return {tool["function"]["name"]: tool["function"] for tool in tools}

    def test_parameters_and_fields_of_the_body_stand_side_by_side_without_references(self) -> None:
        put = self.offered()["putPet"]
        assert put["description"] == "Changes a pet.\nAll of it.\n(An operation of the API pets: A shop.)"
        assert put["parameters"]["required"] == ["name", "petId"]
        properties = put["parameters"]["properties"]
        assert properties["petId"] == {"type": "integer", "description": "Whose."}
        assert properties["lang"] == {"type": "string"}
        assert properties["example"] == {"type": "object", "properties": {"text": self.TEXT}}
        assert "$ref" not in json.dumps(put)
        # What leads back to itself is left open some levels down.
        parent = properties["parent"]["properties"]["parent"]
        assert set(parent["properties"]) == {"name", "example", "parent"}
        assert parent["properties"]["parent"] == {}

    def test_a_body_without_fields_is_one_argument(self) -> None:
        parameters = self.offered()["setTags"]["parameters"]
        assert parameters["required"] == ["body", "petId"]
        assert parameters["properties"]["body"]["items"]["properties"] == {"text": self.TEXT}

    def test_what_is_fixed_is_not_offered(self) -> None:
        assert "version" in self.offered()["putPet"]["parameters"]["properties"]
        assert "version" not in self.offered(default_params=["version"])["putPet"]["parameters"]["properties"]

    def test_a_call_passes_its_arguments_on(self) -> None:
        details = {"name": "pets", "spec": self.SPEC, "auth": {"type": "anonymous"}}
        toolbox = Toolbox([{"type": "openapi", "openapi": details}])
        call = toolbox.call_of("putPet", '{"petId": 1, "name": "Rex"}')
        assert call == ToolCall("openapi", name="putPet", arguments='{"petId": 1, "name": "Rex"}')
        assert toolbox.spoken(call)["name"] == "putPet"
