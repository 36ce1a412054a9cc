"""Holds the layers: a module imports only what stands below it."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

distributions = cache(importlib.metadata.packages_distributions)

# The lowest layer first. A name stands for the module or for the whole package of that name.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset(
        {
            "_attached",
            "_citations",
            "_forking",
            "_history",
            "_hooks",
            "_naming",
            "_suggest",
            "_types",
            "_version",
            "_wire",
            "exceptions",
        }
    ),
    frozenset({"_descriptors", "_members", "_model", "_paging", "_request", "_structured"}),
    frozenset({"_generated"}),
    frozenset({"_core"}),
    frozenset(
        {
            "_aiohttp",
            "_cancellation",
            "_assets",
            "_connections",
            "_files",
            "_http",
            "_httpx",
            "_inference",
            "_outcome",
            "_primitives",
            "_progress",
            "_setup",
            "tools",
        }
    ),
    frozenset({"_sync", "aio"}),
    frozenset({"", "models", "operations", "prompts", "telemetry"}),
    frozenset({"migrate"}),
    frozenset({"__main__", "cli"}),
)
LAYER_OF = {name: number for number, names in enumerate(LAYERS) for name in names}

# These look upwards, and only when they are called, so that importing the one does not import the other.
LAZY_UPWARDS = {
    ("_members", "_generated"): "the hand-written members make generated models",
    ("_sync", "telemetry"): "tracing is loaded when it is enabled",
    ("aio", "telemetry"): "tracing is loaded when it is enabled",
    ("_assets", "_sync"): "a file is uploaded to a local service by a client, which waits in either client",
    ("_connections", "_sync"): "a SAS token that was made by hand is renewed by a client",
    ("_connections", "aio"): "a SAS token that was made by hand is renewed by a client",
    ("_setup", "local"): "local() and from_env() start the embedded service",
    ("cli", "local"): "the command starts the service when it is asked to serve, and asks how it contains code",
}

# The service imports these only when something needs them: they have extras of their own.
OPTIONAL = {"openai": "openai"}

# The client imports these only when a call asks for a client of another package: they have extras of their own.
OPTIONAL_IN_CLIENT = {"openai": "openai"}

# What comes with a dependency and is imported by its own name.
WITH = {
    "PIL": "matplotlib",
    "aiohttp": "httpx-aiohttp",
    "multipart": "python-multipart",
    "opentelemetry": "opentelemetry-sdk",
    "pydantic_core": "pydantic",
    "referencing": "jsonschema",
    "yarl": "httpx-aiohttp",
}
# The pure core decides and does not do: nothing in it can wait, or reach a file, a socket or the environment.
IMPURE = frozenset(
    {
        "asyncio",
        "http",
        "io",
        "pathlib",
        "random",
        "selectors",
        "shutil",
        "socket",
        "ssl",
        "subprocess",
        "tempfile",
        "threading",
        "time",
    }
)
IMPURE_CALLS = frozenset({"open", "os.environ", "os.getenv", "os.open", "os.stat", "os.urandom"})


@dataclass(frozen=True)
class Import:
    """An import as it stands in a module: who imports what, whether only when called, and in which line."""

    importer: str
    target: str
    lazy: bool
    line: int

    @property
    def layer(self) -> str:
        """The name in the table that the importer belongs to."""
        return _layer_name(self.importer)


def module_name(path: Path, source: Path) -> str:
    """``agentkit._core.retry`` for ``src/agentkit/_core/retry.py``."""
    parts = path.relative_to(source).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(source: Path) -> Iterator[Import]:
    """Every import of the package below ``source``, but for those that only a type checker sees."""
    paths = sorted((source / "agentkit").rglob("*.py"))
    modules = {module_name(path, source) for path in paths}
    for path in paths:
        name = module_name(path, source)
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node, lazy in _import_nodes(ast.parse(path.read_text(encoding="utf-8"), str(path)), lazy=False):
            for target in _targets(node, package, modules):
                yield Import(name, target, lazy, node.lineno)


def _import_nodes(node: ast.AST, *, lazy: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, lazy
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            # The branch that runs is the one for "not TYPE_CHECKING".
            seen = child.body if isinstance(child.test, ast.UnaryOp) else child.orelse
            yield from _import_nodes(ast.Module(seen, []), lazy=lazy)
        else:
            called_later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _import_nodes(child, lazy=lazy or called_later)


def _targets(node: ast.Import | ast.ImportFrom, package: str, modules: set[str]) -> Iterator[str]:
    """The modules that an import statement names, in full."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = node.module or ""
    if node.level:
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*above, *([base] if base else [])])
    for alias in node.names:
        inner = f"{base}.{alias.name}"
        yield inner if inner in modules else base


def _layer_name(module: str) -> str:
    """``_core`` for ``agentkit._core.retry``, and the empty name for ``agentkit`` itself."""
    return module.split(".")[1] if "." in module else ""


def violations(source: Path) -> list[str]:
    """One line for each import that the layers forbid, with the place where it stands."""
    return [f"{found.importer}:{found.line}: {reason}" for found in imports(source) if (reason := _forbidden(found))]


def _forbidden(found: Import) -> str | None:
    if found.target.split(".")[0] == "agentkit":
        return _forbidden_inside(found)
    return _forbidden_outside(found)


def _forbidden_inside(found: Import) -> str | None:
    own, other = found.layer, _layer_name(found.target)
    if (own, other) in LAZY_UPWARDS:
        return None if found.lazy else f"imports {found.target} when it is loaded, and may only when it is called"
    if own == "local" or other == "local":
        return None if own == other else f"imports {found.target}, but the local service and the client share nothing"
    unknown = next((name for name in (own, other) if name not in LAYER_OF), None)
    if unknown is not None:
        return f"{unknown!r} stands in no layer: add it to LAYERS"
    if own == other or LAYER_OF[other] < LAYER_OF[own]:
        return None
    if LAYER_OF[other] == LAYER_OF[own] and own not in ("aio", "_sync"):
        return None
    return f"imports {found.target}, which does not stand below it"


def _forbidden_outside(found: Import) -> str | None:
    top = found.target.split(".")[0]
    if found.layer == "_core" and top in IMPURE:
        return f"imports {top}, and the core is pure"
    if top in {*sys.stdlib_module_names, "tomllib"}:  # which Python 3.10 does not have yet
        return None
    if found.layer == "local" and top in OPTIONAL:
        if not _declared(top, OPTIONAL[top]):
            return f"imports {top}, which is no package of the extra '{OPTIONAL[top]}'"
        return None if found.lazy else f"imports {top} when it is loaded, and may only when it is called"
    if found.layer == "local":
        return None if _declared(top, "local") else f"imports {top}, which is no package of the extra 'local'"
    if found.layer == "telemetry" and top == "opentelemetry":
        return None if _declared(top, "telemetry") else f"imports {top}, which is no package of the extra 'telemetry'"
    if found.layer == "migrate" and top == "libcst":
        return None if _declared(top, "migrate") else f"imports {top}, which is no package of the extra 'migrate'"
    if found.layer in ("cli", "_progress") and top == "rich":
        if not _declared(top, "cli"):
            return f"imports {top}, which is no package of the extra 'cli'"
        return None if found.lazy else f"imports {top} when it is loaded, and may only when it is called"
    if found.layer == "prompts" and top == "yaml":
        # It has no extra: who keeps prompts in files is told to install it by its own name.
        return None if found.lazy else "imports yaml when it is loaded, and may only when it is called"
    if found.layer in ("_inference", "_sync", "aio") and top in OPTIONAL_IN_CLIENT:
        if not _declared(top, OPTIONAL_IN_CLIENT[top]):
            return f"imports {top}, which is no package of the extra '{OPTIONAL_IN_CLIENT[top]}'"
        return None if found.lazy else f"imports {top} when it is loaded, and may only when it is called"
    if found.layer == "_aiohttp" and _declared(top, "aio"):
        return None  # the module is itself imported only where the extra is installed
    if not _declared(top, None):
        return f"imports {top}, which is no dependency of the client"
    if top == "httpx" and found.layer not in ("_aiohttp", "_cancellation", "_http", "_httpx"):
        return "imports httpx, which only _http.py, _httpx.py, _cancellation.py and _aiohttp.py know"
    if top == "azure" and found.layer != "exceptions" and not found.lazy:
        return "imports azure when it is loaded, and may only when it is called"
    return None


@cache
def _requirements(extra: str | None) -> frozenset[str]:
    """The names that pyproject.toml lists as dependencies, or in an extra."""
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = project["optional-dependencies"].get(extra, []) if extra else project["dependencies"]
    return frozenset(re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-") for requirement in listed)


def _declared(top: str, extra: str | None) -> bool:
    """Whether a top-level package comes with what pyproject.toml lists."""
    names = [WITH[top]] if top in WITH else distributions().get(top, [top])
    return any(name.lower().replace("_", "-") in _requirements(extra) for name in names)


def impure_calls(source: Path) -> list[str]:
    """One line for each place where the core reaches outside without an import of its own."""
    lines = []
    for path in sorted((source / "agentkit" / "_core").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
            if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in IMPURE_CALLS:
                lines.append(f"{module_name(path, source)}:{node.lineno}: uses {ast.unparse(node)}, and the core is pure")
    return lines


def test_every_import_goes_downwards(root: Path) -> None:
    assert violations(root / "src") == []


def test_the_core_is_pure(root: Path) -> None:
    assert impure_calls(root / "src") == []


def test_the_walk_sees_the_whole_package(root: Path) -> None:
    importers = {_layer_name(found.importer) for found in imports(root / "src")}
    assert {"", "_core", "_http", "_model", "_sync", "aio", "local", "models"} <= importers
    assert any(found.lazy for found in imports(root / "src"))


def tree(folder: Path, files: dict[str, str]) -> Path:
    """A made-up package below ``folder``."""
    for name, text in {"__init__.py": "", **files}.items():
        path = folder / "agentkit" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


FORBIDDEN = {
    "upwards": ("_core/retry.py", "from ..aio import _client", "agentkit.aio"),
    "upwards through the package": ("_core/retry.py", "from .. import aio", "agentkit.aio"),
    "upwards, in full": ("_core/retry.py", "import agentkit.aio", "agentkit.aio"),
    "upwards, when called": ("_core/retry.py", "def f():\n    from ..aio import _client", "agentkit.aio"),
    "the package itself": ("_wire.py", "from . import anything", "does not stand below"),
    "sync from async": ("_sync/_client.py", "from ..aio import _client", "agentkit.aio"),
    "async from sync": ("aio/_client.py", "from .._sync import _client", "agentkit._sync"),
    "the service from the client": ("aio/_client.py", "from ..local import service", "share nothing"),
    "the client from the service": ("local/app.py", "from agentkit._core import retry", "share nothing"),
    "the service, at once": ("_setup.py", "from .local import service", "only when it is called"),
    "the service by the command, at once": ("cli.py", "from .local import service", "only when it is called"),
    "aiohttp elsewhere": ("_http.py", "def f():\n    import aiohttp", "no dependency of the client"),
    "httpx elsewhere": ("aio/_client.py", "def f():\n    import httpx", "only _http.py"),
    "azure at once": ("_outcome.py", "from azure.core import exceptions", "only when it is called"),
    "azure in a class body": ("_outcome.py", "class A:\n    from azure.core import exceptions", "only when it is called"),
    "a package of the service": ("_files.py", "import starlette", "no dependency of the client"),
    "a package of the client": ("local/app.py", "import httpx", "no package of the extra"),
    "an optional package of the client, at once": ("aio/_client.py", "import openai", "only when it is called"),
    "an optional package, at once": ("local/app.py", "import openai", "only when it is called"),
    "an optional package elsewhere": ("_files.py", "def f():\n    import openai", "no dependency of the client"),
    "a package that rewrites scripts, elsewhere": ("cli.py", "def f():\n    import libcst", "no dependency of the client"),
    "tables, at once": ("cli/_terminal.py", "import rich", "only when it is called"),
    "tables elsewhere": ("_files.py", "def f():\n    import rich", "no dependency of the client"),
    "an impure core": ("_core/retry.py", "import time", "pure"),
    "a module in no layer": ("surprise.py", "from ._core import retry", "stands in no layer"),
    "under else": ("_core/retry.py", "if TYPE_CHECKING:\n    pass\nelse:\n    from ..aio import _client", "agentkit.aio"),
    "under not": ("_core/retry.py", "if not TYPE_CHECKING:\n    from ..aio import _client", "agentkit.aio"),
    "under try": ("_core/retry.py", "try:\n    import httpx\nexcept ImportError:\n    pass", "only _http.py"),
}


@pytest.mark.parametrize(("name", "text", "reason"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_a_forbidden_import_is_found(tmp_path: Path, name: str, text: str, reason: str) -> None:
    others = {"aio/__init__.py": "", "aio/_client.py": "", "_sync/_client.py": "", "_core/retry.py": "", "local/service.py": ""}
    (line,) = violations(tree(tmp_path, {**others, name: text}))
    assert reason in line
    assert line.startswith(f"agentkit.{name.removesuffix('.py').replace('/', '.')}:")


ALLOWED = {
    "downwards": ("aio/_client.py", "from .._core import retry\nfrom .. import _wire"),
    "inside a package": ("aio/_client.py", "from . import _pipeline\nfrom ._pipeline import Pipeline"),
    "inside a layer": ("_model.py", "from ._request import Request"),
    "for type checkers": (
        "_core/retry.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..aio import _client",
    ),
    "the service, when called": ("_setup.py", "def f():\n    from .local import service"),
    "the service by the command": ("cli.py", "def f():\n    from .local import service"),
    "httpx at its seam": ("_http.py", "import httpx"),
    "aiohttp at its seam": ("_aiohttp.py", "import aiohttp\nimport httpx\nfrom yarl import URL"),
    "azure when called": ("_outcome.py", "def f():\n    from azure.core import exceptions"),
    "azure's errors": ("exceptions.py", "from azure.core import exceptions"),
    "a package that rewrites scripts": ("migrate/_imports.py", "import libcst"),
    "tables, when called": ("cli/_terminal.py", "def f():\n    from rich.table import Table"),
    "lines of progress, when called": ("_progress.py", "def f():\n    from rich.console import Console"),
    "the service's packages": ("local/app.py", "import starlette\nfrom agentkit.local import service"),
    "an optional package of the client, when called": ("aio/_client.py", "def f():\n    import openai"),
    "an optional package, when called": ("local/app.py", "def f():\n    import openai"),
}


@pytest.mark.parametrize(("name", "text"), ALLOWED.values(), ids=ALLOWED)
def test_an_allowed_import_is_let_through(tmp_path: Path, name: str, text: str) -> None:
    others = {"aio/_pipeline.py": "", "_core/retry.py": "", "_wire.py": "", "_request.py": "", "local/service.py": ""}
    assert violations(tree(tmp_path, {**others, name: text})) == []


@pytest.mark.parametrize("text", ["import os\nos.environ['A']", "open('a')", "from os import path\nimport os\nos.getenv('A')"])
def test_a_core_that_reaches_outside_is_found(tmp_path: Path, text: str) -> None:
    assert len(impure_calls(tree(tmp_path, {"_core/retry.py": text}))) == 1
