"""Makes one of the project's environments, or finds that it is up to date: ``environment.py dev '.[dev]'``.

An environment lives in ``.make/NAME`` and is made anew when the Python that makes it, the requirements, pyproject.toml or the
place of the checkout changed, so that a second call installs nothing and a moved checkout still works.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PIP = (21, 3)  # the first that installs a checkout without setup.py as editable


def ensure(
    name: str, requirements: list[str], *, python: str = sys.executable, editable: bool = True, fresh: bool = False
) -> Path:
    """Make the environment unless it is up to date.

    :param name: Its folder under ``.make``.
    :param requirements: What to install; one that starts with ``.`` is this checkout with its extras.
    :param python: The interpreter to make it with.
    :param editable: Install the checkout so that a change of a source file is seen at once.
    :param fresh: Make it anew in any case, with what the package index has today.
    :return: The environment's interpreter.
    :raises SystemExit: A step failed; what it printed stands above.
    """
    folder = ROOT / ".make" / name
    inside, stamp = _interpreter(folder), folder / "stamp"
    key = key_of(inside, requirements, python, editable)
    if not fresh and stamp.is_file() and stamp.read_text(encoding="utf-8") == key and inside.exists():
        return inside
    print(f"making the environment .make/{name} with {', '.join(requirements)}", flush=True)
    started = time.monotonic()
    stamp.unlink(missing_ok=True)
    make_venv(folder, python)
    arguments: list[str] = []
    for requirement in requirements:
        arguments += ["--editable", requirement] if editable and requirement.startswith(".") else [requirement]
    _run([str(inside), "-m", "pip", "install", "--quiet", *arguments])
    _make_font_list(inside)
    stamp.write_text(key, encoding="utf-8")
    print(f"made .make/{name} in {time.monotonic() - started:.0f} s", flush=True)
    return inside


def key_of(inside: Path, requirements: list[str], python: str, editable: bool) -> str:
    """Everything that an environment is made from, as the text of its stamp; the parameters are those of :func:`ensure`."""
    about = subprocess.run(
        [python, "-c", "import sys; print(sys.version, sys.base_prefix)"], capture_output=True, text=True, check=True
    ).stdout.strip()
    ours = any(requirement.startswith(".") for requirement in requirements)
    project = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest() if ours else ""
    return "\n".join([str(inside), about, project, "editable" if editable else "plain", *requirements, ""])


def make_venv(folder: Path, python: str = sys.executable) -> Path:
    """An empty environment with pip in it, also where the system's Python comes without ``ensurepip``.

    :param folder: Where to make it; what is there is removed.
    :param python: The interpreter to make it with.
    :return: The environment's interpreter.
    :raises SystemExit: A step failed; what it printed stands above.
    """
    shutil.rmtree(folder, ignore_errors=True)
    inside = str(_interpreter(folder))
    complete = subprocess.run([python, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0
    _run([python, "-m", "venv", *([] if complete else ["--without-pip"]), str(folder)])
    if not complete:
        found = subprocess.run(
            [python, "-c", "import pip; print(pip.__path__[0])"], capture_output=True, text=True, check=False
        )
        if found.returncode != 0:
            sys.exit(f"{python} has neither ensurepip nor pip: install pip for it, or name another Python: make PYTHON=...")
        # The pip of the outer Python, run by the inner one, installs a pip of the environment's own.
        _run([inside, found.stdout.strip(), "install", "--quiet", "--ignore-installed", "pip"])
    version = subprocess.run([inside, "-m", "pip", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_PIP:
        _run([inside, "-m", "pip", "install", "--quiet", "--upgrade", "pip"])
    return Path(inside)


def _interpreter(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _make_font_list(inside: Path) -> None:
    """matplotlib's list of fonts takes seconds to make: now, rather than in the middle of the first chart."""
    program = "import importlib.util as u\nif u.find_spec('matplotlib'): import matplotlib.pyplot"
    environment = {**os.environ, "MPLBACKEND": "agg"}
    done = subprocess.run([str(inside), "-c", program], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"matplotlib was installed and cannot be imported:\n{done.stderr}")


def _run(command: list[str]) -> None:
    status = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode
    if status != 0:
        sys.exit(f"failed with status {status}: {' '.join(command)}")


def main() -> None:
    """Read the command line and make the environment."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("name", help="folder under .make")
    parser.add_argument("requirements", nargs="+", help="what to install; '.[dev]' is this checkout with its extra 'dev'")
    options = parser.parse_args()
    ensure(options.name, options.requirements)


if __name__ == "__main__":
    main()
