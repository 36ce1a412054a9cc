"""Builds the sdist and from it the wheel, and uses the wheel as its users will: in a new environment, outside the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from environment import ROOT, make_venv
from samples import run_sample

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


def build(folder: Path) -> tuple[Path, Path]:
    """The sdist, and the wheel that is built from it."""
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)], check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


def missing_files(sdist: Path, wheel: Path) -> list[str]:
    """Source files that the wheel lacks or has too many, and what the sdist lacks of the checkout, one line each."""
    source = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "agentkit").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
        licensed = any(name.endswith("LICENSE") for name in archive.namelist())
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    wanted = ("pyproject.toml", "Makefile", "README.md", "LICENSE", ".ci/run", "codegen/spec/openapi.yaml", "tests/conftest.py")
    lines = [f"the wheel lacks {name}" for name in sorted(source - packed)]
    lines += [f"the wheel holds {name}, which is no source file" for name in sorted(packed - source)]
    lines += [f"the sdist lacks {name}" for name in wanted if name not in inside]
    return lines if licensed else [*lines, "the wheel lacks LICENSE"]


def use(wheel: Path, folder: Path) -> list[str]:
    """What goes wrong when the wheel is installed in a new environment and used there, one line each."""
    python = str(make_venv(folder / "environment"))
    _install(python, str(wheel))
    status = subprocess.run([python, "-W", "error", "-c", WITHOUT_EXTRAS], cwd=folder, check=False).returncode
    wrong = [f"without extras: ended with status {status}"] if status else []
    _install(python, f"{wheel}[local]")
    quickstart = shutil.copy(ROOT / "samples" / "quickstart.py", folder)
    return wrong + [f"with the extra 'local', the quickstart: {line}" for line in run_sample(Path(quickstart), python=python)]


def _install(python: str, requirement: str) -> None:
    subprocess.run([python, "-m", "pip", "install", "--quiet", requirement], check=True, stdin=subprocess.DEVNULL)


def main() -> int:
    """Build, look inside, install without and with the extra, use it; exit status 1 when something is wrong."""
    with tempfile.TemporaryDirectory(prefix="agentkit-wheel-") as name:
        folder = Path(name)
        sdist, wheel = build(folder)
        print(f"built {sdist.name} and {wheel.name}", flush=True)
        wrong = [*missing_files(sdist, wheel), *use(wheel, folder)]
    for line in wrong:
        print(f"  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
