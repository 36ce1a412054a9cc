"""Talks with the offline model that may call functions, other agents and APIs: they are played by callables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentkit.local.models.base import ChatMessage, ModelRequest, ToolCall, ToolResult
from agentkit.local.models.offline import OfflineModel

_MOST_TURNS = 8


def function(name: str, description: str = "", required: Sequence[str] | None = None, /, **properties: Any) -> dict[str, Any]:
    """The definition of a function; a property is a type's name or a schema, and must be there unless ``required`` leaves it out."""
    schemas = {key: {"type": value} if isinstance(value, str) else value for key, value in properties.items()}
    parameters = {"type": "object", "properties": schemas, "required": list(schemas) if required is None else list(required)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def agent(name: str, description: str) -> dict[str, Any]:
    """The definition of a connected agent."""
    return {"type": "connected_agent", "connected_agent": {"id": f"asst_{name}", "name": name, "description": description}}


DATETIME = function("fetch_current_datetime", "Get the current time as a JSON string, optionally formatted.")
WEATHER = function("fetch_weather", "Fetches the weather information for the specified location.", location="string")
EMAIL = function(
    "send_email",
    "Sends an email with the specified subject and body to the recipient.",
    recipient="string",
    subject="string",
    body="string",
)
CONVERT = function("convert_temperature", "Converts temperature from Celsius to Fahrenheit.", celsius="number")
SUM = function("calculate_sum", "Calculates the sum of two integers.", a="integer", b="integer")
USER = function("get_user_info", "Retrieves user information based on user ID.", user_id="integer")
TOGGLE = function("toggle_flag", "Toggles a boolean flag.", flag="boolean")
MERGE = function("merge_dicts", "Merges two dictionaries.", dict1={"type": "object"}, dict2={"type": "object"})
RECORDS = function(
    "process_records",
    "Processes a list of records, each with string keys and integer values.",
    records={"type": "array", "items": {"type": "object", "additionalProperties": {"type": "integer"}}},
)
LONGEST = function(
    "longest_word_in_sentences",
    "Finds the longest word in each sentence.",
    sentences={"type": "array", "items": {"type": "string"}},
)
USUAL = (DATETIME, WEATHER, EMAIL, CONVERT, SUM, USER, TOGGLE, MERGE, RECORDS, LONGEST)
"""The functions that the samples of the field have."""

API: dict[str, Any] = {
    "type": "openapi",
    "openapi": {
        "name": "weather",
        "description": "An API of the weather.",
        "auth": {"type": "anonymous"},
        "default_params": ["format"],
        "spec": {
            "openapi": "3.1.0",
            "info": {"title": "Weather", "version": "1"},
            "servers": [{"url": "http://127.0.0.1:1"}],
            "paths": {
                "/forecast/{city}": {
                    "get": {
                        "operationId": "getForecast",
                        "summary": "The forecast for a city.",
                        "parameters": [
                            {"name": "city", "in": "path", "required": True, "schema": {"type": "string"}},
                            {"name": "format", "in": "query", "required": True, "schema": {"type": "string"}},
                            {"name": "days", "in": "query", "schema": {"type": "integer"}},
                        ],
                    }
                },
                "/currency/{currency}": {
                    "get": {
                        "operationId": "LookupCountryByCurrency",
                        "description": "Search by currency.",
                        "parameters": [{"name": "currency", "in": "path", "required": True, "schema": {"type": "string"}}],
                    }
                },
                "/reports": {
                    "post": {
                        "operationId": "createReport",
                        "description": "Creates a report of the weather.",
                        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Report"}}}},
                    }
                },
            },
            "components": {
                "schemas": {
                    "Report": {
                        "type": "object",
                        "properties": {"place": {"type": "string"}, "celsius": {"$ref": "#/components/schemas/Degrees"}},
                        "required": ["place", "celsius"],
                    },
                    "Degrees": {"type": "number"},
                }
            },
        },
    },
}
"""An API with three operations."""

OUTPUTS: dict[str, Callable[..., Any]] = {
    "fetch_current_datetime": lambda: {"current_time": "2025-03-05 10:00:00"},
    "fetch_weather": lambda location: {
        "weather": {"New York": "Sunny, 25°C", "London": "Cloudy, 18°C"}.get(location, "unknown")
    },
    "send_email": lambda recipient, subject, body: {"message": f"Email successfully sent to {recipient}."},
    "convert_temperature": lambda celsius: {"fahrenheit": celsius * 9 / 5 + 32},
    "calculate_sum": lambda a, b: {"result": a + b},
    "get_user_info": lambda user_id: {"name": "Alice"} if user_id == 1 else {"error": "User not found."},
}
"""What those functions answer."""


@dataclass
class Conversation:
    """What the user and the model have said, and the calls of each turn of the newest run."""

    tools: Sequence[Mapping[str, Any]] = USUAL
    outputs: Mapping[str, Callable[..., Any]] = field(default_factory=lambda: OUTPUTS)
    settings: Mapping[str, Any] = field(default_factory=dict)
    messages: list[ChatMessage] = field(default_factory=list)
    turns: list[list[ToolCall]] = field(default_factory=list)

    def say(self, text: str) -> str:
        """Say something, carry out what the model calls, and give its answer."""
        self.messages.append(ChatMessage("user", text))
        self.turns, results = [], list[ToolResult]()
        for _ in range(_MOST_TURNS):
            turn = OfflineModel().respond(self.request(results))
            if not turn.tool_calls:
                self.messages.append(ChatMessage("assistant", turn.text))
                return turn.text
            self.turns.append(list(turn.tool_calls))
            results += [ToolResult(call, self._output(call)) for call in turn.tool_calls]
        raise AssertionError(f"no answer after {_MOST_TURNS} turns: {self.turns}")

    def request(self, results: Sequence[ToolResult] = ()) -> ModelRequest:
        """What the model is asked now."""
        return ModelRequest("any", "", tuple(self.messages), tools=self.tools, results=tuple(results), **self.settings)

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """Name, and arguments or text, of all calls of the newest run."""
        return [told(call) for turn in self.turns for call in turn]

    def _output(self, call: ToolCall) -> str:
        play = self.outputs.get(call.name or call.kind)
        if play is None:
            return "done"
        answer = play(**json.loads(call.arguments)) if not call.input else play(call.input)
        return answer if isinstance(answer, str) else json.dumps(answer)


def told(call: ToolCall) -> tuple[str, Any]:
    """A call as a test writes it down."""
    return call.name or call.kind, call.input or json.loads(call.arguments)


def calls_for(text: str, *tools: Mapping[str, Any], **settings: Any) -> list[tuple[str, Any]]:
    """The calls that the model makes in its first turn."""
    request = ModelRequest("any", "", (ChatMessage("user", text),), tools=tools or USUAL, **settings)
    return [told(call) for call in OfflineModel().respond(request).tool_calls]
