"""The documentation is true: its Python runs, its commands exist, its links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from agentkit._core.endpoint import SERVICE_VARIABLES

CHECKOUT = Path(__file__).resolve().parent.parent
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]

SHELLS = {"bash", "console", "sh", "shell"}
# What a reader has without this project, and what is done with it is not ours to check.
FOREIGN = {".", "az", "bash", "cd", "curl", "git", "source"}

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[\w+-]*)[^\n]*\n(?P<text>.*?)^(?P=indent)```[ \t]*$", re.MULTILINE | re.DOTALL
)
_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>[^\n]*\S) -->\s*\Z")
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)(?P<target>[^)#\s]+)")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, with the line of the page on which its text starts."""

    language: str
    text: str
    line: int
    not_run: str | None = None


def blocks(page: str) -> Iterator[Block]:
    """Every fenced block of a page, in order."""
    for found in _FENCE.finditer(page):
        indent = len(found["indent"])
        text = "".join(line[indent:] if line.strip() else "\n" for line in found["text"].splitlines(keepends=True))
        comment = _NOT_RUN.search(page, 0, found.start())
        line = page.count("\n", 0, found.start("text")) + 1
        yield Block(found["language"].lower(), text, line, comment["reason"] if comment else None)


def run_python(page: str, name: str) -> int:
    """Run the Python blocks of a page one after the other, as one program; a block that needs a cloud is only compiled.

    :return: How many blocks there were.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    found = [block for block in blocks(page) if block.language in ("python", "py")]
    for block in found:
        # The empty lines put a line number of a traceback on the line of the page.
        code = compile("\n" * (block.line - 1) + block.text, name, "exec", dont_inherit=True)
        if block.not_run is None:
            exec(code, namespace)
    return len(found)


def commands(block: Block) -> list[list[str]]:
    """The commands of a shell block, split into words. In a console block they are the lines with a prompt."""
    text = block.text.replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    if block.language == "console":
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def wrong_with(words: list[str], checkout: Path) -> str | None:
    """Why a command does not work in a checkout, or None."""
    while words and re.fullmatch(r"[A-Z][A-Z0-9_]*=.*", words[0]):
        words = words[1:]
    program, arguments = (words[0], words[1:]) if words else ("", [])
    if program == "make":
        return _wrong_with_make(arguments, checkout)
    if program in ("python", "python3"):
        return _wrong_with_python(arguments, checkout)
    if program == "agentkit":
        return _wrong_with_module([program, *arguments])
    if program == "pip":
        return _wrong_with_pip(arguments, checkout)
    if program == "export":
        names = [argument.partition("=")[0] for argument in arguments]
        return next((f"the client does not read {name}" for name in names if name not in SERVICE_VARIABLES), None)
    return None if program in FOREIGN or not program else f"{program!r} is no known command"


def _wrong_with_make(arguments: list[str], checkout: Path) -> str | None:
    rules = re.findall(r"^([\w-]+):", (checkout / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    targets = [argument for argument in arguments if "=" not in argument]
    return next((f"the Makefile has no target {target!r}" for target in targets if target not in rules), None)


def _wrong_with_python(arguments: list[str], checkout: Path) -> str | None:
    if arguments[:1] == ["-m"]:
        return _wrong_with_module(arguments[1:])
    script = next((argument for argument in arguments if not argument.startswith("-")), None)
    return f"there is no file {script}" if script and not (checkout / script).is_file() else None


def _wrong_with_module(words: list[str]) -> str | None:
    if importlib.util.find_spec(words[0]) is None:
        return f"there is no module {words[0]}"
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    if not options:
        return None
    # What stands before the first option is the module, and the subcommand of it that has the options.
    asked = list(takewhile(lambda word: not word.startswith("-"), words))
    usage = subprocess.run([sys.executable, "-m", *asked, "--help"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"--[a-z][a-z-]*", usage))
    return next((f"{' '.join(asked)} knows no option {name}" for name in options if name not in known), None)


def _wrong_with_pip(arguments: list[str], checkout: Path) -> str | None:
    project = (checkout / "pyproject.toml").read_text(encoding="utf-8")
    if "agentkit" in arguments:
        return "the package is on no index: install it from the checkout, pip install '.[local]'"
    extras = [extra for argument in arguments for extra in re.findall(r"^\.\[([\w,]+)\]$", argument)]
    names = [name for extra in extras for name in extra.split(",")]
    return next(
        (f"pyproject.toml has no extra {name!r}" for name in names if not re.search(rf"^{name} = \[", project, re.MULTILINE)),
        None,
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_python(page.read_text(encoding="utf-8"), page.name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_exist(page: Path) -> None:
    shell = [block for block in blocks(page.read_text(encoding="utf-8")) if block.language in SHELLS]
    wrong = [
        f"{page.name}:{block.line}: {' '.join(words)}: {reason}"
        for block in shell
        for words in commands(block)
        if (reason := wrong_with(words, CHECKOUT))
    ]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_links_of_a_page_lead_to_files(page: Path) -> None:
    targets = [found["target"] for found in _LINK.finditer(_FENCE.sub("", page.read_text(encoding="utf-8")))]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_readme_shows_python_and_the_two_commands() -> None:
    page = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    found = list(blocks(page))
    assert any(block.language == "python" and block.not_run is None for block in found)
    typed = [words for block in found if block.language in SHELLS for words in commands(block)]
    assert [words for words in typed if words[0] == "make"][:2] == [["make", "quickstart"], ["make", "test"]]


PAGE = """
```python
value = 1
```
Text.

<!-- not run: needs a cloud -->
```python
raise SystemExit
```

  ```py
  assert value == 1

  value += 1
  ```
```console
$ make test
12 passed
```
"""


def test_blocks_are_found_with_their_lines_and_reasons() -> None:
    found = list(blocks(PAGE))
    assert [(block.language, block.line, block.not_run) for block in found] == [
        ("python", 3, None),
        ("python", 9, "needs a cloud"),
        ("py", 13, None),
        ("console", 18, None),
    ]
    assert found[2].text == "assert value == 1\n\nvalue += 1\n"
    assert commands(found[3]) == [["make", "test"]]


def test_the_blocks_of_a_page_are_one_program() -> None:
    assert run_python(PAGE, "page") == 3


@pytest.mark.parametrize(
    ("text", "error", "line"),
    [("x = 1\n1 / 0", ZeroDivisionError, 4), ("assert False", AssertionError, 3)],
)
def test_a_block_that_raises_fails_on_its_line_of_the_page(text: str, error: type[Exception], line: int) -> None:
    with pytest.raises(error) as raised:
        run_python(f"\n```python\n{text}\n```\n", "page")
    assert raised.traceback[-1].lineno + 1 == line


def test_a_block_that_is_not_run_is_compiled_all_the_same() -> None:
    with pytest.raises(SyntaxError):
        run_python("<!-- not run: needs a cloud -->\n```python\nif\n```\n", "page")


def test_a_block_is_run_unless_a_reason_is_given() -> None:
    with pytest.raises(NameError):
        run_python("<!-- not run:  -->\n```python\nnobody\n```\n", "page")


WRONG = {
    "make nothing": "no target 'nothing'",
    "python samples/nothing.py": "no file samples/nothing.py",
    "python -m agentkit.nothing": "no module agentkit.nothing",
    "python -m agentkit.local --nothing": "no option --nothing",
    "agentkit serve --nothing": "no option --nothing",
    "pip install agentkit": "on no index",
    "pip install '.[nothing]'": "no extra 'nothing'",
    "export NOTHING=1": "does not read NOTHING",
    "nothing --at all": "no known command",
}


@pytest.mark.parametrize(("command", "reason"), WRONG.items(), ids=WRONG)
def test_a_command_that_does_not_work_is_found(command: str, reason: str) -> None:
    (words,) = commands(Block("sh", command, 1))
    assert reason in (wrong_with(words, CHECKOUT) or "")


@pytest.mark.parametrize(
    "command",
    [
        "make test PYTHON=python3.12",
        "python -m agentkit.local --port 0",
        "agentkit serve --tls",
        "pip install '.[local]'",
        "CI=true make check",
    ],
)
def test_a_command_that_works_is_let_through(command: str) -> None:
    (words,) = commands(Block("sh", command, 1))
    assert wrong_with(words, CHECKOUT) is None
