"""What found something, once: inputs that a parser failed at, each with what came of it then."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

__all__ = ["CASES", "Case"]


@dataclass(frozen=True)
class Case:
    """An input that did harm.

    :param target: the target that it is for.
    :param given: the input.
    :param told: what it did.
    """

    target: str
    given: Any
    told: str


_DEEP = '{"id": "step_1", "more": ' + '[{"a":' * 300 + "1" + "}]" * 300 + "}"
_PROMPT = b"---\nname: a\n%s\n---\nsystem:\nx\n"
_ASKED = {"name": "q", "in": "query", "schema": {"type": "string"}}
_RUN = ("thread.run.completed", {"id": "run_1", "status": "completed"})


def _pieces(*pieces: Any) -> list[tuple[str, Any]]:
    """Pieces of one message."""
    return [("thread.message.delta", {"id": "msg_1", "delta": {"content": piece}}) for piece in pieces]


def _text(value: Any) -> list[Any]:
    return [{"index": 0, "type": "text", "text": {"value": value}}]


CASES: tuple[Case, ...] = (
    Case("events", ("thread.run.step.delta", _DEEP), "as_dict() of what nests too deeply: RecursionError"),
    Case("events", ("thread.run.completed", _DEEP), "an item of what nests too deeply: RecursionError"),
    Case(
        "accumulated runs",
        [("thread.message.completed", {"id": ["text"], "run_id": "run_1", "status": "completed"}), _RUN],
        "a message whose id is a list: TypeError when its run is made up for",
    ),
    Case(
        "accumulated runs",
        [
            (
                "thread.run.step.completed",
                {"id": "step_1", "step_details": {"type": "message_creation", "message_creation": {"message_id": ["text"]}}},
            ),
            _RUN,
        ],
        "a step that names a message by a list: TypeError when its run is made up for",
    ),
    Case(
        "accumulated runs",
        [("thread.run.step.delta", {"id": "step_1", "delta": {"id": [1], "status": "completed"}}), _RUN],
        "a step whose id becomes a list: TypeError when its run is made up for",
    ),
    Case(
        "accumulated runs",
        _pieces(_text("a"), _text("b"), _text("c"), _text(1e308), _text("d")),
        "a text after a number in its place: it was added to the text that was no more",
    ),
    Case(
        "accumulated runs",
        _pieces(_text("a"), _text("b"), {"index": -1}, _text("c")),
        "a text after an object in place of the content: it was added to the text that was no more",
    ),
    Case("connection strings", "http://127.0.0.1:5000;sub;group;project\udc80", "an error of Python's about code points"),
    Case("endpoints", "http://127.0.0.1:5000/api/projects/\ud800", "an error of Python's about code points"),
    Case("file names", "\ud800.txt", "an error of Python's about code points, with the file half written"),
    Case("file names", "a" * 60 + "\udfff\ud800", "the same, when all of it had been written"),
    Case("prompt templates", ("{{#a}}" * 1200 + "x" + "{{/a}}" * 1200, {"a": 1}), "sections within sections: RecursionError"),
    Case("prompts with settings", b"\r\n-\xb0-\n", "bytes that are no text: an error that did not name the file"),
    Case("prompts with settings", _PROMPT % b"sample: &p {more: *p}", "settings that hold themselves: RecursionError"),
    Case("prompts with settings", _PROMPT % b"sample: {a: !!timestamp x}", "a tag that its value does not fit: AttributeError"),
    Case("scripts to migrate", "\ud800", "half of a character: UnicodeEncodeError"),
    Case("scripts to migrate", 'import azure.ai.projects\nx: "azure.ai\0"\n', "a NUL: a SyntaxError without a line"),
    Case("scripts to migrate", 'x: "from azure.ai.projects import A"\n', "an import in a quoted annotation: KeyError"),
    Case("scripts to migrate", 'from azure.ai.projects import A\n__all__ = ["A"t"t"]\n', "joined texts: CSTLogicError"),
    Case("scripts to migrate", "import a\u200dzure\n", "a name that is none: a SyntaxError without a line"),
    Case(
        "scripts to migrate",
        "import azure.ai.agents\nfrom azure.ai.projects import No\n\nfor agent in client.agents.list_agents(): ...\n",
        "what was rewritten was rewritten again",
    ),
    Case(
        "scripts to migrate",
        "from azure.ai.projects import " + "A, " * 300 + "A\n" + "A()\n" * 300,
        "one name imported and called again and again: half a minute, growing with the cube",
    ),
    Case("scripts to migrate", "import azure.ai.projects\nx" + ".a()" * 2400, "calls in a row: half a minute"),
    Case(
        "forms of uploads",
        ("multipart/form-data; boundary=b0undary", (b"--b0undary\r\nontent-Dispundary\r\nm",)),
        "a head that is none: an IndexError of an early parser, 500",
    ),
    Case(
        "error bodies", (400, "/assistants/a", '{"code": "Not\u2028Found", "message": "no"}'.encode()), "an error of two lines"
    ),
    Case("files to search", ("a.html", b"<p>text<![ifb x<br>"), "a mark that is none: an AssertionError of Python's reader"),
    Case(
        "descriptions of APIs",
        ({"paths": {"/a": {"get": {"operationId": "look", "parameters": [_ASKED]}}}}, '{"q": "\\ud800"}'),
        "half of a character in a query: UnicodeEncodeError",
    ),
    Case(
        "JSON bodies", ("create_message", b'{"role": "user", "content": "\xed\xbf\xbf"}'), "half of a character, as bytes: 500"
    ),
    Case(
        "JSON bodies",
        (
            "create_message",
            json.dumps({"role": "user", "content": "\udfff"}, ensure_ascii=False).encode("utf-16", "surrogatepass"),
        ),
        "half of a character, in UTF-16: 500",
    ),
    Case("packed bodies", ("deflate", b"\x03\x00", [1]), "deflate without its frame, cut after a byte, was refused"),
)
