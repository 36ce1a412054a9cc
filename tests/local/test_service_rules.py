"""The pure rules of the local service, by tables."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.local import ids
from agentkit.local.blobs import bare_name, distinct_names
from agentkit.local.description import load_description
from agentkit.local.errors import ApiError
from agentkit.local.migrations import MIGRATIONS, Migration, StoreError, migrate
from agentkit.local.models import resolve_model
from agentkit.local.models.base import ModelRequest, ModelTurn
from agentkit.local.models.scripted import ScriptedModel, ScriptEndedError
from agentkit.local.operations import handlers
from agentkit.local.runs.annotations import file_path_annotations
from agentkit.local.runs.states import ACTIVE, LIFETIME, STATES, TERMINAL, IllegalTransition, closed_step, moved
from agentkit.local.runs.tokens import count_tokens, cut_to_tokens, total, usage
from agentkit.local.uploads import disposition
from agentkit.local.validation import RequestValidator, registry_of
from facts import CALLS

NOW = 1000
REQUEST = ModelRequest(model="m", instructions="", messages=())

# Row: from; a letter for each state it may go to, in the order of COLUMNS.
COLUMNS = [
    "queued",
    "in_progress",
    "requires_action",
    "cancelling",
    "cancelled",
    "completed",
    "incomplete",
    "failed",
    "expired",
]
ALLOWED = {
    "queued":          ". x . x . . . x x",
    "in_progress":     ". . x x . x x x x",
    "requires_action": "x . . x . . . x x",
    "cancelling":      ". . . . x . . x x",
    "cancelled":       ". . . . . . . . .",
    "completed":       ". . . . . . . . .",
    "incomplete":      ". . . . . . . . .",
    "failed":          ". . . . . . . . .",
    "expired":         ". . . . . . . . .",
}  # fmt: skip


def a_run(status: str, **fields: Any) -> dict[str, Any]:
    times = dict.fromkeys(("started_at", "completed_at", "cancelled_at", "failed_at"))
    return {"id": "run_1", "status": status, "required_action": {"type": "x"}, **times, **fields}


class TestStates:
    @pytest.mark.parametrize("present", COLUMNS)
    @pytest.mark.parametrize("to", COLUMNS)
    def test_every_step_of_the_table(self, present: str, to: str) -> None:
        allowed = dict(zip(COLUMNS, ALLOWED[present].split(), strict=True))[to] == "x"
        if allowed:
            assert moved(a_run(present), to, NOW)["status"] == to
        else:
            with pytest.raises(IllegalTransition, match=f"run_1.*{present}.*{to}"):
                moved(a_run(present), to, NOW)

    def test_the_states_are_divided_into_active_and_terminal(self) -> None:
        assert sorted(STATES) == sorted(COLUMNS)
        assert {"queued", "in_progress", "requires_action", "cancelling"} == ACTIVE
        assert {"cancelled", "completed", "incomplete", "failed", "expired"} == TERMINAL
        assert LIFETIME == 600

    @pytest.mark.parametrize(
        ("present", "to", "stamped"),
        [
            ("queued", "in_progress", "started_at"),
            ("in_progress", "completed", "completed_at"),
            ("in_progress", "failed", "failed_at"),
            ("cancelling", "cancelled", "cancelled_at"),
            ("in_progress", "expired", None),
            ("in_progress", "incomplete", None),
        ],
    )
    def test_the_time_of_a_step_is_kept(self, present: str, to: str, stamped: str | None) -> None:
        times = {name: value for name, value in moved(a_run(present), to, NOW).items() if name.endswith("_at") and value}
        assert times == ({stamped: NOW} if stamped else {})

    def test_a_run_starts_only_once(self) -> None:
        assert moved(a_run("queued", started_at=5), "in_progress", NOW)["started_at"] == 5

    def test_what_a_run_waited_for_is_forgotten_when_it_goes_on(self) -> None:
        assert moved(a_run("requires_action"), "queued", NOW)["required_action"] is None
        assert moved(a_run("in_progress"), "requires_action", NOW, required_action={"type": "y"})["required_action"] == {
            "type": "y"
        }

    @pytest.mark.parametrize(
        ("status", "stamped"),
        [("completed", "completed_at"), ("cancelled", "cancelled_at"), ("failed", "failed_at"), ("expired", "expired_at")],
    )
    def test_a_step_ends_with_its_time(self, status: str, stamped: str) -> None:
        assert closed_step({"id": "step_1"}, status, NOW, usage=None) == {
            "id": "step_1",
            "status": status,
            stamped: NOW,
            "usage": None,
        }


class TestTokens:
    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("", 0),
            ("   \n\t", 0),
            ("a", 1),
            ("four", 1),
            ("fives", 2),
            ("one two  three", 4),
            ("internationalisation", 5),
            ("你好 世界", 2),
        ],
    )
    def test_count(self, text: str, count: int) -> None:
        assert count_tokens(text) == count

    @pytest.mark.parametrize(
        ("text", "limit", "cut"),
        [
            ("one two three", 10, "one two three"),
            ("one two three", 4, "one two three"),
            ("one two three", 3, "one two"),
            ("one one one", 2, "one one"),
            ("one  \n two three", 2, "one  \n two"),
            ("one two", 0, ""),
            ("internationalisation", 4, ""),
            ("", 0, ""),
        ],
    )
    def test_cut(self, text: str, limit: int, cut: str) -> None:
        assert cut_to_tokens(text, limit) == cut

    @given(st.text(), st.integers(0, 50))
    def test_what_is_cut_is_a_beginning_within_the_limit(self, text: str, limit: int) -> None:
        cut = cut_to_tokens(text, limit)
        assert text.startswith(cut)
        assert count_tokens(cut) <= limit

    def test_usage_adds_up(self) -> None:
        assert total([usage(1, 2), None, usage(10, 20)]) == {
            "prompt_tokens": 11,
            "completion_tokens": 22,
            "total_tokens": 33,
        }


class TestAnnotations:
    FILES = {"a.png": "f1", "a.png.txt": "f2", "my chart.png": "f3", "sub/b.csv": "f4", "数据.csv": "f5"}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("nothing", []),
            ("[x](sandbox:/mnt/data/a.png)", [("a.png", "f1")]),
            ("See sandbox:/mnt/data/a.png.", [("a.png", "f1")]),
            ("See sandbox:/mnt/data/a.png", [("a.png", "f1")]),
            ("sandbox:/mnt/data/a.png.txt and sandbox:/mnt/data/a.png", [("a.png.txt", "f2"), ("a.png", "f1")]),
            ("sandbox:/mnt/data/a.pngx sandbox:/mnt/data/a.png.zip sandbox:/mnt/data/a.png/x", []),
            ("[x](sandbox:/mnt/data/my chart.png)", [("my chart.png", "f3")]),
            ("[x](sandbox:/mnt/data/my%20chart.png)", [("my%20chart.png", "f3")]),
            ("Grüße \U0001f600 [x](sandbox:/mnt/data/数据.csv)!", [("数据.csv", "f5")]),
            ("(sandbox:/mnt/data/sub/b.csv)", [("sub/b.csv", "f4")]),
            ("sandbox:/mnt/data/unknown.png, /mnt/data/a.png", []),
            ("sandbox:/mnt/data/a.png sandbox:/mnt/data/a.png", [("a.png", "f1"), ("a.png", "f1")]),
        ],
    )
    def test_links(self, text: str, found: list[tuple[str, str]]) -> None:
        annotations = file_path_annotations(text, self.FILES)
        assert [(one["text"], one["file_path"]["file_id"]) for one in annotations] == [
            (f"sandbox:/mnt/data/{name}", file_id) for name, file_id in found
        ]
        for one in annotations:
            assert one["type"] == "file_path"
            assert text[one["start_index"] : one["end_index"]] == one["text"]

    @given(st.text(), st.text())
    def test_the_place_is_right_whatever_stands_around(self, before: str, after: str) -> None:
        text = f"{before}(sandbox:/mnt/data/a.png){after}"
        places = [(one["start_index"], one["end_index"]) for one in file_path_annotations(text, {"a.png": "f1"})]
        assert (len(before) + 1, len(before) + 24) in places


class TestNames:
    @pytest.mark.parametrize(
        ("name", "bare"),
        [
            ("a.txt", "a.txt"),
            ("/etc/passwd", "passwd"),
            ("..\\..\\x.csv", "x.csv"),
            ("a/b/", "b"),
            ("..", ""),
            (".", ""),
            ("", ""),
            ("/", ""),
            ("a\x00b\r\n.txt", "ab.txt"),
            (" données.csv ", "données.csv"),
            (".hidden", ".hidden"),
        ],
    )
    def test_bare_name(self, name: str, bare: str) -> None:
        assert bare_name(name) == bare

    def test_distinct_names(self) -> None:
        assert distinct_names(["a.csv", "b", "a.csv", "b", "a.csv", "a-2.csv"]) == [
            "a.csv",
            "b",
            "a-2.csv",
            "b-2",
            "a-3.csv",
            "a-2-2.csv",
        ]

    @given(st.lists(st.sampled_from(["a", "a-2", "a.b", "a-2.b", "c"])))
    def test_distinct_names_are_distinct(self, names: list[str]) -> None:
        assert len(set(distinct_names(names))) == len(names)

    @pytest.mark.parametrize("prefix", [ids.AGENT, ids.FILE, ids.RUN])
    def test_ids_are_a_prefix_and_24_letters_and_digits(self, prefix: str) -> None:
        made = {ids.new_id(prefix) for _ in range(100)}
        assert len(made) == 100
        for one in made:
            assert one.startswith(prefix)
            rest = one[len(prefix) :]
            assert len(rest) == 24
            assert rest.isalnum()
            assert rest.isascii()

    @pytest.mark.parametrize(
        ("header", "name", "filename"),
        [
            (b"form-data", "", None),
            (b'form-data; name="purpose"', "purpose", None),
            (b"form-data; name=file; filename=x.txt", "file", "x.txt"),
            (b'form-data; NAME="file"; FileName="x;y=z.txt"', "file", "x;y=z.txt"),
            (b"form-data; name=\"file\"; filename*=iso-8859-1'en'%A3.txt", "file", "£.txt"),
            (b"form-data; name=\"file\"; filename*=no-such-charset''a.txt", "file", "a.txt"),
            (b'form-data; name="file"; filename="\xa3.txt"', "file", "£.txt"),
        ],
    )
    def test_disposition(self, header: bytes, name: str, filename: str | None) -> None:
        assert disposition(header) == (name, filename)


class TestDescription:
    def test_every_operation_has_a_function_and_every_function_an_operation(self) -> None:
        described = [facts.id for facts in load_description().operations]
        assert sorted(described) == sorted(handlers())
        assert len(described) == len(set(described))
        assert set(CALLS) < set(described)

    @pytest.mark.parametrize(
        ("operation", "body"),
        [
            (
                "create_agent",
                {
                    "model": "m",
                    "tools": [{"type": "openapi", "openapi": {"name": "n", "spec": {}, "auth": {"type": "anonymous"}}}],
                },
            ),
            ("create_agent", {"model": "m", "response_format": "auto"}),
            ("create_agent", {"model": "m", "name": None, "metadata": None}),
            ("create_run", {"assistant_id": "a", "tool_choice": {"type": "code_interpreter"}, "stream": False}),
            ("create_run", {"assistant_id": "a", "tool_resources": {"code_interpreter": {"file_ids": []}}}),
            ("create_vector_store", {"chunking_strategy": {"type": "auto"}}),
            ("create_thread", {}),
        ],
    )
    def test_bodies_as_the_clients_send_them_pass(self, operation: str, body: dict[str, Any]) -> None:
        assert validator(operation).body(body) == body

    @pytest.mark.parametrize(
        ("operation", "body", "words"),
        [
            ("create_thread", {"messages": [{"role": "user"}]}, "messages[0].content: required"),
            ("create_thread", {"messages": {}}, "messages: {} was sent, a list or null is allowed"),
            ("create_run", {"agent_id": "a"}, "assistant_id: required, but nothing was sent. Was 'agent_id' meant for it?"),
            ("create_run", {"assistant_id": ["a" * 100]}, "…"),
        ],
    )
    def test_what_is_said_of_bodies_that_do_not(self, operation: str, body: dict[str, Any], words: str) -> None:
        with pytest.raises(ApiError) as caught:
            validator(operation).body(body)
        assert words in caught.value.message

    @pytest.mark.parametrize(
        ("operation", "body", "told"),
        [
            ("create_thread", {"x": 1}, "INFO create_thread: the field 'x' is not known, so it was left out of account"),
            ("create_agent", {"model": "m", "nmae": "n"}, "WARNING create_agent: the field 'nmae' is not known"),
            ("create_agent", {"model": "m", "nmae": "n"}, "did you mean 'name'?"),
            ("create_vector_store_file_batch", {"files": [{"file_id": "f", "fileid": 1}]}, "did you mean 'files[0].file_id'?"),
            (
                "search_vector_store",
                {"query": "q", "ranking_options": {"rankr": "auto"}},
                "'ranking_options.rankr' is not known",
            ),
        ],
    )
    def test_what_is_not_known_is_left_out_and_said_in_the_log(
        self, operation: str, body: dict[str, Any], told: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level("INFO", "agentkit.local"):
            kept = validator(operation).body(body)
        assert told in "\n".join(f"{record.levelname} {record.getMessage()}" for record in caplog.records)
        assert not {"x", "nmae", "fileid", "rankr"} & set(json.dumps(kept).split('"'))

    def test_the_log_tells_of_the_first_of_them_on_one_line_each(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level("INFO", "agentkit.local"):
            assert validator("create_thread").body({f"metadata\n{number}": {} for number in range(50)}) == {}
            validator("create_thread").body({"x" * 1_000_000: 1})
        *told, rest, long = caplog.messages
        assert len(told) == 20
        assert "the field 'metadata\\n0' is not known" in told[0]
        assert rest == "create_thread: 30 further fields are not known either"
        assert max(map(len, (*told, long))) < 200
        assert not any("\n" in message for message in caplog.messages)

    def test_a_body_may_be_nested_as_deeply_as_it_can_be_read(self) -> None:
        deep: dict[str, Any] = {"type": "eq", "key": "k", "value": 1}
        for _ in range(400):
            deep = {"type": "and", "filters": [deep]}
        with pytest.raises(ApiError, match="nested too deeply"):
            validator("search_vector_store").body({"query": "q", "filters": deep})

    def test_items_of_a_query_are_joined_by_commas(self) -> None:
        name = "step_details.tool_calls[*].file_search.results[*].content"
        assert validator("get_run_step").query({"include[]": [f"{name},{name}"]}) == {"include[]": [name, name]}
        with pytest.raises(ApiError, match="'other' was sent, allowed are"):
            validator("get_run_step").query({"include[]": [f"{name},other"]})


def validator(operation: str) -> RequestValidator:
    description = load_description()
    (facts,) = (facts for facts in description.operations if facts.id == operation)
    return RequestValidator(facts, registry_of(description))


class TestMigrations:
    def test_steps_are_taken_once_and_in_order(self) -> None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        steps = [Migration("one", ("CREATE TABLE a (x)",)), Migration("two", ("ALTER TABLE a ADD COLUMN y",))]
        assert migrate(connection, steps[:1]) == ["one"]
        assert migrate(connection, steps) == ["two"]
        assert migrate(connection, steps) == []
        connection.execute("INSERT INTO a (x, y) VALUES (1, 2)")
        with pytest.raises(StoreError, match="newer version"):
            migrate(connection, steps[:1])
        connection.close()

    def test_a_step_that_fails_leaves_nothing(self) -> None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, [Migration("bad", ("CREATE TABLE a (x)", "no such statement"))])
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        assert migrate(connection) == [migration.name for migration in MIGRATIONS]
        connection.close()


class TestModels:
    def test_a_script_is_served_in_order_and_then_ends_clearly(self) -> None:
        model = ScriptedModel(["one", ModelTurn("two")])
        assert [model.respond(REQUEST).text for _ in range(2)] == ["one", "two"]
        assert model.requests == (REQUEST, REQUEST)
        with pytest.raises(ScriptEndedError, match="the script has 2 turns and all of them were served"):
            model.respond(REQUEST)

    def test_none_is_the_offline_model_whose_code_is_our_own(self) -> None:
        model, trusted = resolve_model(None)
        assert "offline" in model.name
        assert trusted
        assert resolve_model(model) == (model, True)

    def test_other_models_and_callables_are_taken_but_not_trusted(self) -> None:
        script = ScriptedModel([])
        assert resolve_model(script) == (script, False)

        def shout(request: ModelRequest) -> str:
            return request.last_user_text.upper()

        model, trusted = resolve_model(shout)
        assert (model.name, trusted) == ("shout", False)
        assert model.respond(REQUEST) == ModelTurn(text="")

    def test_anything_else_is_no_model(self) -> None:
        with pytest.raises(TypeError, match="model: got str, expected"):
            resolve_model("some-model")  # type: ignore[arg-type]
