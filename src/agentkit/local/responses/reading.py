"""Turns the body of a response that is asked for into what a model is asked. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agentkit.local.errors import ApiError, bad_request
from agentkit.local.models.base import ModelRequest
from agentkit.local.openapi.reading import SpecError, operations_of
from agentkit.local.responses.items import Said, what_is_said
from agentkit.local.responses.means import Means
from agentkit.local.runs.choice import Demand, choice_problem, demand_of
from agentkit.local.runs.formats import schema_problem
from agentkit.local.store import Document

__all__ = ["Agent", "Asked", "merged_with_agent", "read"]

_INPUT = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_NO_PARAMETERS: Mapping[str, Any] = {"type": "object", "properties": {}}
_OF_AGENT = ("temperature", "top_p", "text", "reasoning")
_CHOICES_BY_NAME = ("function",)
_NEEDED = {"azure_function": ("function.name",), "openapi": ("name", "spec", "auth.type")}
"""What the definitions of other tools have to say, by the kind of tool."""


@dataclass(frozen=True)
class Agent:
    """A prompt agent that a response is asked of.

    :param name: Its name.
    :param version: Which of its versions.
    :param definition: That version's definition.
    """

    name: str
    version: str
    definition: Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """A response that was asked for.

    :param request: What the model is asked first.
    :param settings: What the response says of how it was asked for, by the names of the wire.
    :param demand: The call that its answer has to make, where one is forced.
    :param stream: Whether the response goes out event by event.
    :param background: Whether nobody waits for it.
    :param stored: Whether it is kept.
    :param means: What the tools work with whose calls the service makes itself.
    """

    request: ModelRequest
    settings: Document
    means: Means = field(default_factory=Means)
    demand: Demand | None = None
    stream: bool = False
    background: bool = False
    stored: bool = True


def merged_with_agent(body: Mapping[str, Any], agent: Agent) -> Document:
    """The body with what an agent's definition has: its model, its instructions and tools before those of the request, and whatever
    the request does not say itself.

    :raises ApiError: 400, the agent is none that is made of a prompt.
    """
    definition = agent.definition
    kind = definition.get("kind")
    if kind != "prompt":
        why = (
            "containers do not run on this local service" if kind == "hosted" else "this local service does not run such agents"
        )
        raise ApiError(
            400,
            f"The agent '{agent.name}' is of kind '{kind}': {why}. Ask an agent of kind 'prompt', or a model.",
            code="AgentNotRunnable",
            param="agent",
        )
    own = _filled_in(definition.get("instructions") or "", definition.get("structured_inputs") or {}, body)
    instructions = [text for text in (own, body.get("instructions")) if text]
    return {
        **{name: definition[name] for name in _OF_AGENT if definition.get(name) is not None},
        **{name: value for name, value in body.items() if value is not None},
        "model": definition["model"],
        "instructions": "\n".join(instructions) or None,
        "tools": [*(definition.get("tools") or ()), *(body.get("tools") or ())],
    }


def _filled_in(text: str, inputs: Mapping[str, Mapping[str, Any]], body: Mapping[str, Any]) -> str:
    """The instructions of an agent with the values of its inputs, which stand in them as ``{{name}}``."""
    given = body.get("structured_inputs") or {}
    values: dict[str, str] = {}
    for name, described in inputs.items():
        value = given.get(name, described.get("default_value"))
        if value is None and described.get("required"):
            param = f"structured_inputs.{name}"
            raise bad_request(f"{param}: the agent requires it, but nothing was sent.", param)
        values[name] = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    return _INPUT.sub(lambda found: values.get(found[1], found[0]), text)


def read(body: Mapping[str, Any], items: Sequence[Mapping[str, Any]], means: Means) -> Asked:
    """What the body of a request asks for.

    :param body: The body, of the form that the description gives it, with what its agent has.
    :param items: The conversation so far and the request's own items, as they are kept, oldest first.
    :param means: What the tools work with whose calls the service makes itself.
    :raises ApiError: 400, it asks for what cannot be had; the message names the field.
    """
    _check_means(body)
    said = what_is_said(items)
    if not (said.messages or said.results):
        raise bad_request("input: required, but nothing was sent. Send a text, or a list of items.", "input")
    offered = [_offered(tool, f"tools[{index}]") for index, tool in enumerate(body.get("tools") or ())]
    choice = _choice(body.get("tool_choice"))
    problem = choice_problem(choice, offered)
    if problem:
        raise bad_request(f"tool_choice: {problem}", "tool_choice")
    text_format = (body.get("text") or {}).get("format") or {"type": "text"}
    return Asked(
        request=replace(_request(body, said, offered, choice, _response_format(text_format)), files=means.files),
        settings=_settings(body, text_format),
        means=means,
        demand=demand_of(choice),
        stream=bool(body.get("stream")),
        background=bool(body.get("background")),
        stored=body.get("store") is not False,
    )


def _check_means(body: Mapping[str, Any]) -> None:
    if not body.get("model"):
        raise bad_request(
            "model: required, but nothing was sent. Any name will do; see GET /models. Or name an agent: "
            '"agent": {"type": "agent_reference", "name": "..."}.',
            "model",
        )
    if body.get("prompt"):
        raise bad_request(
            "prompt: this service keeps no prompt templates. Send their text as instructions and input.", "prompt"
        )
    if body.get("background") and body.get("stream"):
        raise bad_request(
            "stream: a response in the background is not streamed here. Leave it out, and get the response.", "stream"
        )
    if body.get("background") and body.get("store") is False:
        raise bad_request("store: a response in the background is got later, so it has to be stored. Leave it out.", "store")


def _request(
    body: Mapping[str, Any], said: Said, offered: Sequence[Mapping[str, Any]], choice: Any, response_format: Any
) -> ModelRequest:
    return ModelRequest(
        model=body["model"],
        instructions="\n".join(filter(None, (body.get("instructions"), *said.instructions))),
        messages=tuple(said.messages),
        tools=tuple(offered if choice != "none" else ()),
        results=tuple(said.results),
        tool_choice=choice,
        response_format=response_format,
        earlier_calls=tuple(said.earlier_calls),
        temperature=body.get("temperature"),
        top_p=body.get("top_p"),
        max_completion_tokens=body.get("max_output_tokens"),
        parallel_tool_calls=body.get("parallel_tool_calls") is not False,
    )


def _settings(body: Mapping[str, Any], text_format: Mapping[str, Any]) -> Document:
    said = body.get("text") or {}
    return {
        "model": body["model"],
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "metadata": body.get("metadata") or {},
        "parallel_tool_calls": body.get("parallel_tool_calls") is not False,
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None, **(body.get("reasoning") or {})},
        "safety_identifier": body.get("safety_identifier"),
        "service_tier": body.get("service_tier") or "default",
        "store": body.get("store") is not False,
        "background": bool(body.get("background")),
        "temperature": 1.0 if body.get("temperature") is None else body["temperature"],
        "text": {**{name: value for name, value in said.items() if value is not None}, "format": dict(text_format)},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": list(body.get("tools") or ()),
        "top_logprobs": body.get("top_logprobs") or 0,
        "top_p": 1.0 if body.get("top_p") is None else body["top_p"],
        "truncation": body.get("truncation") or "disabled",
        "user": body.get("user"),
    }


def _offered(tool: Mapping[str, Any], param: str) -> Mapping[str, Any]:
    """The definition of a tool as a model sees it; of one that works elsewhere, only that there is such a one."""
    kind = tool["type"]
    if kind == "function":
        return _function(tool, param)
    if kind == "connected_agent":
        raise bad_request(f"{param}: a 'connected_agent' is a tool of agents that work on threads; responses have none.", param)
    if kind not in _NEEDED:
        return {"type": kind}
    for path in _NEEDED[kind]:
        if not _at(tool, [kind, *path.split(".")]):
            raise bad_request(f"{param}.{kind}.{path}: required, but nothing was sent.", f"{param}.{kind}.{path}")
    if kind == "openapi":
        try:
            operations_of(tool[kind]["spec"])
        except SpecError as error:
            raise bad_request(f"{param}.openapi.spec: {error}", f"{param}.openapi.spec") from None
    return {"type": kind, kind: tool[kind]}


def _at(value: Any, path: Sequence[str]) -> Any:
    """What stands at a path of nested objects; None where there is nothing."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _function(tool: Mapping[str, Any], param: str) -> Mapping[str, Any]:
    if not tool.get("name"):
        raise bad_request(
            f"{param}.name: required, but nothing was sent. Here a function stands without a 'function' around it: "
            '{"type": "function", "name": "...", "parameters": {...}}.',
            f"{param}.name",
        )
    told = {name: tool[name] for name in ("name", "description", "strict") if tool.get(name) is not None}
    return {"type": "function", "function": {**told, "parameters": tool.get("parameters") or _NO_PARAMETERS}}


def _choice(choice: Any) -> Any:
    """The choice of a tool as agents have it, where a function is named inside."""
    if not isinstance(choice, Mapping):
        return choice or "auto"
    kind = choice.get("type")
    if kind in _CHOICES_BY_NAME and choice.get("name"):
        return {"type": kind, kind: {"name": choice["name"]}}
    if not isinstance(kind, str) or kind in (*_CHOICES_BY_NAME, "allowed_tools"):
        raise bad_request(
            'tool_choice: an object has to name a function, {"type": "function", "name": "..."}, or a kind of tool, such as '
            '{"type": "file_search"}.',
            "tool_choice",
        )
    return {"type": kind}


def _response_format(wanted: Mapping[str, Any]) -> Any:
    """The format of the text as agents have it, where the schema stands inside."""
    if wanted["type"] != "json_schema":
        return {"type": wanted["type"]}
    problem = schema_problem(wanted["schema"])
    if problem:
        raise bad_request(f"text.format.schema: it is no valid JSON Schema: {problem}", "text.format.schema")
    named = ("name", "description", "schema", "strict")
    return {"type": "json_schema", "json_schema": {name: wanted[name] for name in named if wanted.get(name) is not None}}
