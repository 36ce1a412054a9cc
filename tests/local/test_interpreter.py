"""The interpreter runs programs and hands back what they printed and made, under every rung that works here."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentkit.local.interpreter import InputFile, Interpreter, Limits, Outcome, containment, rungs

Run = Callable[..., Outcome]


@pytest.fixture(params=["contained", "plain"])
def interpreter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Interpreter]:
    if request.param == "plain":
        monkeypatch.setattr(rungs, "containment", lambda: "subprocess")
    elif containment() == "subprocess":
        pytest.skip("nothing can contain a program on this machine")
    with Interpreter(trusted=True) as made:
        yield made


@pytest.fixture
def run(interpreter: Interpreter) -> Run:
    return interpreter.execute


def test_output_and_errors_are_kept_in_the_order_written(run: Run) -> None:
    outcome = run("import sys\nprint('one')\nprint('two', file=sys.stderr)\nprint('drei ÄÖ 数')\n1 + 1")
    assert outcome.stdout == "one\ntwo\ndrei ÄÖ 数\n"
    assert outcome.error is None
    assert outcome.files == ()
    assert outcome.seconds > 0


def test_traceback_shows_the_programs_own_frames_only(run: Run) -> None:
    outcome = run("import json\n\ndef read():\n    return json.loads('{')\n\nread()\n")
    assert outcome.error is not None
    assert outcome.error.startswith("Traceback (most recent call last):\n")
    assert 'File "<code>", line 6, in <module>\n    read()' in outcome.error
    assert 'File "<code>", line 4, in read' in outcome.error
    assert "json.decoder.JSONDecodeError: Expecting property name" in outcome.error.splitlines()[-1]
    assert "runner" not in outcome.error
    assert "decoder.py" not in outcome.error


def test_traceback_of_a_linked_exception_is_cleaned_too(run: Run) -> None:
    outcome = run("import json\ntry:\n    json.loads('{')\nexcept ValueError as error:\n    raise KeyError('n') from error\n")
    assert outcome.error is not None
    assert "The above exception was the direct cause" in outcome.error
    assert outcome.error.endswith("KeyError: 'n'\n")
    assert outcome.error.count("File ") == outcome.error.count('File "<code>"') == 2


def test_syntax_error_names_its_line(run: Run) -> None:
    outcome = run("print('before')\nx = = 1\n")
    assert outcome.stdout == ""
    assert outcome.error is not None
    assert 'File "<code>", line 2' in outcome.error
    assert outcome.error.endswith("SyntaxError: invalid syntax\n")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("raise SystemExit", None),
        ("import sys; sys.exit(0)", None),
        ("import os; os._exit(0)", None),
        ("import os; os._exit(3)", "The program ended with exit status 3.\n"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "The program was ended by signal 15 (SIGTERM).\n"),
    ],
)
def test_every_way_to_end(run: Run, code: str, error: str | None) -> None:
    assert run(f"print('x', flush=True)\n{code}").stdout == "x\n"
    assert run(code).error == error


def test_exit_with_a_message_is_an_error(run: Run) -> None:
    assert (run("import sys; sys.exit('no data')").error or "").endswith("SystemExit: no data\n")


def test_standard_input_is_closed(run: Run) -> None:
    assert (run("input()").error or "").endswith("EOFError: EOF when reading a line\n")


def test_the_program_is_main_and_starts_in_its_folder(run: Run) -> None:
    outcome = run(
        "import os, sys\nprint(__name__, os.getcwd(), sys.argv)\nprint(sys.modules['__main__'].__dict__ is globals())"
    )
    assert outcome.stdout == "__main__ /mnt/data ['<code>']\nTrue\n"


def test_the_environment_of_the_service_is_not_passed_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "a-secret-key")
    outcome = run("import os\nprint(dict(os.environ))")
    names = set(ast.literal_eval(outcome.stdout))
    assert {"HOME", "LANG", "MPLBACKEND", "MPLCONFIGDIR", "PATH", "TZ"} <= names
    assert not any(name.startswith(("AZURE", "PROJECT", "AGENTKIT_LOCAL", "PYTEST", "VIRTUAL_ENV")) for name in names)
    assert "a-secret-key" not in outcome.stdout


def test_files_go_in_and_come_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "source").write_text("a,1\n")
    given = InputFile("table of übung.csv", tmp_path / "source")
    outcome = run(
        "import os\n"
        "print(os.listdir('/mnt/data'))\n"
        "print(open('/mnt/data/table of übung.csv').read(), end='')\n"
        "os.makedirs('/mnt/data/sub')\n"
        "open('/mnt/data/sub/out.txt', 'w').write('made')\n"
        "open('second.PNG', 'wb').write(b'x')\n",
        [given],
    )
    assert outcome.error is None
    assert outcome.stdout == "['table of übung.csv']\na,1\n"
    made = {file.name: file for file in outcome.files}
    assert set(made) == {"sub/out.txt", "second.PNG"}
    assert made["sub/out.txt"].path.read_text() == "made"
    assert [(made[name].image, made[name].shown) for name in ("sub/out.txt", "second.PNG")] == [(False, False), (True, False)]


def test_a_changed_file_is_made_and_an_unchanged_one_is_not(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    given = [InputFile(name, tmp_path / name) for name in ("a", "b")]
    assert [file.name for file in run("open('a', 'a').write('!')", given).files] == ["a"]
    second = run("print(open('a').read(), open('b').read())", given)
    assert second.stdout == "a! b\n", "an input that was given before is not copied over the program's own change"
    assert second.files == ()
    (tmp_path / "a").write_text("a newer one")
    assert run("print(open('a').read())", given).stdout == "a newer one\n"


def test_files_and_variables_stay_between_executions(run: Run) -> None:
    run("value = 1\nopen('kept.py', 'w').write('answer = 42')")
    outcome = run("import kept\nprint(kept.answer, 'value' in globals())")
    assert outcome.stdout == "42 True\n"
    assert outcome.files == ()


def test_early_copies_survive_later_changes(run: Run) -> None:
    first = run("open('n.txt', 'w').write('1')").files[0]
    second = run("open('n.txt', 'w').write('22')").files[0]
    assert (first.path.read_text(), second.path.read_text()) == ("1", "22")


def test_shown_figures_become_images(run: Run) -> None:
    draw = "import matplotlib.pyplot as plt\nfor n in (1, 2):\n    plt.figure()\n    plt.plot([1, n])\nplt.show()\nprint(plt.get_fignums())"
    outcome = run(draw)
    assert outcome.error is None
    assert outcome.stdout == "[]\n", "no warning, no note about a font cache, and no figure left open"
    assert [(file.name, file.image, file.shown) for file in outcome.files] == [
        ("figure-1.png", True, True),
        ("figure-2.png", True, True),
    ]
    assert all(file.path.read_bytes().startswith(b"\x89PNG\r\n") for file in outcome.files)
    assert [file.name for file in run(draw).files] == ["figure-3.png", "figure-4.png"]


def test_one_figure_saved_and_shown_is_both(run: Run) -> None:
    outcome = run(
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.bar(['a'], [1])\nfig.savefig('/mnt/data/c.png')\nfig.show()"
    )
    assert [(file.name, file.shown) for file in outcome.files] == [("figure-1.png", True), ("c.png", False)]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "a\\b", "a\0"])
def test_input_names_are_plain_file_names(interpreter: Interpreter, tmp_path: Path, name: str) -> None:
    (tmp_path / "f").touch()
    with pytest.raises(ValueError, match="plain file name"):
        interpreter.execute("", [InputFile(name, tmp_path / "f")])


def test_two_inputs_of_one_name_are_refused(interpreter: Interpreter, tmp_path: Path) -> None:
    for name in ("f", "g"):
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match="two input files have the name 'n'"):
        interpreter.execute("", [InputFile("n", tmp_path / "f"), InputFile("n", tmp_path / "g")])


def test_a_missing_input_is_named(interpreter: Interpreter, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"'n.csv' was not found"):
        interpreter.execute("", [InputFile("n.csv", tmp_path / "none")])


def test_closing_removes_what_was_made_and_nothing_else(tmp_path: Path) -> None:
    own = tmp_path / "own"
    interpreter = Interpreter(trusted=True, workspace=own)
    made = interpreter.execute("open('kept.txt', 'w').write('x')").files[0].path
    assert made.exists()
    interpreter.close()
    interpreter.close()
    assert not made.exists()
    assert (own / "kept.txt").read_text() == "x"
    with pytest.raises(RuntimeError, match="closed"):
        interpreter.execute("print(1)")


def test_plain_rung_maps_the_folder_and_hides_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rungs, "containment", lambda: "subprocess")
    with Interpreter(trusted=True) as interpreter:
        outcome = interpreter.execute(
            "from pathlib import Path\n"
            "name = 'x.txt'\n"
            "Path(f'/mnt/data/{name}').write_bytes(b'/mnt/data')\n"
            "print(Path('/mnt/data').resolve(), open('x.txt').read() != '/mnt' + '/data')\n"
            "open('/mnt/data/none')\n"
        )
    assert outcome.rung == "subprocess"
    assert outcome.stdout == "/mnt/data True\n"
    assert outcome.error is not None
    assert "    open('/mnt/data/none')\n" in outcome.error
    assert outcome.error.endswith("FileNotFoundError: [Errno 2] No such file or directory: '/mnt/data/none'\n")


def test_untrusted_code_is_not_run_uncontained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rungs, "containment", lambda: "subprocess")
    with Interpreter(workspace=tmp_path) as interpreter:
        outcome = interpreter.execute("open('ran', 'w')")
    assert (outcome.rung, outcome.stdout, outcome.files) == ("none", "", ())
    assert outcome.error is not None
    assert outcome.error.startswith("The code was not run: ")
    assert rungs.remedy() in outcome.error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limit", ["seconds", "memory_bytes", "output_bytes", "file_bytes", "files", "processes"])
def test_limits_are_positive(limit: str) -> None:
    with pytest.raises(ValueError, match=rf"Limits\.{limit} must be more than 0, got 0"):
        Limits(**{limit: 0})
