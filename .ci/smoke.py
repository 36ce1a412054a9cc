"""Builds sdist and wheel, looks at every file in them, and uses them as their users will: in new environments, outside the checkout.

The wheel is built twice, from the sdist and from the checkout, and has to be the same. It holds the package and nothing else.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from environment import ROOT, make_venv
from samples import run_sample

LARGEST = 400_000
"""The most bytes that a packed file may have; the description of the local service's API is the largest."""

# What may be in a wheel: source, its marker for type checkers, data that the source reads, and what describes the wheel.
_IN_A_WHEEL = re.compile(
    r"agentkit/(?:[a-z0-9_]+/)*(?:[A-Za-z0-9_]+\.py|py\.typed|[a-z0-9_-]+\.json)"
    r"|agentkit-[^/]+\.dist-info/(?:METADATA|WHEEL|RECORD|entry_points\.txt|licenses/LICENSE)"
)
# What is made while one works and belongs into neither of the two.
_MADE = re.compile(
    r"(?:^|/)(?:__pycache__|\.[a-z_]+_cache|\.venv|\.make|\.git|\.hypothesis|[a-z]+-output|dist|build)/|\.py[co]$|~$"
)

_IN_THE_SDIST = (
    "pyproject.toml",
    "Makefile",
    "README.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "LICENSE",
    ".ci/run",
    "codegen/spec/openapi.yaml",
    "docs/index.md",
    "samples/README.md",
    "src/agentkit/py.typed",
    "tests/conftest.py",
)

WITHOUT_EXTRAS = """
import agentkit
from agentkit import AIProjectClient

with AIProjectClient("https://res.services.ai.azure.com/api/projects/p", "a-key") as client:
    print(client)
try:
    AIProjectClient.local()
except ImportError as error:
    print(error)
    assert "pip install '.[local]'" in str(error), "the error does not say what to install"
else:
    raise SystemExit("local() worked without the extra's packages")
print("agentkit", agentkit.__version__, "from", agentkit.__file__)
"""


def build(folder: Path) -> tuple[Path, Path, Path]:
    """The sdist, the wheel that is built from it, and the wheel that is built from the checkout."""

    def run(name: str, *options: str) -> Path:
        command = [sys.executable, "-m", "build", *options, "--outdir", str(folder / name), str(ROOT)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return folder / name

    with ThreadPoolExecutor() as pool:
        released, direct = pool.map(lambda call: run(*call), [("released",), ("direct", "--wheel")])
    return next(released.glob("*.tar.gz")), next(released.glob("*.whl")), next(direct.glob("*.whl"))


def read_wheel(path: Path) -> dict[str, bytes]:
    """The files of a wheel by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read_sdist(path: Path) -> dict[str, bytes]:
    """The files of an sdist by name, without the folder that they all are in."""
    files = {}
    with tarfile.open(path) as archive:
        for member in archive:
            opened = archive.extractfile(member)
            if opened is not None:
                files[member.name.partition("/")[2]] = opened.read()
    return files


def wrong_with_wheel(packed: Mapping[str, bytes], source: Iterable[str]) -> list[str]:
    """What a wheel lacks or has too many, one line each.

    :param source: The names of the source files, such as ``agentkit/__init__.py``.
    """
    code = {name for name in packed if ".dist-info/" not in name}
    lines = [f"the wheel lacks {name}" for name in sorted(set(source) - code)]
    lines += [f"the wheel holds {name}, which is no source file" for name in sorted(code - set(source))]
    lines += [f"the wheel holds {name}, which belongs into none" for name in sorted(packed) if not _IN_A_WHEEL.fullmatch(name)]
    wanted = ("agentkit/py.typed", "licenses/LICENSE", "entry_points.txt")
    return lines + [f"the wheel lacks {name}" for name in wanted if not any(one.endswith(name) for one in packed)]


def wrong_with_sdist(packed: Mapping[str, bytes]) -> list[str]:
    """What an sdist lacks or has too many, one line each."""
    lines = [f"the sdist lacks {name}" for name in _IN_THE_SDIST if name not in packed]
    return lines + [f"the sdist holds {name}, which was made by working" for name in sorted(packed) if _MADE.search(name)]


def wrong_with_contents(kind: str, packed: Mapping[str, bytes], machine: Iterable[Path]) -> list[str]:
    """Files that are too large, or name a folder of the machine on which they were packed, one line each.

    :param kind: What they are packed in.
    :param machine: The folders that no file may name.
    """
    named = re.compile(rb"(?:" + b"|".join(re.escape(str(path).encode()) for path in machine) + rb")(?![\w-])")
    lines = [f"{kind}: {name} has {len(data):,} bytes" for name, data in packed.items() if len(data) > LARGEST]
    return lines + [
        f"{kind}: {name} names {found[0].decode()!r}, a folder of this machine"
        for name, data in packed.items()
        if (found := named.search(data))
    ]


def differences(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """In what the wheel of the sdist differs from that of the checkout, one line for each file."""
    return [
        f"{name} is not the same in the wheel from the sdist and in that from the checkout"
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def folders_of_this_machine() -> list[Path]:
    """The checkout, and the home folder where its name says whose it is: ``/root`` is everywhere."""
    home = Path.home()
    return [ROOT, *([home] if len(home.parts) > 2 else [])]


def look_at(sdist: Path, wheel: Path, direct: Path) -> list[str]:
    """What is wrong with the packed files, one line each."""
    inside, packed, machine = read_sdist(sdist), read_wheel(wheel), folders_of_this_machine()
    source = [
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "agentkit").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return [
        *wrong_with_wheel(packed, source),
        *wrong_with_sdist(inside),
        *wrong_with_contents("the wheel", packed, machine),
        *wrong_with_contents("the sdist", inside, machine),
        *differences(packed, read_wheel(direct)),
    ]


def fetch(wheel: Path, folder: Path) -> Path:
    """A folder with everything that the installations take from the package index, so that it is asked once."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(folder / "fetched")]
    subprocess.run([*command, f"{wheel}[local]", "hatchling"], check=True, stdin=subprocess.DEVNULL)
    return folder / "fetched"


def use_wheel(wheel: Path, fetched: Path, folder: Path) -> list[str]:
    """What goes wrong when the wheel is installed in a new environment and used there, without and with the extra, one line each."""
    python = str(make_venv(folder / "wheel"))
    _install(python, str(wheel), fetched)
    wrong = _without_extras(python, folder, "the wheel")
    _install(python, f"{wheel}[local]", fetched)
    quickstart = shutil.copy(ROOT / "samples" / "01_quickstart.py", folder)
    outcome = run_sample(Path(quickstart), python=python)
    return wrong + [f"with the extra 'local', the quickstart: {line}" for line in outcome.wrong()]


def use_sdist(sdist: Path, fetched: Path, folder: Path) -> list[str]:
    """The same for the sdist, without the extra: what pip makes of it is the wheel that was looked at."""
    python = str(make_venv(folder / "sdist"))
    _install(python, str(sdist), fetched)
    return _without_extras(python, folder, "the sdist")


def _without_extras(python: str, folder: Path, kind: str) -> list[str]:
    status = subprocess.run([python, "-W", "error", "-c", WITHOUT_EXTRAS], cwd=folder, check=False).returncode
    return [f"{kind}, without extras: ended with status {status}"] if status else []


def _install(python: str, requirement: str, fetched: Path) -> None:
    # Most of it is not imported here, so it is not compiled either.
    options = ["--quiet", "--no-compile", "--no-index", "--find-links", str(fetched)]
    command = [python, "-m", "pip", "install", *options, requirement]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def main() -> int:
    """Build, look inside, install, use; exit status 1 when something is wrong."""
    with tempfile.TemporaryDirectory(prefix="agentkit-wheel-") as name:
        folder = Path(name)
        sdist, wheel, direct = build(folder)
        print(f"built {sdist.name} and {wheel.name}", flush=True)
        with ThreadPoolExecutor() as pool:
            fetched = fetch(wheel, folder)
            used = [pool.submit(use_wheel, wheel, fetched, folder), pool.submit(use_sdist, sdist, fetched, folder)]
            wrong = [*look_at(sdist, wheel, direct), *(line for one in used for line in one.result())]
    for line in wrong:
        print(f"  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
