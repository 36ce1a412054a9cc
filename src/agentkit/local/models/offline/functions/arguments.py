"""Takes the arguments of calls from a message: one call, or several where it tells of several."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..schemas import fields_of
from .lexicon import UNIT_NAMES, stem
from .matching import Match
from .message import Found, Message
from .parameters import Parameter, parameters_of
from .readings import is_shared, named_values, number_distances, readings_of
from .strings import object_of

__all__ = ["Filled", "filled_calls", "rest_of", "with_value"]

_SEPARATOR = re.compile(r"[,;&/]|\b(?:and|or|plus|as\s+well\s+as|then|vs\.?|versus)\b", re.IGNORECASE)
_BETWEEN = frozenset(
    [
        "and", "or", "plus", "as", "well", "then", "vs", "versus", "also", "in", "for", "of", "at", "to", "from", "the", "a", "an",
        "is", "on", "by", "degrees", "degree", "c", "f", "k", "me", "us", "please", "what",
    ]
)  # fmt: skip
_UNREPEATED = frozenset({"array", "object", "boolean", "any"})
_FROM = re.compile(r"\bfrom\s+$", re.IGNORECASE)
_MOST_CALLS, _MOST_GAP = 50, 80


@dataclass(frozen=True)
class Filled:
    """The arguments of one call, so far as the message has them.

    :param values: The values by the paths of their parameters.
    :param missing: What the call must have and the message does not say.
    :param order: Every parameter, in the order of the schema.
    :param found: The paths of what the message says; the other values are defaults.
    """

    values: Mapping[tuple[str, ...], Any]
    missing: tuple[Parameter, ...] = ()
    order: tuple[Parameter, ...] = ()
    found: frozenset[tuple[str, ...]] = frozenset()

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments as a call has them: nested, in the order of the schema."""
        made: dict[str, Any] = {}
        known = {parameter.path for parameter in self.order}
        for path in [parameter.path for parameter in self.order] + [path for path in self.values if path not in known]:
            if path in self.values:
                holder = made
                for name in path[:-1]:
                    holder = holder.setdefault(name, {})
                holder[path[-1]] = self.values[path]
        return made


@dataclass
class _Choice:
    """What was chosen for one parameter, and all that could have been."""

    parameter: Parameter
    found: Found
    group: Sequence[Found] = field(default=())


def filled_calls(match: Match, message: Message, used: Sequence[tuple[int, int]]) -> list[Filled]:
    """The calls that a message wants of one tool.

    :param match: The tool, and the part of the message that tells of it.
    :param message: The message.
    :param used: The stretches of the message that name tools, which are no values.
    :return: One call or more, each with what is missing for it.
    """
    parameters = tuple(parameters_of(match.candidate.parameters, message.text))
    given = list(_given(match, message, parameters))
    if given:
        return [rest_of(values, parameters) for values in given[:_MOST_CALLS]]
    chosen = _Chooser(match, message, parameters, used).choices()
    return [
        rest_of({choice.parameter.path: choice.found.value for choice in call}, parameters)
        for call in _repeated(chosen, match, message)[:_MOST_CALLS]
    ]


def with_value(filled: Filled, parameter: Parameter, value: Any) -> Filled:
    """The call with one thing more that is known."""
    missing = tuple(one for one in filled.missing if one.path != parameter.path)
    return replace(filled, values={**filled.values, parameter.path: value}, missing=missing)


def rest_of(values: Mapping[tuple[str, ...], Any], parameters: Sequence[Parameter]) -> Filled:
    """The call with these values, with defaults for what it must have, and with what is missing then."""
    made, missing = dict(values), []
    for parameter in parameters:
        if not parameter.is_required or any(parameter.path[: len(path)] == path for path in values):
            continue
        if "default" in parameter.schema:
            made[parameter.path] = parameter.schema["default"]
        elif parameter.is_nullable:
            made[parameter.path] = None
        elif (only := _only_value(parameter)) is not None:
            made[parameter.path] = only
        else:
            missing.append(parameter)
    return Filled(made, tuple(missing), tuple(parameters), frozenset(values))


def _only_value(parameter: Parameter) -> Any:
    """The value that a parameter has where nothing is said: the only one, or the first one of some units."""
    values = [parameter.schema["const"]] if "const" in parameter.schema else parameter.schema.get("enum") or []
    is_unit = all(isinstance(value, str) and (value.lower() in UNIT_NAMES or value.lower() in _UNITS) for value in values)
    return values[0] if len(values) == 1 or (values and is_unit) else None


_UNITS = frozenset(name for names in UNIT_NAMES.values() for name in names)


def _given(match: Match, message: Message, parameters: Sequence[Parameter]) -> Iterator[dict[tuple[str, ...], Any]]:
    """The arguments of calls that the message writes out: ``get_weather(city="Oslo")``, or ``{"city": "Oslo"}``."""
    names = list(fields_of(match.candidate.parameters)[0])
    if match.candidate.name:
        for written in re.finditer(rf"(?<![\w.]){re.escape(match.candidate.name)}\([^()\n]*\)", message.text):
            values = _called_with(written[0], match.candidate.name, names)
            if values is not None:
                yield {(name,): value for name, value in values.items()}
                names = []
    prefixes = [(), *dict.fromkeys(parameter.path[:-1] for parameter in parameters if len(parameter.path) > 1)] if names else []
    for literal in message.literals:
        for prefix in prefixes if isinstance(literal.value, dict) and literal.value else ():
            inner = {one.path[len(prefix)] for one in parameters if one.path[: len(prefix)] == prefix}
            if literal.value.keys() <= inner:
                yield {(*prefix, name): value for name, value in literal.value.items()}
                break


def _called_with(source: str, name: str, names: Sequence[str]) -> dict[str, Any] | None:
    """The arguments of a call as Python writes it; None where it is none, or has no arguments."""
    try:
        call = ast.parse(source.replace(name, "call", 1), mode="eval").body
        if not isinstance(call, ast.Call) or len(call.args) > len(names):
            return None
        values = dict(zip(names, map(ast.literal_eval, call.args)))  # noqa: B905 - the rest has defaults
        values |= {
            word.arg: ast.literal_eval(word.value) for word in call.keywords if word.arg is not None and word.arg in names
        }
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return None  # words in brackets behind the name
    return values or None


class _Chooser:
    """Gives every value of a message to the parameter that it is most surely meant for."""

    def __init__(
        self, match: Match, message: Message, parameters: Sequence[Parameter], used: Sequence[tuple[int, int]]
    ) -> None:
        self._match = match
        self._message = message
        self._parameters = parameters
        self._used = used
        self._choices: dict[tuple[str, ...], _Choice] = {}

    def choices(self) -> list[_Choice]:
        """What was chosen, in the order of the parameters; those that nothing was found for are left out."""
        for parameter in self._parameters:
            self._choose(parameter, named_values(parameter, self._message, self._parameters), is_named=True)
        self._choose_numbers()
        readings = {one.path: readings_of(one, self._message, self._used) for one in self._parameters if self._is_open(one)}
        # Texts that are recognised by their form go first, so that a name or a quotation that is left over is known to be.
        for parameter in sorted(self._parameters, key=lambda one: one.role in ("", "body", "query", "name")):
            if parameter.path in readings:
                self._choose(parameter, readings[parameter.path].sure)
        for parameter in self._parameters:
            if parameter.is_required and parameter.path in readings:
                self._choose(parameter, self._in_order(readings[parameter.path].possible) or self._object(parameter))
        return [self._choices[one.path] for one in self._parameters if one.path in self._choices]

    def _in_order(self, found: Sequence[Found]) -> Sequence[Found]:
        """The values in the order in which they are meant: "subtract 3 from 10" begins with the ten."""
        if self._match.candidate.verb != "subtract":
            return found
        return sorted(found, key=lambda one: not self._message.is_behind(_FROM, one))

    def _is_open(self, parameter: Parameter) -> bool:
        return parameter.path not in self._choices

    def _choose_numbers(self) -> None:
        """Give numbers to the parameters whose words stand nearest to them."""
        numeric = [one for one in self._parameters if self._is_open(one) and one.kind in ("number", "integer")]
        pairs = [
            (distance, at, found)
            for at, parameter in enumerate(numeric)
            for distance, found in number_distances(parameter, self._message)
            if self._is_own(found)
        ]
        for _, at, found in sorted(pairs, key=lambda pair: (pair[0], pair[2].start, pair[1])):
            parameter = numeric[at]
            if self._is_open(parameter) and self._is_free(found, parameter):
                group = [one for _, one in number_distances(parameter, self._message)]
                every = readings_of(parameter, self._message, self._used).possible if len(numeric) == 1 else ()
                self._choices[parameter.path] = _Choice(parameter, found, every or group)

    def _choose(self, parameter: Parameter, found: Sequence[Found], *, is_named: bool = False) -> None:
        if not self._is_open(parameter):
            return
        own = [one for one in found if self._is_own(one)]
        within_reach = own or (list(found) if is_named or is_shared(parameter) else [])
        free = [one for one in within_reach if self._is_free(one, parameter)]
        if free:
            self._choices[parameter.path] = _Choice(parameter, free[0], within_reach)

    def _is_own(self, found: Found) -> bool:
        """Whether a value stands in the part of the message that tells of this tool."""
        return self._match.start <= found.start < self._match.end or found.end == 0

    def _is_free(self, found: Found, parameter: Parameter) -> bool:
        """Whether no other parameter has a value from the same place; a whole text may hold what others took from it."""
        if parameter.kind in ("enum", "boolean"):
            return True
        taken = [choice for choice in self._choices.values() if choice.parameter.kind not in ("enum", "boolean")]
        if parameter.role in ("body", "query"):
            return all((choice.found.start, choice.found.end) != (found.start, found.end) for choice in taken)
        return all(choice.found.end <= found.start or found.end <= choice.found.start for choice in taken)

    def _object(self, parameter: Parameter) -> list[Found]:
        """What the tool's verb is done to, for a parameter that takes a text."""
        roles = ("query", "name", "") if self._match.candidate.acts else ("body", "query", "name", "")
        verb = next((end for start, end in self._match.hits if self._is_verb(start, end)), None)
        if parameter.kind not in ("string", "any") or parameter.role not in roles or verb is None:
            return []
        # "Delete the user" has the tool's own topic behind the verb, which is no value.
        found = object_of(verb, self._message)
        return [one for one in found if not any(start < one.end and one.start < end for start, end in self._used)]

    def _is_verb(self, start: int, end: int) -> bool:
        return stem(self._message.plain[start:end]) == stem(self._match.candidate.verb) != ""


def _repeated(choices: list[_Choice], match: Match, message: Message) -> list[list[_Choice]]:
    """The choices of every call: of the first one, and of one more for each further value in a list like theirs."""
    best: list[list[_Choice]] = [choices]
    covered: list[Found] = []
    for choice in choices:
        one_only = choice.parameter.kind in _UNREPEATED or choice.parameter.role in ("body", "title") or not choice.found.end
        if one_only or choice.found in covered:
            continue
        run = _run(choice, match, message)
        drawn = sorted((one for one in choices if one.found in run), key=lambda one: one.found.start)
        covered += [one.found for one in drawn]
        if len(drawn) == 1:
            run = _distinct(run)
        if len(run) % len(drawn) or len(run) // len(drawn) <= len(best):
            continue
        rows = [run[at : at + len(drawn)] for at in range(0, len(run), len(drawn))]
        swaps = [{one.parameter.path: found for one, found in zip(drawn, row, strict=True)} for row in rows]
        best = [[replace(one, found=swap.get(one.parameter.path, one.found)) for one in choices] for swap in swaps]
    return best


def _distinct(found: Sequence[Found]) -> list[Found]:
    """The values, each once, where it stands first."""
    first: dict[str, Found] = {}
    for one in found:
        first.setdefault(json.dumps(one.value, default=str), one)
    return list(first.values())


def _run(choice: _Choice, match: Match, message: Message) -> list[Found]:
    """The values that stand in one list with the chosen one."""
    words = {stem(word) for word in match.candidate.words} | choice.parameter.stems
    before = [one for one in choice.group if one.end <= choice.found.start]
    behind = [one for one in choice.group if one.start >= choice.found.end]
    run = [choice.found]
    for found in sorted(before, key=lambda one: -one.end):
        if not _is_listed_with(found, run[0], match, message, words):
            break
        run.insert(0, found)
    for found in sorted(behind, key=lambda one: one.start):
        if not _is_listed_with(run[-1], found, match, message, words):
            break
        run.append(found)
    return run


def _is_listed_with(left: Found, right: Found, match: Match, message: Message, words: set[str]) -> bool:
    """Whether two values that follow each other are items of one list, or each stands behind a mention of the tool."""
    gap = message.plain[left.end : right.start]
    again = any(left.end <= start and end <= right.start for start, end in match.hits)
    return right.start >= left.end and (_is_list_gap(gap, words) or (again and len(gap) <= _MOST_GAP))


def _is_list_gap(gap: str, words: set[str]) -> bool:
    """Whether two values that this stands between are items of one list."""
    if not _SEPARATOR.search(gap) or re.search(r"[^\w\s,;&/°$€£.'’()#-]", gap):
        return False
    said = re.findall(r"[^\W\d_]+", gap.lower())
    return all(word in _BETWEEN or stem(word) in words or word in _UNITS for word in said)
