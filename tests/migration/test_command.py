"""The command ``agentkit migrate``: what it shows, what it writes, and how it ends."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agentkit.cli import main

OLD = "from azure.ai.projects import AIProjectClient\n"
NEW = "from agentkit import AIProjectClient\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_difference_is_shown_and_nothing_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.py").write_text(f"import os\n\n{OLD}", encoding="utf-8")
    assert main(["migrate", "a.py"]) == 0
    shown = capsys.readouterr()
    assert shown.out == f"--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n import os\n \n-{OLD}+{NEW}"
    assert shown.err == "1 file looked at, 1 would change\n"
    assert (folder / "a.py").read_text(encoding="utf-8") == f"import os\n\n{OLD}"


def test_the_difference_is_one_that_patch_takes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"x = 1\n\f\n{OLD}y = '\u2028'\n{OLD.rstrip()}"
    (folder / "a.py").write_text(text, encoding="utf-8")
    assert main(["migrate", "a.py"]) == 0
    assert capsys.readouterr().out.splitlines()[-4:] == [
        f"-{OLD.rstrip()}",
        "\\ No newline at end of file",
        f"+{NEW.rstrip()}",
        "\\ No newline at end of file",
    ]


def test_write_writes_and_a_second_time_there_is_nothing_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.py").write_text(OLD, encoding="utf-8")
    assert main(["migrate", "--write", "a.py"]) == 0
    assert capsys.readouterr().err == "1 file looked at, 1 rewritten\n"
    assert (folder / "a.py").read_text(encoding="utf-8") == NEW
    before = (folder / "a.py").stat().st_mtime_ns
    assert main(["migrate", "a.py", "--write"]) == 0
    assert (folder / "a.py").stat().st_mtime_ns == before
    assert [path.name for path in folder.iterdir()] == ["a.py"]


def test_check_ends_with_1_where_something_would_change(folder: Path) -> None:
    (folder / "a.py").write_text(OLD, encoding="utf-8")
    assert main(["migrate", "--check", "a.py"]) == 1
    assert (folder / "a.py").read_text(encoding="utf-8") == OLD
    (folder / "a.py").write_text(NEW, encoding="utf-8")
    assert main(["migrate", "--check", "a.py"]) == 0


def test_what_is_left_is_listed_with_file_and_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.py").write_text("import openai\n\nthread = openai.beta.threads.create()\n", encoding="utf-8")
    assert main(["migrate", "--check", "a.py"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("a.py:3: the Assistants API of the openai package is not rewritten")
    assert shown.err.endswith("1 file looked at, 0 would change, 1 place left to do by hand\n")


def test_a_folder_is_looked_through_but_for_what_is_not_ones_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [
        "a.py",
        "deep/er/b.py",
        "stub.pyi",
        ".hidden.py",
        ".git/c.py",
        "env/d.py",
        "__pycache__/e.py",
        "node_modules/f.py",
        "g.txt",
    ]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(OLD, encoding="utf-8")
    (folder / "env" / "pyvenv.cfg").touch()
    (folder / "loop").symlink_to(folder)
    assert main(["migrate", "--write", ".", "a.py"]) == 0
    assert capsys.readouterr().err == "3 files looked at, 3 rewritten\n"
    assert [name for name in names if (folder / name).read_text(encoding="utf-8") == NEW] == [
        "a.py",
        "deep/er/b.py",
        "stub.pyi",
    ]
    assert main(["migrate", "--write", "g.txt"]) == 0
    assert (folder / "g.txt").read_text(encoding="utf-8") == NEW


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OLD.replace("\n", "\r\n").encode(), NEW.replace("\n", "\r\n").encode()),
        (b"\xef\xbb\xbf" + OLD.encode(), b"\xef\xbb\xbf" + NEW.encode()),
        (
            f"# coding: latin-1\nname = 'Jos\u00e9'\n{OLD}".encode("latin-1"),
            f"# coding: latin-1\nname = 'Jos\u00e9'\n{NEW}".encode("latin-1"),
        ),
        (OLD.rstrip().encode(), NEW.rstrip().encode()),
        (f"x = 1\r\ny = 2\n{OLD}".encode(), f"x = 1\r\ny = 2\n{NEW}".encode()),
    ],
    ids=["CRLF", "byte order mark", "encoding cookie", "no last newline", "mixed line ends"],
)
def test_bytes_that_are_not_meant_stay(folder: Path, before: bytes, after: bytes) -> None:
    (folder / "a.py").write_bytes(before)
    assert main(["migrate", "--write", "a.py"]) == 0
    assert (folder / "a.py").read_bytes() == after


def test_the_mode_stays_and_a_link_goes_on_leading_to_the_file(folder: Path) -> None:
    (folder / "a.py").write_text(OLD, encoding="utf-8")
    (folder / "a.py").chmod(0o754)
    (folder / "link.py").symlink_to("a.py")
    assert main(["migrate", "--write", "link.py"]) == 0
    assert (folder / "link.py").is_symlink()
    assert (folder / "a.py").read_text(encoding="utf-8") == NEW
    assert (folder / "a.py").stat().st_mode & 0o777 == 0o754


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"def f(:\n", "bad.py:1: left as it is: it is no Python that can be read"),
        (b"x = 1\n\xff\n", "bad.py:1: left as it is: it is no text in utf-8"),
        (b"# coding: klingon\n", "bad.py:1: left as it is: unknown encoding"),
        (b"x = '\0'\n", "bad.py:1: left as it is: it has a NUL character"),
        (None, "bad.py: left as it is: No such file or directory"),
    ],
    ids=["no Python", "not its encoding", "no encoding", "NUL", "a link to nowhere"],
)
def test_what_cannot_be_read_is_reported_and_the_rest_done(
    folder: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, why: str
) -> None:
    if content is None:
        (folder / "bad.py").symlink_to("nowhere")
    else:
        (folder / "bad.py").write_bytes(content)
    (folder / "good.py").write_text(OLD, encoding="utf-8")
    assert main(["migrate", "--write", "."]) == 3
    assert why in capsys.readouterr().err
    assert (folder / "good.py").read_text(encoding="utf-8") == NEW
    assert content is None or (folder / "bad.py").read_bytes() == content


def test_a_file_that_cannot_be_written_stays_whole(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (folder / "a.py").write_text(OLD, encoding="utf-8")
    monkeypatch.setattr(os, "replace", full)
    assert main(["migrate", "--write", "a.py"]) == 3
    assert "a.py: left as it is: No space left on device" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["a.py"]
    assert (folder / "a.py").read_text(encoding="utf-8") == OLD


def test_requirements_that_cannot_be_read_are_told_of(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.py").write_text(NEW, encoding="utf-8")
    (folder / "requirements.txt").write_text("azure-ai-projects\n", encoding="utf-8")
    read = Path.read_text

    def denied(path: Path, *arguments: str, **keywords: str) -> str:
        if path.name == "requirements.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, *arguments, **keywords)

    monkeypatch.setattr(Path, "read_text", denied)
    assert main(["migrate", "."]) == 3
    assert "requirements.txt: left as it is: Permission denied" in capsys.readouterr().err


def test_requirements_are_named_and_left(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.py").write_text(NEW, encoding="utf-8")
    requirements = "requests\n# azure-ai-projects\nazure-ai-projects==1.0.0b10\nazure_ai_agents\nazure-ai-agentserver\n"
    (folder / "requirements-dev.txt").write_text(requirements, encoding="utf-8")
    (folder / "pyproject.toml").write_text('[project]\ndependencies = ["azure-ai-agents>=1.1"]\n', encoding="utf-8")
    for given in (".", "a.py"):
        assert main(["migrate", "--write", given]) == 0
        told = capsys.readouterr().err.splitlines()
        assert [line.partition(";")[0] for line in told[:-1]] == [
            "azure-ai-agents is named in pyproject.toml:2",
            "azure-ai-projects is named in requirements-dev.txt:3",
            "azure-ai-agents is named in requirements-dev.txt:4",
        ]
    assert (folder / "requirements-dev.txt").read_text(encoding="utf-8") == requirements


def test_a_notebook_is_named_and_left(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "course.ipynb").write_text('{"cells": [{"source": [\n"from azure.ai.projects import x"]}]}', encoding="utf-8")
    assert main(["migrate", "--write", "."]) == 0
    assert "course.ipynb:2: a notebook names an older package" in capsys.readouterr().err


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The document that was printed, with nothing beside it."""
    printed = capsys.readouterr()
    assert printed.err == ""
    found: dict[str, Any] = json.loads(printed.out)
    return found


def test_with_json_all_of_it_is_one_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.py").write_text(OLD, encoding="utf-8")
    (folder / "bad.py").write_text("x = (\n", encoding="utf-8")
    (folder / "b.ipynb").write_text('{"source": ["import azure.ai.projects"]}', encoding="utf-8")
    (folder / "requirements.txt").write_text("azure-ai-agents\n", encoding="utf-8")
    assert main(["migrate", "--json", "."]) == 3
    found = document(capsys)
    assert (found["files"], found["written"]) == (3, False)
    assert found["changed"] == [{"path": "a.py", "difference": f"--- a.py\n+++ a.py\n@@ -1 +1 @@\n-{OLD}+{NEW}"}]
    assert [(one["path"], one["line"]) for one in found["left"]] == [("b.ipynb", 1)]
    assert [one["path"] for one in found["failed"]] == ["bad.py"]
    assert found["requirements"] == [{"path": "requirements.txt", "line": 1, "package": "azure-ai-agents"}]
    assert (folder / "a.py").read_text(encoding="utf-8") == OLD


def test_with_json_what_is_written_is_told_and_the_status_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.py").write_text(OLD, encoding="utf-8")
    assert main(["migrate", "--json", "--check", "a.py"]) == 1
    assert len(document(capsys)["changed"]) == 1
    assert main(["migrate", "--json", "--write", "a.py"]) == 0
    found = document(capsys)
    assert ([one["path"] for one in found["changed"]], found["written"]) == (["a.py"], True)
    assert (folder / "a.py").read_text(encoding="utf-8") == NEW


def test_with_json_a_path_that_is_not_there_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "--json", "missing.py"]) == 2
    printed = capsys.readouterr()
    assert printed.err == "agentkit migrate: there is no file or folder 'missing.py'\n"
    assert json.loads(printed.out) == {"error": {"type": "FileNotFoundError", "message": printed.err.rstrip()}}


def test_a_path_that_is_not_there_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "missing.py"]) == 2
    assert capsys.readouterr().err == "agentkit migrate: there is no file or folder 'missing.py'\n"


@pytest.mark.parametrize("arguments", [[], ["--write", "--check", "a.py"], ["--rewrite", "a.py"]])
def test_a_wrong_command_line_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["migrate", *arguments])
    assert ended.value.code == 2


def test_without_libcst_the_extra_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.py").write_text(OLD, encoding="utf-8")
    find = importlib.util.find_spec
    monkeypatch.setattr("agentkit.migrate.command.find_spec", lambda name: None if name == "libcst" else find(name))
    assert main(["migrate", "a.py"]) == 2
    assert capsys.readouterr().err == (
        "agentkit migrate needs libcst: run pip install '.[migrate]' in the checkout of agentkit\n"
    )


def test_the_exit_statuses_are_told_by_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["migrate", "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(f"  {status}  " in told for status in range(4))


def test_a_terminal_that_lacks_characters_is_no_obstacle(folder: Path) -> None:
    (folder / "a.py").write_text(f"name = '\u4e2d'\n{OLD}", encoding="utf-8")
    command = [sys.executable, "-m", "agentkit", "migrate", "a.py"]
    done = subprocess.run(command, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=False)
    assert (done.returncode, b"\\u4e2d" in done.stdout) == (0, True)
