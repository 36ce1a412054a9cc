"""Plans the calls that a message wants: which tools, with which arguments, and which of them wait for the outputs of others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agentkit.local.runs.formats import answer_problem

from ...base import ModelRequest, ToolCall, ToolResult
from .answering import bare_value, failure_of, told_results
from .arguments import Filled, filled_calls, rest_of, with_value
from .candidates import Candidate, candidates_of, is_schema
from .lexicon import SMALL, stem
from .matching import Match, covers, find_matches, in_parts
from .message import Message
from .parameters import Parameter
from .strings import sought

__all__ = ["ASKING", "PLACEHOLDER", "Plan", "Progress", "Step", "plan_for", "progress_of"]

ASKING = "I still need"
PLACEHOLDER = "user@example.com"
"""Stands where a call that tells what other calls found must name somebody and the message names nobody; it reaches no one."""

_BACK = re.compile(
    r"\b(?:it|that|them|this|these|those|(?:the|that|this|its|their)\s+(?:results?|outputs?|answers?|sums?|values?|numbers?|total|"
    r"information|info|data|outcome|response))\b",
    re.IGNORECASE,
)
_FOLLOWS_UP = re.compile(r"^\W*(?:and|what about|how about|now|also|or|then|same|again|the same)\b", re.IGNORECASE)
_LOOSE_END = re.compile(r"(?:[\s,;]+|\b(?:and|then|also|the|a|with|or)\b)+$", re.IGNORECASE)
_LONGEST_REPLY = 200


@dataclass(frozen=True)
class Step:
    """One tool with its calls.

    :param match: The tool, and where the message tells of it.
    :param calls: The arguments of each call.
    :param sources: The places in the plan of the steps whose outputs it takes.
    :param text: What a tool is given that takes a text.
    """

    match: Match
    calls: tuple[Filled, ...]
    sources: tuple[int, ...] = ()
    text: str = ""

    @property
    def candidate(self) -> Candidate:
        """The tool."""
        return self.match.candidate

    @property
    def missing(self) -> tuple[Parameter, ...]:
        """What its calls must have and nobody said."""
        return tuple({one.path: one for call in self.calls for one in call.missing}.values())


@dataclass(frozen=True)
class Plan:
    """The steps that a message wants, in the order in which it tells of them."""

    steps: tuple[Step, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether one of the tools is meant beyond doubt and can be called."""
        return any(step.match.is_sure and (step.sources or not step.missing) for step in self.steps)


@dataclass(frozen=True)
class Progress:
    """How far the calls of a plan have come.

    :param calls: Those to be made next; none where all were made that can be.
    :param notes: What the answer has to tell of calls that were not made, or were made with an assumption.
    """

    calls: tuple[ToolCall, ...] = ()
    notes: tuple[str, ...] = ()


def plan_for(request: ModelRequest) -> Plan:
    """The plan of the newest message; where it answers a question, or goes on from an earlier message, of both together."""
    candidates = candidates_of(request.tools)
    texts = [message.text for message in request.messages if message.role == "user"]
    if not candidates or not texts:
        return Plan()
    newest = _planned(candidates, texts[-1])
    if newest.is_sure or len(texts) < 2:
        return newest
    asked = next((m.text for m in reversed(request.messages) if m.role == "assistant"), "")
    if ASKING in asked and len(texts[-1]) <= _LONGEST_REPLY:
        together = _planned(candidates, _with_reply(_planned(candidates, texts[-2]), texts[-2], texts[-1]))
        return together if together.is_sure or not newest.steps else newest
    if not newest.steps and _FOLLOWS_UP.search(texts[-1]):
        earlier = (_planned(candidates, text) for text in reversed(texts[:-1]))
        return _continued(next((plan for plan in earlier if plan.steps), Plan()), texts[-1])
    return newest


def _planned(candidates: Sequence[Candidate], text: str) -> Plan:
    """The plan of one message."""
    message = Message(text)
    steps = _steps(find_matches(candidates, message), message)
    # What only may be meant is meant where its arguments are there; then the parts of the message are those of what is left.
    kept = [step for step in steps if step.match.is_sure or _can_be_called(step, steps)]
    matches = [step.match for step in kept]
    kept = [step for step in kept if not any(covers(other, step.match, matches) for other in matches)]
    return Plan(_without_circles(list(_linked(_steps(in_parts([step.match for step in kept], message), message), message))))


def _steps(matches: Sequence[Match], message: Message) -> list[Step]:
    made = []
    for match in matches:
        used = [span for other in matches if other is match or other.is_sure for span in other.hits]
        if match.candidate.takes_text:
            text = sought(message) if match.candidate.asked_by is not None else ""
            made.append(Step(match, (Filled({}),), text=text or _part(match, len(matches), message)))
        else:
            made.append(Step(match, tuple(filled_calls(match, message, used))))
    return made


def _part(match: Match, count: int, message: Message) -> str:
    """The part of a message that tells of one tool; the whole where the part says nothing but its name."""
    whole = message.text.strip()
    own = message.plain[max(end for _, end in match.hits if end <= match.end) : match.end]
    says_more = [word for word in re.findall(r"[^\W\d_]+|\d+", own.lower()) if word not in SMALL]
    return _LOOSE_END.sub("", message.text[match.start : match.end]).strip() if count > 1 and says_more else whole


def _linked(steps: Sequence[Step], message: Message) -> Iterator[Step]:
    """The steps, each with those whose outputs it takes."""
    tellers = {at for at, step in enumerate(steps) if any(one.role == "body" for one in step.missing)}
    for at, step in enumerate(steps):
        others = [other for other in range(len(steps)) if other != at]
        own = message.plain[step.match.start : step.match.end]
        sources: set[int] = set()
        if at in tellers:
            sources |= {other for other in others if other not in tellers or other < at}
        elif step.candidate.takes_text and at and _BACK.search(own):
            sources.add(at - 1)
        for parameter in step.missing if at not in tellers else ():
            telling = [other for other in others if _tells(steps[other], parameter)]
            if telling:
                sources.add(telling[0])
            elif at and _BACK.search(own) and parameter.kind != "boolean":
                sources.add(at - 1)
        yield replace(step, sources=tuple(sorted(sources)))


def _without_circles(steps: list[Step]) -> tuple[Step, ...]:
    """The steps, none of which waits for one that waits for it."""

    def waits_for(at: int, wanted: int, seen: frozenset[int]) -> bool:
        return at == wanted or any(waits_for(one, wanted, seen | {one}) for one in steps[at].sources if one not in seen)

    for at, step in enumerate(steps):
        steps[at] = replace(step, sources=tuple(one for one in step.sources if not waits_for(one, at, frozenset({one}))))
    return tuple(steps)


def _can_be_called(step: Step, steps: Sequence[Step]) -> bool:
    """Whether all that a tool needs is said, or told by another one, and is what the tool takes."""
    if step.missing:
        return all(_is_told(one, step, steps) for one in step.missing)
    return all(problem_of(step.candidate, filled.arguments) is None for filled in step.calls)


def _is_told(parameter: Parameter, step: Step, steps: Sequence[Step]) -> bool:
    """Whether another step gives what this one lacks."""
    return any(other is not step and _tells(other, parameter) for other in steps)


def _tells(step: Step, parameter: Parameter) -> bool:
    """Whether a tool gives what a parameter wants: the favorite city for the place of the weather."""
    topics = {stem(word) for word in step.candidate.topics}
    kinds = {"place": {"city", "location", "place", "country"}, "code": {"id"}}.get(parameter.role, set())
    return not step.missing and bool(topics & (parameter.stems | {stem(kind) for kind in kinds}))


def _with_reply(asked: Plan, before: str, reply: str) -> str:
    """The message that something was asked about, with the answer put behind the name of what was missing."""
    missing = [parameter for step in asked.steps if not step.sources for parameter in step.missing]
    if len(missing) != 1 or re.search(r"[:=\"]", reply):
        return f"{before}\n{reply}"
    is_text = missing[0].kind in ("string", "any") and "format" not in missing[0].schema
    said = reply.strip().rstrip(".!")
    return f'{before}\n{missing[0].name}: "{said}"' if is_text else f"{before}\n{missing[0].name}: {said}"


def _continued(plan: Plan, text: str) -> Plan:
    """The plan of an earlier message with the values that the newest one has: "And in Rome?"."""
    message, steps = Message(text), []
    for step in plan.steps:
        match = replace(step.match, hits=(), start=0, end=len(text))
        calls = []
        for new in filled_calls(match, message, ()) if not step.candidate.takes_text else ():
            if new.found:
                values = {**step.calls[0].values, **{path: new.values[path] for path in new.found}}
                calls.append(rest_of(values, new.order))
        if calls:
            steps.append(replace(step, calls=tuple(calls), sources=()))
    return Plan(tuple(steps))


def progress_of(plan: Plan, results: Sequence[ToolResult], *, parallel: bool) -> Progress:
    """What a plan has to do next.

    :param plan: The plan.
    :param results: What came of the run's earlier calls.
    :param parallel: Whether several calls may be made in one turn.
    """
    course = _Course(plan, results)
    for at in range(len(plan.steps)):
        course.look_at(at)
    return Progress(tuple(course.calls if parallel else course.calls[:1]), tuple(dict.fromkeys(course.notes)))


class _Course:
    """How each step of a plan stands: ``done``, ``waiting`` for a call to be answered, or ``stuck`` for good."""

    def __init__(self, plan: Plan, results: Sequence[ToolResult]) -> None:
        self.calls: list[ToolCall] = []
        self.notes: list[str] = []
        self._steps = plan.steps
        self._done = _results_of_steps(plan, results)
        self._states: dict[int, str] = {}

    def look_at(self, at: int) -> str:
        """The state of a step; its calls are noted that can be made now, or why they cannot be made at all."""
        if at not in self._states:
            self._states[at] = self._state(at)
        return self._states[at]

    def _state(self, at: int) -> str:
        step = self._steps[at]
        states = {source: self.look_at(source) for source in step.sources}
        given = [result for source in step.sources for result in self._done[source]]
        failed = [result.call.name or result.call.kind for result in given if failure_of(result) is not None]
        failed += [self._steps[source].candidate.label for source, state in states.items() if state == "stuck"]
        if failed:
            self.notes.append(f"I did not call {step.candidate.label}, because it needs the output of {failed[0]}.")
            return "stuck"
        if "waiting" in states.values():
            return "waiting"
        made, said = _completed(step, given)
        self.notes += said
        self.calls += made[len(self._done[at]) :]
        return "stuck" if not made else "done" if len(made) <= len(self._done[at]) else "waiting"


def _results_of_steps(plan: Plan, results: Sequence[ToolResult]) -> list[list[ToolResult]]:
    """The results of each step, so many of the tool's as the step has calls."""
    left = list(results)
    found = []
    for step in plan.steps:
        own = [one for one in left if (one.call.kind, one.call.name) == (step.candidate.kind, step.candidate.name)]
        own = own[: len(step.calls)]
        left = [one for one in left if not any(one is other for other in own)]
        found.append(own)
    return found


def _completed(step: Step, given: Sequence[ToolResult]) -> tuple[list[ToolCall], list[str]]:
    """The calls of a step with what the outputs of others add to them; none where something is missing still."""
    candidate, notes = step.candidate, []
    if candidate.takes_text:
        text = f"{step.text}\n\n{told_results(given)}" if given else step.text
        return [ToolCall(candidate.kind, name=candidate.name, input=text)], []
    calls = []
    for filled in step.calls:
        for parameter in filled.missing if given else ():
            value = _value_from(parameter, given)
            if value is not None:
                filled = with_value(filled, parameter, value)
        for parameter in filled.missing:
            if parameter.role == "title" and (body := _body_of(filled)):
                filled = with_value(filled, parameter, _title_for(given, body))
            elif parameter.role == "email" and given and parameter.kind == "string":
                filled = with_value(filled, parameter, PLACEHOLDER)
                notes.append(
                    f'Your message does not say who the {parameter.label} is, so {candidate.label} was given the placeholder "{PLACEHOLDER}".'
                )
        if filled.missing:
            return [], [asked_for(candidate, filled.missing)]
        problem = problem_of(candidate, filled.arguments)
        if problem is not None:
            return [], [f"I did not call {candidate.label}, because what your message says does not fit: {problem}."]
        arguments = json.dumps(filled.arguments, ensure_ascii=False)
        calls.append(ToolCall(candidate.kind, name=candidate.name, arguments=arguments))
    return calls, notes


def problem_of(candidate: Candidate, arguments: Mapping[str, Any]) -> str | None:
    """Why arguments are not what a tool takes, in words; None where they are, or where its schema is none that says so."""
    schema = {**candidate.parameters}
    if not schema or not is_schema(schema):
        return None
    try:
        return answer_problem(json.dumps(arguments), {"type": "json_schema", "json_schema": {"schema": schema}})
    except RecursionError:  # the schema is made of itself and of nothing else
        return None


def asked_for(candidate: Candidate, missing: Sequence[Parameter]) -> str:
    """The sentence that asks for what a call still needs."""
    names = [_described(parameter) for parameter in missing]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    example = f'"{missing[0].name}: ..."'
    return f"To call {candidate.label}, {ASKING}: {listed}. Please say it, for example as {example}."


def _described(parameter: Parameter) -> str:
    values: Any = parameter.schema.get("enum")
    if parameter.kind == "boolean":
        values = ["true", "false"]
    return f"{parameter.label} ({' or '.join(map(str, values[:8]))})" if values else parameter.label


def _value_from(parameter: Parameter, given: Sequence[ToolResult]) -> Any:
    """What the outputs of other calls say for a parameter; None where they do not."""
    if parameter.kind in ("number", "integer", "boolean"):
        return next(
            (value for one in reversed(given) if (value := bare_value(one, parameter.stems, parameter.kind)) is not None), None
        )
    if parameter.kind not in ("string", "any"):
        return None
    if parameter.role == "body":
        return told_results(given)
    if parameter.role in ("title", "email") and len(given) != 1:
        return None
    value = next((value for one in reversed(given) if (value := bare_value(one, parameter.stems, "string")) is not None), None)
    return None if parameter.role == "email" and "@" not in str(value) else None if parameter.role == "title" else value


def _body_of(filled: Filled) -> str:
    bodies = [filled.values.get(one.path) for one in filled.order if one.role == "body"]
    return next((body for body in bodies if isinstance(body, str)), "")


def _title_for(given: Sequence[ToolResult], body: str) -> str:
    """A title: what the outputs are about, or the first words of the text."""
    topics = (Candidate(one.call.kind, one.call.name).topics for one in given)
    names = list(dict.fromkeys(" ".join(words) for words in topics if words))
    title = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0] if names else " ".join(body.split()[:6])
    return title[:1].upper() + title[1:]
