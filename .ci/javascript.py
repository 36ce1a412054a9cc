"""Installs packages of npm for ``make compat``, or says why that cannot be done here."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from environment import ROOT

OLDEST_NODE = 20  # what the client of agents asks for


def reason_against() -> str | None:
    """Why JavaScript cannot be run here; None where it can."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        return f"there is no {' and no '.join(missing)} here"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = version.removeprefix("v").partition(".")[0]
    if not major.isdecimal() or int(major) < OLDEST_NODE:
        return f"it needs node {OLDEST_NODE} or newer, and node here is {version or 'not one that starts'}"
    return None


def ensure_packages(name: str, packages: dict[str, str]) -> Path:
    """Install the packages unless they are there.

    :param name: Their folder under ``.make``.
    :param packages: Their names and exact versions.
    :return: The folder, which holds ``node_modules``.
    :raises SystemExit: npm failed; what it printed stands above.
    """
    folder = ROOT / ".make" / name
    wanted = json.dumps({"private": True, "dependencies": packages}, indent=2)
    stamp = folder / "stamp"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return folder
    print(
        f"installing {', '.join(f'{package}@{version}' for package, version in packages.items())} in .make/{name}", flush=True
    )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(wanted, encoding="utf-8")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    if subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, check=False).returncode != 0:
        raise SystemExit(f"npm could not install {', '.join(packages)}")
    stamp.write_text(wanted, encoding="utf-8")
    return folder
