"""Offers the tools of a run to a chat endpoint, which knows functions only, and reads the calls that come back. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from agentkit.local.models.base import Failure, ToolCall
from agentkit.local.models.chat_operations import operation_arguments, operation_description
from agentkit.local.openapi.reading import callable_operations

__all__ = ["Toolbox", "excerpt"]

_LONGEST_NAME = 64
_LONGEST_DESCRIPTION = 1024
_EXCERPT = 200
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")

# The parameter that a call's input goes into, by the kind of tool; that of all others is a query.
_INPUTS = {"code_interpreter": "code", "connected_agent": "message"}
_QUERY = "query"
_OWN_ARGUMENTS = ("azure_function", "function", "openapi")

_INPUT_IS = {
    "code": "The Python source code.",
    "message": "Everything that the agent has to know, in full sentences: it sees nothing else of this conversation.",
    "query": "What to look for, in a few words or as a question.",
}
_CODE_INTERPRETER = (
    "Runs a Python program in a sandbox and returns what it prints. Print every result that you need. The working folder is "
    "/mnt/data: files, variables and imports stay from one call to the next. There is no network. numpy and matplotlib are "
    "installed; plt.show() shows a figure to the user."
)
_FILE_SEARCH = (
    "Searches the files that the user has uploaded, and returns the passages that fit the query best, each with its marker."
)


@dataclass(frozen=True)
class _Offer:
    """A function as it is offered, and the tool that a call of it means.

    ``known_as`` is what the service calls the tool among those of its kind, empty where there is one only.
    """

    kind: str
    known_as: str
    function: Mapping[str, Any]


class Toolbox:
    """The tools of one request, each as one function or more, every one under a name of its own.

    The user's functions keep their names; where another tool would have the same one, it gets a number behind it.

    :param tools: The definitions in force.
    """

    def __init__(self, tools: Sequence[Mapping[str, Any]]) -> None:
        self._offers: dict[str, _Offer] = {}
        for offer in _offers(tools):
            name = offer.function["name"]
            if offer.kind != "function":
                name = self._free(_NO_NAME.sub("_", name)[:_LONGEST_NAME])
            self._offers[name] = _Offer(offer.kind, offer.known_as, {**offer.function, "name": name})

    def functions(self, kind: str = "", known_as: str = "") -> list[dict[str, Any]]:
        """What the endpoint is offered.

        :param kind: The only kind of tools to offer, if there is such a one.
        :param known_as: The only tool of that kind.
        """
        return [
            {"type": "function", "function": dict(offer.function)}
            for offer in self._offers.values()
            if kind in ("", offer.kind) and known_as in ("", offer.known_as)
        ]

    def name_of(self, kind: str) -> str | None:
        """The name of the first function that stands for a tool of this kind; None where there is none."""
        return next((name for name, offer in self._offers.items() if offer.kind == kind), None)

    def spoken(self, call: ToolCall) -> dict[str, str]:
        """A call as the endpoint would have made it: the function's name, and its arguments as a JSON text."""
        known_as = "" if call.kind not in (*_OWN_ARGUMENTS, "connected_agent") else call.name
        made = (name for name, offer in self._offers.items() if (offer.kind, offer.known_as) == (call.kind, known_as))
        # A tool that is offered no more was called before all the same.
        name = next(made, _NO_NAME.sub("_", known_as or call.kind)[:_LONGEST_NAME])
        if call.kind in _OWN_ARGUMENTS:
            return {"name": name, "arguments": call.arguments}
        return {"name": name, "arguments": json.dumps({_input_of(call.kind): call.input}, ensure_ascii=False)}

    def call_of(self, name: str, arguments: Any) -> ToolCall:
        """The call that the endpoint wants made.

        :param arguments: As they came: a JSON text, as a rule.
        :raises Failure: There is no such function, or these are no arguments for it.
        """
        offer = self._offers.get(name)
        if offer is None:
            offered = ", ".join(self._offers) or "none"
            raise Failure(f"The model called the function '{name}', which it was not offered; it was offered: {offered}.")
        text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        # Models leave the arguments of a function without parameters out.
        text = text if text.strip() else "{}"
        given = _read(name, text)
        if offer.kind in _OWN_ARGUMENTS:
            return ToolCall(offer.kind, name=offer.known_as, arguments=text)
        wanted = _input_of(offer.kind)
        if not isinstance(given.get(wanted), str):
            raise Failure(f"The model called '{name}' without the text '{wanted}' that it needs: {excerpt(text)}")
        return ToolCall(offer.kind, name=offer.known_as, input=given[wanted])

    def _free(self, wish: str) -> str:
        if wish not in self._offers:
            return wish
        suffixes = (f"_{number}" for number in count(2))
        names = (wish[: _LONGEST_NAME - len(suffix)] + suffix for suffix in suffixes)
        return next(name for name in names if name not in self._offers)


def excerpt(text: str, longest: int = _EXCERPT) -> str:
    """The beginning of a text that somebody else wrote, on one line, for an error.

    :param longest: The most characters.
    """
    line = " ".join(text.split())
    return line if len(line) <= longest else line[:longest].rstrip() + " ..."


def _read(name: str, text: str) -> dict[str, Any]:
    """The arguments of a call.

    :raises Failure: They are no JSON object.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Failure(f"The model called '{name}' with arguments that are no JSON ({error}): {excerpt(text)}") from None
    if not isinstance(given, dict):
        raise Failure(f"The model called '{name}' with arguments that are no JSON object: {excerpt(text)}")
    return given


def _input_of(kind: str) -> str:
    return _INPUTS.get(kind, _QUERY)


def _offers(tools: Sequence[Mapping[str, Any]]) -> Iterator[_Offer]:
    """All that is offered, the user's functions first; the names may still be those of others."""
    yield from (_Offer("function", tool["function"]["name"], tool["function"]) for tool in tools if tool["type"] == "function")
    for kind in dict.fromkeys(tool["type"] for tool in tools):
        own = [tool[kind] for tool in tools if tool["type"] == kind and isinstance(tool.get(kind), Mapping)]
        if kind == "connected_agent":
            yield from (_asking(kind, agent["name"], _agent_description(agent), agent["name"]) for agent in own)
        elif kind == "azure_function":
            yield from (_Offer(kind, one["function"]["name"], one["function"]) for one in own)
        elif kind == "code_interpreter":
            yield _asking(kind, kind, _CODE_INTERPRETER)
        elif kind == "file_search":
            yield _asking(kind, kind, _FILE_SEARCH)
        elif kind not in ("function", "openapi"):
            yield _asking(kind, kind, f"Looks something up with the tool '{kind}'.")
    for name, (api, operation) in callable_operations(tools).items():
        description = operation_description(operation, api)
        yield _Offer("openapi", name, _function(name, description, operation_arguments(operation, api)))


def _agent_description(agent: Mapping[str, Any]) -> str:
    return f"Hands a task to the agent '{agent['name']}' and returns its answer. {agent.get('description') or ''}".strip()


def _asking(kind: str, name: str, description: str, known_as: str = "") -> _Offer:
    """A function of one text."""
    wanted = _input_of(kind)
    properties = {wanted: {"type": "string", "description": _INPUT_IS[wanted]}}
    return _Offer(
        kind, known_as, _function(name, description, {"type": "object", "properties": properties, "required": [wanted]})
    )


def _function(name: str, description: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    shortened = description if len(description) <= _LONGEST_DESCRIPTION else f"{description[: _LONGEST_DESCRIPTION - 3]}..."
    return {"name": name, "description": shortened, "parameters": dict(parameters)}
