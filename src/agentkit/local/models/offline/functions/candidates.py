"""The tools of a run that a message may call for, other than code and file search, brought to one form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from agentkit.local.openapi.reading import Operation, SpecError, callable_operations
from agentkit.local.runs.formats import schema_problem

from ..schemas import resolved
from .lexicon import ACTING, COMPUTING, FILLERS, READING, SMALL, split_name, stem

__all__ = ["Candidate", "candidates_of", "is_schema"]

_OTHERS = frozenset({"function", "connected_agent", "openapi", "azure_function", "code_interpreter", "file_search"})
_ASKS: Mapping[str, str] = {
    "bing": (
        r"(?:on|in|from|over|search(?:\s+in)?|browse)\s+the\s+(?:web|internet|net)|web\s*search|online|bing|google|internet|web|"
        r"(?:latest|recent|current|today'?s|breaking|top)\s+(?:\w+\s+)?(?:news|headlines)|news|wikipedia"
    ),
    "search": (
        r"azure\s+ai\s+search|(?:search|look|find|query|check)\b.{0,60}\b(?:index(?:es)?|knowledge\s*base|documents?|catalog(?:ue)?)|"
        r"(?:in|from)\s+the\s+index"
    ),
    "sharepoint": r"share\s?point",
    "fabric": r"fabric",
}
"""How a message asks for a tool of a cloud, by a word of the tool's type."""


@dataclass(frozen=True)
class Candidate:
    """Something that can be called.

    :param kind: The tool's type.
    :param name: What it is called by; empty where the type alone says it.
    :param description: What it is for, in its own words.
    :param parameters: The JSON schema of its arguments.
    :param takes_text: Whether it is given a text rather than arguments.
    :param asked_by: How a message asks for it, where that is known of its type.
    """

    kind: str
    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    takes_text: bool = False
    asked_by: re.Pattern[str] | None = None

    @property
    def label(self) -> str:
        """What to call it in an answer."""
        return self.name or self.kind

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its name."""
        return split_name(self.name)

    @property
    def verb(self) -> str:
        """The verb that the name begins with; empty where it begins with none."""
        first = self.words[0] if self.words else ""
        return first if first in ACTING | COMPUTING | READING else ""

    @property
    def acts(self) -> bool:
        """Whether it changes something, so that it is called only where that is asked for."""
        return self.verb in ACTING

    @property
    def computes(self) -> bool:
        """Whether it makes something of what it is given."""
        return self.verb in COMPUTING

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The words of the name that say what it is about."""
        rest = self.words[1:] if self.verb else self.words
        return tuple(dict.fromkeys(word for word in rest if word not in FILLERS))

    @cached_property
    def description_words(self) -> frozenset[str]:
        """The telling words of the description, as stems."""
        said = re.findall(r"[^\W\d_]+", self.description[:500].lower())
        return frozenset(stem(word) for word in said if word not in SMALL | READING)


def candidates_of(tools: Sequence[Mapping[str, Any]]) -> list[Candidate]:
    """What the tools of a run let be called, in their order.

    :param tools: Definitions as on the wire.
    """
    return [candidate for tool in tools for candidate in _of_tool(tool, tools)]


def is_schema(schema: Mapping[str, Any]) -> bool:
    """Whether something is a JSON schema."""
    return _is_schema(json.dumps(schema))


@lru_cache(maxsize=256)
def _is_schema(text: str) -> bool:
    return schema_problem(json.loads(text)) is None


def _of_tool(tool: Mapping[str, Any], tools: Sequence[Mapping[str, Any]]) -> Iterator[Candidate]:
    kind = str(tool.get("type", ""))
    if kind == "function":
        yield _function(kind, tool["function"])
    elif kind == "azure_function":
        yield _function(kind, tool[kind]["function"])
    elif kind == "connected_agent":
        yield Candidate(kind, tool[kind]["name"], tool[kind].get("description") or "", takes_text=True)
    elif kind == "openapi":
        yield from _operations(tool, tools)
    elif kind not in _OTHERS:
        asked = next((pattern for word, pattern in _ASKS.items() if word in kind), re.escape(kind).replace("_", r"[\s_-]"))
        yield Candidate(kind, "", takes_text=True, asked_by=re.compile(rf"(?<!\w)(?:{asked})(?!\w)", re.IGNORECASE))


def _function(kind: str, function: Mapping[str, Any]) -> Candidate:
    parameters = function.get("parameters")
    # A schema that is none says nothing of the arguments.
    known = parameters if isinstance(parameters, dict) and is_schema(parameters) else {}
    return Candidate(kind, function["name"], function.get("description") or "", known)


def _operations(tool: Mapping[str, Any], tools: Sequence[Mapping[str, Any]]) -> Iterator[Candidate]:
    try:
        callable_ones = callable_operations([one for one in tools if one.get("type") == "openapi"])
    except SpecError:  # the engine tells of it when such an API is to be called
        return
    for name, (api, operation) in callable_ones.items():
        if api is tool["openapi"]:
            description = " ".join(filter(None, (operation.description, api.get("description"))))
            yield Candidate("openapi", name, description, _schema(api, operation))


def _schema(api: Mapping[str, Any], operation: Operation) -> dict[str, Any]:
    """The schema of an operation's arguments: its parameters, and the fields of its body beside them."""
    given = {*(api.get("default_params") or ())}
    properties = {one.name: {"description": one.description, **one.schema} for one in operation.parameters}
    required = [one.name for one in operation.parameters if one.required and one.name not in given]
    root = {"components": api["spec"].get("components") or {}}
    if operation.body is not None and operation.body.is_object:
        properties |= {name: {**field} for name, field in operation.body.fields.items() if name not in properties}
        must = resolved(root, operation.body.schema).get("required") or ()
        required += [name for name in must if name in properties and name not in required]
    elif operation.body is not None:
        properties["body"] = {**operation.body.schema}
        required += ["body"] if operation.body.required else []
    return {**root, "type": "object", "properties": properties, "required": required}
