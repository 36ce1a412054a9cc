"""Runs the steps of ``make check`` and, with ``--full``, of ``make full``; says for each what it is and how long it took.

All steps run, so that one look at the end shows everything that fails. A step that cannot run here says why, and is counted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from environment import ROOT, ensure
from javascript import ensure_packages, reason_against
from lowest import lowest_requirements, versions_in

# Many tests wait, for a service or for a time to pass, so there are more workers than cores. A file's tests stay together, since
# they share services.
PYTEST = ("-m", "pytest", "-q", "-n", "4", "--dist", "loadfile")

# Where made-up bytes, events and texts are read.
FUZZED = (
    "tests/core/test_sse.py",
    "tests/core/test_events.py",
    "tests/core/test_accumulate.py",
    "tests/core/test_accumulate_pieces.py",
    "tests/core/test_moments.py",
    "tests/core/test_retry.py",
    "tests/core/test_endpoint.py",
    "tests/core/test_naming.py",
    "tests/test_citations.py",
)

PYTHONS = ("3.10", "3.11", "3.12", "3.13")


class NotRun(Exception):
    """The step cannot run here; the text is the reason."""


@dataclass(frozen=True)
class Step:
    """One thing to check: its name and what does it, which returns an exit status."""

    name: str
    run: Callable[[], int]


def command(*arguments: str, python: Path | str = sys.executable, **variables: str) -> Callable[[], int]:
    """A run of one of the project's Python programs in the checkout, without input, and with more environment variables."""
    environ = {**os.environ, **variables}
    line = [str(python), *arguments]
    return lambda: subprocess.run(line, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, check=False).returncode


def compat(environment: str, program: str, *packages: str, script: str = "") -> Callable[[], int]:
    """A published client, as it is published and in an environment of its own, against local services."""

    def run() -> int:
        client = ensure(environment, list(packages))
        return command("tests/compat/start.py", str(client), f"tests/compat/{program}", *([script] if script else []))()

    return run


def compat_javascript() -> int:
    """The published JavaScript client, against local services."""
    reason = reason_against()
    if reason is not None:
        raise NotRun(reason)
    packages = ensure_packages("compat-javascript", {"@azure/ai-agents": "1.1.0"})
    return command("tests/compat/start.py", "node", "tests/compat/published_javascript.cjs", str(packages))()


def documentation() -> int:
    """The documentation site, built without a warning."""
    return command(".ci/documentation.py", python=ensure("docs", [".[docs]"]))()


def benchmarks() -> int:
    """Every benchmark of the checkout, each in a process of its own; that beside the peers comes last."""
    folder = ROOT / "benchmarks"
    programs = [*sorted(folder.glob("*.py")), folder / "peers" / "compare.py"]
    # All of them run, whatever one says.
    return max([command(str(program))() for program in programs])


def on_python(version: str) -> Callable[[], int]:
    """All tests on another Python, where there is one."""

    def run() -> int:
        python = find_python(version)
        if python is None:
            raise NotRun(f"there is no python{version} here")
        return command(*PYTEST, python=ensure(f"py{version}", [".[dev]"], python=python))()

    return run


def find_python(version: str) -> str | None:
    """The interpreter of a version: on the PATH, or one of pyenv's; None where neither starts."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates = [
        shutil.which(f"python{version}"),
        *(str(path / "bin" / "python") for path in sorted(pyenv.glob(f"{version}.*"))),
    ]
    wanted = f"import sys, ssl, sqlite3; sys.exit('%d.%d' % sys.version_info[:2] != {version!r})"
    for candidate in candidates:
        if candidate and subprocess.run([candidate, "-c", wanted], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


def on_lowest_versions() -> int:
    """All tests with the lowest versions that pyproject.toml allows, on the oldest Python that is here."""
    python = next((found for version in PYTHONS if (found := find_python(version))), sys.executable)
    inside = ensure("lowest", [".[dev]", *lowest_requirements(ROOT / "pyproject.toml")], python=python)
    print(f"on {', '.join(versions_in(inside, ROOT / 'pyproject.toml'))}", flush=True)
    return command(*PYTEST, python=inside)()


def on_highest_versions() -> int:
    """All tests with the newest versions that pyproject.toml allows and the index has today, on the newest Python that is here."""
    python = next((found for version in reversed(PYTHONS) if (found := find_python(version))), sys.executable)
    inside = ensure("highest", [".[dev]"], python=python, fresh=True)
    print(f"on {', '.join(versions_in(inside, ROOT / 'pyproject.toml'))}", flush=True)
    return command(*PYTEST, python=inside)()


CHECK = (
    Step("lint", command("-m", "ruff", "check", ".")),
    Step("format", command("-m", "ruff", "format", "--check", ".")),
    Step("types (mypy)", command("-m", "mypy")),
    Step("types (pyright)", command("-m", "basedpyright", "--level", "error", "--pythonpath", sys.executable)),
    Step("types (completeness)", command(".ci/completeness.py")),
    Step("generated code", command("-m", "codegen", "--check")),
    Step("generated tables", command("-m", "codegen.names", "--check")),
    Step("reference pages", command("-m", "codegen.pages", "--check")),
    # They run every sample by its own command, and the code of every page.
    Step("tests", command(*PYTEST)),
    Step("wheel", command(".ci/smoke.py")),
)

AZURE = ("azure-identity", "aiohttp")

PROJECTS = ("azure-ai-projects==1.0.0b10", *AZURE)
AGENTS = ("azure-ai-agents==1.1.0", *AZURE)
OPENAI = ("openai==3.54.0",)
SCRIPTS = "published_scripts.py"

COMPAT = (
    Step("compat azure-ai-projects", compat("compat", "published_b10.py", *PROJECTS)),
    Step("compat azure-ai-projects 2", compat("compat-b3", "published_b3.py", "azure-ai-projects==2.0.0b3", *AZURE)),
    Step("compat azure-ai-agents", compat("compat-agents", "published_agents.py", *AGENTS)),
    Step("compat openai", compat("compat-openai", "published_openai.py", *OPENAI)),
    Step("compat javascript", compat_javascript),
    # Scripts that run on agentkit once they are migrated, before that.
    Step("compat script of azure-ai-projects", compat("compat", SCRIPTS, *PROJECTS, script="projects_b10")),
    Step("compat script of azure-ai-agents", compat("compat-agents", SCRIPTS, *AGENTS, script="agents_11")),
    Step("compat script of openai", compat("compat-openai", SCRIPTS, *OPENAI, script="openai_threads")),
)

FULL = (
    *CHECK,
    *COMPAT,
    *(Step(f"Python {version}", on_python(version)) for version in PYTHONS if version != "{}.{}".format(*sys.version_info)),
    Step("samples", command(".ci/samples.py")),  # a table of them
    Step("lowest versions", on_lowest_versions),
    Step("docs", documentation),
    Step("highest versions", on_highest_versions),
    Step("bench", benchmarks),
    Step("faults", command("tests/faults/run.py")),
    Step("fuzz properties", command(*PYTEST, "--hypothesis-profile=fuzz", *FUZZED)),
    Step("fuzz parsers", command("tests/fuzz/run.py")),
    Step("fuzz service", command("tests/fuzz/schemathesis_run.py")),
    Step("tracing on", command(*PYTEST, AGENTKIT_TESTS_TRACING="1")),
)


def run(steps: tuple[Step, ...]) -> int:
    """Run the steps in order, and end with a line for each that failed or did not run.

    :return: Exit status: 0 when no step failed.
    """
    started, failed, not_run = time.monotonic(), [], []
    for step in steps:
        print(f"== {step.name}", flush=True)
        before = time.monotonic()
        try:
            status = step.run()
        except NotRun as reason:
            print(f"== {step.name}: not run: {reason}", flush=True)
            not_run.append(f"{step.name}: {reason}")
            continue
        except SystemExit as error:  # an environment could not be made
            print(error.code, flush=True)
            status = 1
        if status != 0:
            failed.append(step.name)
        print(f"== {step.name}: {'failed' if status else 'ok'} in {time.monotonic() - before:.1f} s", flush=True)
    ok = len(steps) - len(failed) - len(not_run)
    print(f"\n{len(steps)} steps in {time.monotonic() - started:.0f} s: {ok} ok, {len(failed)} failed, {len(not_run)} not run")
    for line in [*(f"failed: {name}" for name in failed), *(f"not run: {line}" for line in not_run)]:
        print(f"  {line}")
    return 1 if failed else 0


def main() -> int:
    """Read the command line and run the steps that it names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--full", action="store_true", help="also what takes longer or needs more than this Python")
    parser.add_argument("--only", metavar="STEP", help="run this step, such as 'tests', or all that begin so, such as 'compat'")
    options = parser.parse_args()
    steps = FULL if options.full or options.only else CHECK
    if options.only:
        steps = tuple(step for step in steps if step.name == options.only or step.name.startswith(f"{options.only} "))
        if not steps:
            parser.error(f"there is no step {options.only!r}; the steps are: {', '.join(step.name for step in FULL)}")
    return run(steps)


if __name__ == "__main__":
    sys.exit(main())
