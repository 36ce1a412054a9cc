"""What a run asks of its model: tools that must be called, formats of the answer, limits of tokens, how much of the thread it sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from service_script import PYTHON, WEATHER, asks, call_ids, codes, submit
from service_wire import Wire

from agentkit.local.models.base import ChatMessage, ModelRequest, ModelTurn, ToolCall, ToolResult
from agentkit.local.models.scripted import ScriptedModel
from agentkit.local.runs.choice import Demand, choice_problem, demand_of, selected
from agentkit.local.runs.formats import answer_problem, schema_problem
from agentkit.local.runs.prompt import prompt_tokens, shortened
from agentkit.local.runs.tokens import Allowance, usage

Serve = Callable[..., Wire]

SEARCH = {"type": "file_search"}
NEWS = {"type": "function", "function": {"name": "news", "parameters": {"type": "object"}}}
NAMED = {"type": "function", "function": {"name": "weather"}}
CODE_CALL, WEATHER_CALL, NEWS_CALL = (
    ToolCall("code_interpreter", input="1"),
    ToolCall("function", name="weather"),
    ToolCall("function", name="news"),
)
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name"],
    "additionalProperties": False,
}
OBJECT = {"type": "json_object"}


def schema(body: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "person", "schema": body}}


class TestChoiceRules:
    @pytest.mark.parametrize(
        ("choice", "demand"),
        [
            (None, None),
            ("auto", None),
            ("none", None),
            ("required", Demand()),
            ({"type": "code_interpreter"}, Demand("code_interpreter")),
            ({"type": "file_search", "function": None}, Demand("file_search")),
            (NAMED, Demand("function", "weather")),
        ],
    )
    def test_what_a_choice_forces(self, choice: Any, demand: Demand | None) -> None:
        assert demand_of(choice) == demand

    @pytest.mark.parametrize(
        ("demand", "met"),
        [
            (Demand(), [CODE_CALL, WEATHER_CALL, NEWS_CALL]),
            (Demand("code_interpreter"), [CODE_CALL]),
            (Demand("function"), [WEATHER_CALL, NEWS_CALL]),
            (Demand("function", "weather"), [WEATHER_CALL]),
            (Demand("file_search"), []),
        ],
    )
    def test_which_calls_meet_a_demand(self, demand: Demand, met: list[ToolCall]) -> None:
        calls = [CODE_CALL, WEATHER_CALL, NEWS_CALL]
        assert demand.fitting(calls) == met
        assert demand.is_met(calls) is bool(met)
        assert [demand.is_met([call]) for call in calls] == [call in met for call in calls]
        assert len(demand.tools([PYTHON, WEATHER, NEWS])) == len(met)

    @pytest.mark.parametrize(
        ("choice", "tools", "words"),
        [
            (None, [], None),
            ("auto", [], None),
            ("none", [], None),
            ("required", [PYTHON], None),
            (NAMED, [PYTHON, WEATHER], None),
            ("any", [PYTHON], "'any' was sent, allowed are 'none', 'auto', 'required'"),
            ("required", [], "a call of a tool, which this run does not offer; it offers: no tools"),
            (NAMED, [PYTHON, NEWS], "the function 'weather', which this run does not offer; it offers: code_interpreter, news"),
            ({"type": "file_search"}, [PYTHON], "file_search, which this run does not offer"),
        ],
    )
    def test_which_choices_can_be_kept(self, choice: Any, tools: list[Any], words: str | None) -> None:
        problem = choice_problem(choice, tools)
        assert (problem is None) if words is None else words in str(problem)

    @pytest.mark.parametrize(
        ("demand", "parallel", "made"),
        [
            (None, True, [CODE_CALL, WEATHER_CALL]),
            (None, False, [CODE_CALL]),
            (Demand("function"), True, [CODE_CALL, WEATHER_CALL]),
            (Demand("function"), False, [WEATHER_CALL]),
            (Demand(), False, [CODE_CALL]),
        ],
    )
    def test_which_calls_are_made(self, demand: Demand | None, parallel: bool, made: list[ToolCall]) -> None:
        assert selected([CODE_CALL, WEATHER_CALL], demand, parallel=parallel) == made


class TestChoices:
    @pytest.mark.parametrize("choice", ["required", NAMED, {"type": "function"}])
    def test_a_forced_call_is_made_and_then_the_model_is_free(self, serve: Serve, choice: Any) -> None:
        model = ScriptedModel([asks("{}"), "Sunny."])
        wire = serve(model=model)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[WEATHER]), tool_choice=choice)
        assert run["tool_choice"] == choice
        assert wire.wait(submit(wire, run, "warm"))["status"] == "completed"
        assert [request.tool_choice for request in model.requests] == [choice, "auto"]

    def test_a_model_that_does_not_make_it_is_asked_once_more(self, serve: Serve) -> None:
        model = ScriptedModel(["No tool needed.", asks("{}"), "Sunny."])
        wire = serve(model=model)
        agent = wire.agent(tools=[PYTHON, WEATHER, NEWS], instructions="Be kind.")
        run = wire.finished(thread := wire.thread("hi"), agent, tool_choice=NAMED)
        assert run["status"] == "requires_action"
        run = wire.wait(submit(wire, run, "warm"))
        first, second, third = model.requests
        assert (list(first.tools), list(second.tools), list(third.tools)) == (agent["tools"], [WEATHER], agent["tools"])
        assert second.instructions == "Be kind.\nCall the function 'weather' now, before you answer."
        assert third.instructions == "Be kind."
        assert [message["content"][0]["text"]["value"] for message in wire.messages(thread)] == ["hi", "Sunny."]
        calls, answer = wire.steps(run)
        # What the unused answer cost is counted with the step after it.
        assert calls["usage"]["completion_tokens"] > answer["usage"]["completion_tokens"]
        assert run["usage"]["total_tokens"] == sum(step["usage"]["total_tokens"] for step in (calls, answer))

    def test_a_model_that_calls_something_else_has_not_made_it(self, serve: Serve) -> None:
        model = ScriptedModel([codes("1"), asks("{}"), codes("1"), codes("1")])
        wire = serve(model=model, code_interpreter=False)
        agent = wire.agent(tools=[PYTHON, WEATHER])
        run = wire.finished(wire.thread("hi"), agent, tool_choice=NAMED)
        assert run["status"] == "requires_action"
        assert len(wire.steps(run)) == 1
        run = wire.finished(wire.thread("hi"), agent, tool_choice=NAMED)
        assert "was asked twice and did not make it" in run["last_error"]["message"]

    def test_a_model_that_never_makes_it_fails_the_run(self, serve: Serve) -> None:
        model = ScriptedModel(["No.", "Still no."])
        wire = serve(model=model)
        thread = wire.thread("hi")
        run = wire.finished(thread, wire.agent(tools=[WEATHER]), tool_choice=NAMED)
        assert run["status"] == "failed"
        for words in ("tool_choice", "the function 'weather'", "'scripted'", "asked twice"):
            assert words in run["last_error"]["message"]
        assert len(wire.messages(thread)) == 1

    def test_a_tool_that_is_forbidden_is_neither_offered_nor_called(self, serve: Serve) -> None:
        model = ScriptedModel([asks("{}")])
        wire = serve(model=model)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[WEATHER]), tool_choice="none")
        assert tuple(model.requests[0].tools) == ()
        assert "'weather', which this run does not offer" in run["last_error"]["message"]

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"tool_choice": "any"}, "'any' was sent"),
            ({"tool_choice": "required", "tools": []}, "no tools"),
            ({"tool_choice": SEARCH}, "file_search, which this run does not offer; it offers: weather"),
        ],
    )
    def test_a_choice_that_cannot_be_kept_is_refused(self, serve: Serve, settings: Any, words: str) -> None:
        wire = serve()
        thread, agent = wire.thread("hi"), wire.agent(tools=[WEATHER])
        body = {"assistant_id": agent["id"], **settings}
        error = wire.refused("POST", f"/threads/{thread['id']}/runs", json=body)
        assert error["param"] == "tool_choice"
        assert words in error["message"]

    def test_calls_are_made_one_a_step_where_they_are_not_to_be_parallel(self, serve: Serve) -> None:
        model = ScriptedModel([asks("1", "2"), asks("3", "4"), "done"])
        wire = serve(model=model)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[WEATHER]), parallel_tool_calls=False)
        while run["status"] == "requires_action":
            assert len(call_ids(run)) == 1
            run = wire.wait(submit(wire, run, "x"))
        details = [step["step_details"] for step in wire.steps(run)]
        assert [call["function"]["arguments"] for step in details[:2] for call in step["tool_calls"]] == ["1", "3"]
        assert [request.parallel_tool_calls for request in model.requests] == [False] * 3


class TestFormatRules:
    @pytest.mark.parametrize(
        ("text", "wanted", "words"),
        [
            ("anything", None, None),
            ("anything", "auto", None),
            ("anything", {"type": "text"}, None),
            ("anything", {"type": None}, None),
            ('{"a": 1}', OBJECT, None),
            (' {"a": 1}\n', OBJECT, None),
            ("[1]", OBJECT, "no object"),
            ("not json", OBJECT, "not valid JSON"),
            ('```json\n{"a": 1}\n```', OBJECT, "not valid JSON"),
            ('{"a": NaN}', OBJECT, "not valid JSON"),
            ("[" * 100_000, OBJECT, "not valid JSON"),
            ('{"name": "Ann", "age": 3}', schema(PERSON), None),
            ('{"age": 3}', schema(PERSON), "does not fit the schema at $: 'name' is a required property"),
            ('{"name": "Ann", "age": "3"}', schema(PERSON), "at $.age: '3' is not of type 'integer'"),
            ('{"name": "Ann", "x": 1}', schema(PERSON), "Additional properties"),
            ("[1, 2]", schema({"type": "array"}), None),
            ("1", schema({"$ref": "#/$defs/n", "$defs": {"n": {"type": "string"}}}), "not of type 'string'"),
            ("1", schema({"$ref": "http://localhost:1/n.json"}), "refers to 'http://localhost:1/n.json'"),
        ],
    )
    def test_answers(self, text: str, wanted: Any, words: str | None) -> None:
        problem = answer_problem(text, wanted)
        assert (problem is None) if words is None else words in str(problem)

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (PERSON, None),
            ({}, None),
            ("string", "is no object"),
            ({"type": "person"}, "$.type"),
            ({"properties": []}, "$.properties"),
        ],
    )
    def test_schemas(self, body: Any, words: str | None) -> None:
        problem = schema_problem(body)
        assert (problem is None) if words is None else words in str(problem)


class TestFormats:
    @pytest.mark.parametrize("of_agent", [True, False])
    @pytest.mark.parametrize(
        ("wanted", "text", "words"),
        [
            (OBJECT, '{"name": "Ann"}', None),
            (OBJECT, "Ann", "not valid JSON"),
            (schema(PERSON), '{"name": "Ann"}', None),
            (schema(PERSON), '{"name": 1}', "$.name: 1 is not of type 'string'"),
        ],
    )
    def test_an_answer_is_held_to_the_format(
        self, serve: Serve, of_agent: bool, wanted: Any, text: str, words: str | None
    ) -> None:
        model = ScriptedModel([text])
        wire = serve(model=model)
        agent = wire.agent(response_format=wanted) if of_agent else wire.agent()
        thread = wire.thread("Who?")
        run = wire.finished(thread, agent, **({} if of_agent else {"response_format": wanted}))
        assert (run["response_format"], model.requests[0].response_format) == (wanted, wanted)
        if words is None:
            assert run["status"] == "completed"
            assert json.loads(wire.messages(thread)[-1]["content"][0]["text"]["value"]) == {"name": "Ann"}
        else:
            assert run["status"] == "failed"
            assert "response_format" in run["last_error"]["message"]
            assert words in run["last_error"]["message"]
            assert len(wire.messages(thread)) == 1

    def test_an_answer_that_was_cut_short_is_incomplete_and_not_judged(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([json.dumps({"name": "word " * 1000})]))
        run = wire.finished(wire.thread("Who?"), wire.agent(), response_format=OBJECT, max_completion_tokens=256)
        assert (run["status"], run["incomplete_details"]["reason"]) == ("incomplete", "max_completion_tokens")

    @pytest.mark.parametrize(
        ("wanted", "param"),
        [
            ("json", "response_format"),
            ({"type": "yaml"}, "response_format"),
            ({"type": "json_schema"}, "response_format.json_schema.schema"),
            ({"type": "json_schema", "json_schema": {"name": "x"}}, "response_format.json_schema.schema"),
            (schema({"type": "person"}), "response_format.json_schema.schema"),
        ],
    )
    def test_a_bad_format_is_refused(self, shared: Wire, wanted: Any, param: str) -> None:
        agent, thread = shared.agent(), shared.thread("hi")
        for path, body in (
            ("/assistants", {"model": "m"}),
            (f"/assistants/{agent['id']}", {}),
            (f"/threads/{thread['id']}/runs", {"assistant_id": agent["id"]}),
            ("/threads/runs", {"assistant_id": agent["id"]}),
        ):
            assert shared.refused("POST", path, json={**body, "response_format": wanted})["param"] == param


class TestTokenRules:
    @pytest.mark.parametrize(
        ("limits", "spent", "left", "exhausted"),
        [
            ((None, None), (5000, 5000), Allowance(), None),
            ((300, 300), (0, 0), Allowance(300, 300), None),
            ((300, None), (200, 0), Allowance(100, None), None),
            ((300, None), (201, 0), Allowance(99, None), "max_prompt_tokens"),
            ((300, None), (400, 0), Allowance(0, None), "max_prompt_tokens"),
            ((None, 300), (0, 299), Allowance(None, 1), None),
            ((None, 300), (0, 300), Allowance(None, 0), "max_completion_tokens"),
            ((None, 300), (0, 400), Allowance(None, 0), "max_completion_tokens"),
        ],
    )
    def test_what_is_left(self, limits: Any, spent: tuple[int, int], left: Allowance, exhausted: str | None) -> None:
        run = {"max_prompt_tokens": limits[0], "max_completion_tokens": limits[1]}
        assert Allowance.of(run, usage(*spent)) == left
        assert left.exhausted_by(100) == exhausted

    @pytest.mark.parametrize(
        ("limit", "kept"), [(None, 4), (100, 4), (16, 4), (15, 3), (12, 3), (11, 2), (8, 2), (7, 1), (4, 1), (0, 1)]
    )
    def test_the_oldest_messages_go_first(self, limit: int | None, kept: int) -> None:
        texts = ["one two three", "one two three", "one two three", "one"]
        result = ToolResult(WEATHER_CALL, "warm")
        messages = [ChatMessage("user", text) for text in texts]
        request = ModelRequest(model="m", instructions="kind", messages=messages, results=[result])
        short = shortened(request, limit)
        assert list(short.messages) == messages[4 - kept :]
        if limit is not None and kept > 1:
            assert prompt_tokens(short) <= limit


class TestTokens:
    def test_the_oldest_messages_are_left_out_where_the_prompt_is_limited(self, serve: Serve) -> None:
        model = ScriptedModel(["fine"])
        wire = serve(model=model)
        run = wire.finished(wire.thread("old " * 200, "word " * 100, "new"), wire.agent(), max_prompt_tokens=256)
        assert (run["status"], run["usage"]["prompt_tokens"]) == ("completed", 101)
        assert [message.text.split()[0] for message in model.requests[0].messages] == ["word", "new"]

    def test_last_messages_are_not_shortened_further(self, serve: Serve) -> None:
        wire = serve(model=ScriptedModel([]))
        last = {"type": "last_messages", "last_messages": 2}
        thread = wire.thread("old", "word " * 300, "new")
        run = wire.finished(thread, wire.agent(), max_prompt_tokens=256, truncation_strategy=last)
        assert (run["status"], run["incomplete_details"]) == ("incomplete", {"reason": "max_prompt_tokens"})

    def test_the_limit_of_the_prompt_holds_for_all_turns_together(self, serve: Serve) -> None:
        model = ScriptedModel([asks("{}"), "never"])
        wire = serve(model=model)
        run = wire.finished(wire.thread("word " * 150), wire.agent(tools=[WEATHER]), max_prompt_tokens=256)
        assert run["status"] == "requires_action"
        run = wire.wait(submit(wire, run, "warm"))
        assert (run["status"], run["incomplete_details"]) == ("incomplete", {"reason": "max_prompt_tokens"})
        assert run["usage"]["prompt_tokens"] == 150
        assert len(model.requests) == 1

    def test_calls_count_towards_the_limit_of_the_completion(self, serve: Serve) -> None:
        model = ScriptedModel([asks("word " * 200), asks("word " * 100), "never"])
        wire = serve(model=model)
        run = wire.finished(wire.thread("hi"), wire.agent(tools=[WEATHER]), max_completion_tokens=256)
        run = wire.wait(submit(wire, run, "warm"))
        assert run["status"] == "requires_action"
        run = wire.wait(submit(wire, run, "warm"))
        assert (run["status"], run["incomplete_details"]) == ("incomplete", {"reason": "max_completion_tokens"})
        assert [request.max_completion_tokens for request in model.requests] == [256, 54]

    @pytest.mark.parametrize(
        ("strategy", "param"),
        [
            ({"type": "middle"}, "truncation_strategy.type"),
            ({"type": "last_messages"}, "truncation_strategy.last_messages"),
            ({"type": "last_messages", "last_messages": 0}, "truncation_strategy.last_messages"),
            ({}, "truncation_strategy.type"),
        ],
    )
    def test_a_bad_strategy_is_refused(self, shared: Wire, strategy: Any, param: str) -> None:
        agent, thread = shared.agent(), shared.thread("hi")
        body = {"assistant_id": agent["id"], "truncation_strategy": strategy}
        assert shared.refused("POST", f"/threads/{thread['id']}/runs", json=body)["param"] == param


def test_a_turn_of_text_and_calls_makes_the_calls(serve: Serve) -> None:
    wire = serve(model=ScriptedModel([ModelTurn("Let me see.", asks("{}").tool_calls)]))
    run = wire.finished(wire.thread("hi"), wire.agent(tools=[WEATHER]))
    assert run["status"] == "requires_action"
