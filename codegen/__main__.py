"""``python -m codegen`` writes the generated trees; ``--check`` compares them and says what differs."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from . import areas, calls, document, models, requests, sync
from .spec import load

ROOT = Path(__file__).resolve().parent.parent
TREES = (
    "src/agentkit/_generated",
    "src/agentkit/aio/_api",
    "src/agentkit/aio/_areas",
    "src/agentkit/_sync",
    "src/agentkit/local/_generated",
)


def generate() -> dict[str, str]:
    """Every generated file as it should be, by path from the project's root."""
    description = load()
    one_liners = calls.emit(description)
    one_liners |= areas.emit(ROOT, description, one_liners, areas.load())
    files = models.emit(description) | requests.emit(description) | one_liners
    files |= sync.emit(ROOT, one_liners)
    return {name: _formatted(name, text) for name, text in files.items()} | document.emit(description)


def _formatted(name: str, text: str) -> str:
    """The text as ruff formats it, imports sorted."""
    command = [sys.executable, "-m", "ruff"]
    for arguments in (["check", "--quiet", "--select", "I,F401,RUF022", "--fix"], ["format"]):
        done = subprocess.run(
            [*command, *arguments, "--stdin-filename", name, "-"],
            input=text,
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        if done.returncode not in (0, 1) or not done.stdout:
            raise RuntimeError(f"ruff could not read the generated {name}: {done.stderr.strip()}")
        text = done.stdout
    return text


def existing() -> dict[str, str]:
    """Every file that lies in the generated trees now, by path from the project's root."""
    found = [path for tree in TREES for path in (ROOT / tree).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes().decode("utf-8", "replace") for path in found}


def differences(wanted: dict[str, str], found: dict[str, str]) -> list[str]:
    """One line for each file that is missing, stale, or not made by the generator."""
    lines = [f"missing: {name}" for name in wanted if name not in found]
    lines += [f"stale:   {name}" for name, text in wanted.items() if name in found and found[name] != text]
    lines += [f"orphan:  {name}" for name in found if name not in wanted]
    return sorted(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a generated file is not as it should be"
    )
    check = parser.parse_args(arguments).check
    wanted, found = generate(), existing()
    lines = differences(wanted, found)
    if check:
        for line in lines:
            print(line)
        print(
            f"{len(wanted)} generated files, {len(lines)} not as they should be"
            + ("; run `python -m codegen`" if lines else "")
        )
        return 1 if lines else 0
    for name in found.keys() - wanted.keys():
        (ROOT / name).unlink()
    for name, text in wanted.items():
        path = ROOT / name
        if found.get(name) != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
    print(f"{len(wanted)} generated files, {len(lines)} written or removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
