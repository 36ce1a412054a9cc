"""Texts that people write: templates of prompts, prompts with settings, scripts to be migrated."""

from __future__ import annotations

import atexit
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any

from agentkit.migrate import rewrite
from agentkit.prompts import PromptTemplate
from migration.left import LEFT
from migration.moved import MOVED

from ..mutate import Mutator
from ..target import Target, says

__all__ = ["TARGETS"]

_TAGS = (
    *(
        "{{a}}",
        "{{{a}}}",
        "{{#list}}",
        "{{/list}}",
        "{{^a}}",
        "{{/a}}",
        "{{!c}}",
        "{{.}}",
        "{{a.b}}",
        "{{&a}}",
        "{{>a}}",
        "{{=<% %>=}}",
    ),
    *(
        "{{",
        "}}",
        "{",
        "}",
        "\nuser:\n",
        "\nsystem:\n",
        "\n# assistant :\n",
        "{{role}}:",
        "\0",
        "\0" + "0\0",
        "\r\n",
        "{{#a}}" * 400,
    ),
)
_TEMPLATE = "system:\nYou are {{a}}.\n{{#list}}\n - {{.}}{{b.c}}\n{{/list}}\n{{^missing}}none{{/missing}}\nuser:\n{{{question}}}\n{{role}}:\nx\n"
_VALUES = {"a": "1", "b": {"c": 2}, "list": [1, {"b": {"c": None}}], "question": "why?\nassistant:\nno", "role": "user"}


def _make_template(mutator: Mutator) -> tuple[str, dict[str, Any]]:
    values = mutator.json(_VALUES) if mutator.random.random() < 0.3 else _VALUES
    return mutator.text(_TEMPLATE, _TAGS), values


def _check_template(given: tuple[str, dict[str, Any]]) -> None:
    text, values = given
    for api in ("chat", "completion"):
        try:
            messages = PromptTemplate.from_string(text, api=api).create_messages(values)
        except ValueError as error:
            says(error, "the template")
            continue
        roles = {message["role"] for message in messages}
        assert roles <= {"assistant", "developer", "function", "system", "tool", "user"}
        assert all(isinstance(message["content"], str) for message in messages)


_PROMPTY = """---
name: A prompt
model:
  configuration: {azure_deployment: "${env:NOT_SET:gpt}"}
  parameters: &p {temperature: 0.5}
sample: {question: why, when: 2024-05-01, more: *p}
---
system:
Answer.
user:
{{question}}
"""
_YAML = (
    *(
        "---\n",
        "\n---\n",
        ": ",
        "- ",
        "&a ",
        "*a",
        "*p",
        "!!python/object:os.system ",
        "!!binary ",
        "!!timestamp ",
        "? ",
        "<<: *p",
        "|",
        ">",
    ),
    *(
        "[",
        "]",
        "{",
        "}",
        "${env:HOME}",
        "${env:",
        "\t",
        "\ufeff",
        "2024-99-99",
        "1e999",
        "0o8",
        ".nan",
        "%TAG ! x",
        "'",
        '"',
        "#",
        "[" * 300,
    ),
)


@cache
def _path() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="fuzz-")
    atexit.register(folder.cleanup)
    return Path(folder.name) / "made.prompty"


def _make_prompty(mutator: Mutator) -> bytes:
    text = mutator.text(_PROMPTY, _YAML)
    return mutator.bytes(_PROMPTY.encode()) if mutator.random.random() < 0.1 else text.encode("utf-8", "surrogatepass")


def _check_prompty(given: bytes) -> None:
    path = _path()
    path.write_bytes(given)
    try:
        template = PromptTemplate.from_prompty(str(path))
    except ValueError as error:
        says(error, str(path), "the api of a prompt")
        return
    assert isinstance(template.parameters, dict)
    try:
        messages = template.create_messages({"question": "how"})
    except ValueError as error:
        says(error, "the template")
        return
    assert all(isinstance(message["content"], str) for message in messages)


_SCRIPTS = [one.before for one in (*MOVED.values(), *LEFT.values())]
_SMALL = [text for text in _SCRIPTS if len(text) < 300]
_STATEMENTS = (
    *(
        "from azure.ai.projects import AIProjectClient\n",
        "import azure.ai.projects.models as m\n",
        "from azure.ai.agents.models import *\n",
    ),
    *(
        "azure.ai.projects",
        " as ",
        ", ",
        "(",
        ")",
        "\n",
        "    ",
        "# azure\n",
        "del azure\n",
        "azure = 1\n",
        "models",
        "beta",
        ".aio",
    ),
    *(
        "try:\n    import azure.ai.agents\nexcept ImportError:\n    pass\n",
        "if x: import azure.ai.projects\n",
        "lambda: ",
        "async ",
        "*",
        ";",
    ),
)


def _make_script(mutator: Mutator) -> str:
    text = mutator.random.choice(_SMALL)
    if mutator.random.random() < 0.1:
        text += mutator.random.choice(_SMALL)
    return mutator.text(text, _STATEMENTS)


def _check_script(given: str) -> None:
    try:
        once = rewrite(given)
    except SyntaxError as error:
        says(error)
        _has_its_line(error)
        return
    twice = rewrite(once.text) if once.text != given else once
    assert twice.text == once.text
    assert all(finding.line >= 1 and finding.text for finding in once.findings)
    if once.text != given:
        compiled = _compiles(given)
        assert compiled is False or _compiles(once.text), once.text


def _has_its_line(error: SyntaxError) -> None:
    assert error.lineno is not None
    assert error.lineno >= 1


def _compiles(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "made", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError):
            return False
    return True


TARGETS = (
    Target("prompt templates", _make_template, _check_template),
    Target("prompts with settings", _make_prompty, _check_prompty),
    Target("scripts to migrate", _make_script, _check_script),
)
