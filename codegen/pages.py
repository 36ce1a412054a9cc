"""``python -m codegen.pages`` writes the pages that can be counted out: the reference and the coverage; ``--check`` compares them."""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT / "tests" / "facts"
NOTE = "<!-- Written by `python -m codegen.pages`; change that and run it again. -->"

# Tests that go by the facts one by one, so that they do not name what they test.
BY_FACTS = "test_facts.py"

# What the other groups of the mirrored client offer, and the client itself.
GROUPS = {
    "client": ("close", "from_connection_string", "scope", "upload_file"),
    "connections": ("get", "get_default", "list"),
    "inference": (
        "get_azure_openai_client",
        "get_chat_completions_client",
        "get_embeddings_client",
        "get_image_embeddings_client",
    ),
    "telemetry": ("enable", "get_connection_string"),
}

AREAS = {
    "agents": "Agents",
    "connections": "Connections",
    "evaluations": "Evaluations",
    "files": "Files",
    "hosted": "Agents with versions",
    "messages": "Messages",
    "run_steps": "Run steps",
    "runs": "Runs",
    "streams": "Streams",
    "threads": "Threads",
    "tools": "Definitions and resources of tools",
    "vector_stores": "Vector stores",
}


def facts(name: str) -> Any:
    """A file of the facts."""
    return json.loads((FACTS / f"{name}.json").read_text(encoding="utf-8"))


# --- the reference ------------------------------------------------------------------------------------------------------------


def reference() -> dict[str, str]:
    """Every page of the reference by its path below ``docs/reference``."""
    index = import_module("agentkit._generated.index")
    models = import_module("agentkit.models")
    by_area: dict[str, list[str]] = defaultdict(list)
    for name, area in index.MODULES.items():
        if inspect.isclass(getattr(models, name)):  # unions have no page of their own
            by_area[area].append(name)
    operations = import_module("agentkit.operations").__all__
    services = [f"{group}Operations" for group in ("Connections", "Evaluations", "Inference", "Telemetry")]
    apart = {*services, "AgentsOperations"}
    reports = [name for name in models._BY_HAND if name.startswith("Purge")]
    handlers = [name for name in models._BY_HAND if not name.endswith(("T", "Credential", "Properties", *reports))]
    connected = [name for name in models._BY_HAND if name.endswith(("Credential", "Properties"))]
    tools = import_module("agentkit.tools").__all__
    by_area["connections"] += connected
    pages = {
        "client.md": _page("Clients", "The sync clients, and the lists that they give.", _named("agentkit", CLIENTS)),
        "options.md": _page(
            "What every call accepts",
            "Keywords of the constructors of clients, and of every call. The names of the two classes are for type checkers only.",
            [*_named("agentkit._types", ("CallOptions", "ClientOptions")), "agentkit.RunRetry"],
        ),
        "agents.md": _page(
            "`client.agents`",
            "All calls on agents, threads, messages, runs, run steps, files and vector stores, each by a name of its own.",
            ["agentkit.operations.AgentsOperations", *_named("agentkit.models", reports)],
        ),
        "areas.md": _page(
            "`client.agents` by area",
            "The same calls as attributes of areas: `client.agents.threads.create()`, or `AgentsClient(...).threads.create()`.",
            _named("agentkit.operations", [name for name in operations if name not in apart]),
        ),
        "services.md": _page(
            "Other groups of a project",
            "`client.connections`, `client.evaluations`, `client.inference` and `client.telemetry`.",
            _named("agentkit.operations", services),
        ),
        "tools.md": _page(
            "Tools", "Tools that an agent is given. They are in `agentkit.models` too.", _named("agentkit.tools", tools)
        ),
        "handlers.md": _page(
            "Streams and handlers",
            "What a streamed run is read with. [Streaming](../streaming.md) tells how.",
            _named("agentkit.models", sorted(handlers)),
        ),
        "enums.md": _enums(models, sorted(index.ENUMS)),
        "exceptions.md": _exceptions(import_module("agentkit.exceptions")),
        "aio.md": _page(
            "Async",
            "The async clients. Their calls have the names and arguments of the sync ones and are awaited, but for those that give a list to be "
            "walked with `async for`, and `create_stream`, which may be awaited or entered at once.",
            _named("agentkit.aio", ("AIProjectClient", "AgentsClient", "AsyncItemPaged")),
        ),
        "local.md": _page(
            "The local service",
            "What starts the service in a program, and what stands behind it. [The local service](../local-service.md) tells what it does.",
            _named("agentkit.local", import_module("agentkit.local").__all__),
        ),
        "more.md": _page(
            "Prompts, tracing, migration",
            "Smaller modules, each with its extra where it needs one.",
            [
                "agentkit.prompts.PromptTemplate",
                "agentkit.telemetry.trace_function",
                "agentkit.telemetry.agents.AIAgentsInstrumentor",
                "agentkit.telemetry.AIProjectInstrumentor",
            ],
        ),
    }
    for area, names in sorted(by_area.items()):
        title = f"Models: {AREAS[area][0].lower()}{AREAS[area][1:]}"
        pages[f"models-{area.replace('_', '-')}.md"] = _page(
            title, "All are in `agentkit.models`.", _named("agentkit.models", sorted(names))
        )
    return {f"reference/{name}": text for name, text in {"index.md": _contents(pages), **pages}.items()}


CLIENTS = ("AIProjectClient", "AgentsClient", "ItemPaged")


def _named(module: str, names: Iterable[str]) -> list[str]:
    return [f"{module}.{name}" for name in names]


def _page(title: str, text: str, objects: Iterable[str]) -> str:
    return "\n\n".join([NOTE, f"# {title}", text, *(f"::: {name}" for name in objects)]) + "\n"


def _exceptions(module: Any) -> str:
    """Those of azure-core have no page here: they are named, and only ours are shown."""
    ours = [name for name in module.__all__ if getattr(module, name).__module__ == module.__name__]
    theirs = ", ".join(f"`{name}`" for name in module.__all__ if name not in ours)
    text = (
        "The errors that are raised; [Errors and what to do](../errors.md) tells which is raised when. Those of this page are subclasses of "
        f"azure-core's. Also in `agentkit.exceptions`, and azure-core's own: {theirs}."
    )
    return _page("Exceptions", text, _named(module.__name__, ours))


def _enums(models: Any, names: list[str]) -> str:
    parts = [NOTE, "# Enums", "All are in `agentkit.models`, and open: a value that is not listed stays a string."]
    for name in names:
        enum = getattr(models, name)
        summary = (inspect.getdoc(enum) or "").split("\n\n")[0].replace("\n", " ")
        rows = "\n".join(f"| `{member}` | `{value.value}` |" for member, value in enum.__members__.items())
        parts += [f"## {name}", summary, f"| member | value |\n|---|---|\n{rows}"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _contents(pages: dict[str, str]) -> str:
    titles = {name: next(line for line in text.splitlines() if line.startswith("# "))[2:] for name, text in pages.items()}
    text = "What can be imported, with its docstrings. [Coverage](../coverage.md) holds it against the mirrored client."
    return "\n\n".join([NOTE, "# Reference", text, "\n".join(f"- [{title}]({name})" for name, title in titles.items())]) + "\n"


# --- the coverage -------------------------------------------------------------------------------------------------------------


@cache
def _tests() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """By folder of the tests (a file right below ``tests`` counts for itself): the calls that are made there, and all names."""
    calls: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("*.py")):
        place = path.relative_to(ROOT / "tests").parts[0]
        if place == "facts" or "scripts" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Attribute):
                calls[place].update(_chain(node))
                names[place].add(node.attr)
            elif isinstance(node, ast.Name):
                names[place].add(node.id)
            elif isinstance(node, ast.alias):
                names[place].add(node.name)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.replace(".", "").isidentifier():
                calls[place].add(node.value)  # tables of operations have them by name
    return {place: (frozenset(calls[place]), frozenset(names[place])) for place in sorted(names)}


def _chain(node: ast.Attribute) -> Iterator[str]:
    """``create`` and ``threads.create`` of ``client.threads.create``."""
    yield node.attr
    inner = node.value
    if isinstance(inner, ast.Attribute):
        yield f"{inner.attr}.{node.attr}"
    elif isinstance(inner, ast.Name):
        yield f"{inner.id}.{node.attr}"


def places_of_call(*spellings: str) -> list[str]:
    """Where in the tests a call is made by one of these spellings, as folders and files below ``tests``."""
    return [place for place, (calls, _) in _tests().items() if not calls.isdisjoint(spellings)]


def places_of_name(name: str) -> list[str]:
    """Where in the tests a name is used."""
    return [place for place, (_, names) in _tests().items() if name in names]


def coverage() -> str:
    """The page that says of every mirrored operation and model whether it is here, and what tests it."""
    parts = [NOTE, "# Coverage", _COVERAGE_TEXT, *_operations(), *_areas(), *_groups(), *_models(), *_enum_rows(), *_modules()]
    return "\n\n".join(parts) + "\n"


_COVERAGE_TEXT = f"""What the mirrored clients have, and what of it is here. The left columns come from the facts in `tests/facts`, which were written down
from the published packages; whether a name is here was looked up in the package, and the last column was read from the sources of the tests: folders and files
below `tests/` in which the call or the class is named; a file only where no folder does it. `{BY_FACTS}` goes by the facts one by one and holds every call and every model; in `compat`
it is the published clients that make the calls, against the local service."""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _table(head: tuple[str, ...], rows: list[str]) -> str:
    return "\n".join([_row(*head), "|---" * len(head) + "|", *rows])


def _here(there: bool) -> str:
    return "yes" if there else "**no**"


def _places(places: list[str], *always: str) -> str:
    """The folders, and the files right below ``tests`` only where no folder would say it."""
    folders = [place for place in places if not place.endswith(".py")]
    return ", ".join(f"`{place}`" for place in (*sorted(always), *(folders or ([] if always else places)))) or "**nothing**"


def _operations() -> list[str]:
    agents = import_module("agentkit.operations").AgentsOperations
    calls = facts("operations")
    later = facts("agents11")["methods"].values()
    helpers = sorted({method["of"] for method in later if method["of"]} - calls.keys())
    rows = [
        _row(f"`{name}`", call["method"], _here(hasattr(agents, name)), _places(places_of_call(name), BY_FACTS))
        for name, call in sorted(calls.items())
    ]
    rows += [_row(f"`{name}`", "several", _here(hasattr(agents, name)), _places(places_of_call(name))) for name in helpers]
    text = f"{len(calls)} calls and {len(helpers)} helpers of `AIProjectClient.agents`, as of azure-ai-projects 1.0.0b10."
    return ["## Agents", text, _table(("operation", "sends", "here", "tests that name it"), rows)]


def _areas() -> list[str]:
    client = import_module("agentkit").AgentsClient
    operations = import_module("agentkit.operations")
    rows = []
    for name in sorted(facts("agents11")["methods"]):
        area, _, method = name.rpartition(".")
        holder = getattr(operations, f"{''.join(part.title() for part in area.split('_'))}Operations") if area else client
        rows.append(_row(f"`{name}`", _here(hasattr(holder, method)), _places(places_of_call(name))))
    text = f"{len(rows)} methods of `AgentsClient`, as of azure-ai-agents 1.1.0. `client.agents` has those with an area too."
    return ["## Agents by area", text, _table(("method", "here", "tests that name it"), rows)]


def _groups() -> list[str]:
    package = import_module("agentkit")
    operations = import_module("agentkit.operations")
    groups = {**GROUPS, "evaluations": tuple(facts("services")["Evaluations"])}
    rows = []
    for group, names in sorted(groups.items()):
        holder = package.AIProjectClient if group == "client" else getattr(operations, f"{group.title()}Operations")
        for name in sorted(names):
            spellings = (
                [f"{group}.{name}"] if group != "client" else [f"client.{name}", f"AIProjectClient.{name}", f"Client.{name}"]
            )
            rows.append(_row(f"`{group}.{name}`", _here(hasattr(holder, name)), _places(places_of_call(*spellings))))
    hosted = facts("hosted")["calls"]
    agents = operations.AgentsOperations
    rows += [
        _row(
            f"`agents.{name}`",
            _here(hasattr(agents, name)),
            _places(places_of_call(f"agents.{name}"), "test_facts_hosted.py"),
        )
        for name in sorted(hosted)
    ]
    text = f"The other groups of a client of azure-ai-projects 1.0.0b10, and the {len(hosted)} calls of 2.0.0b3 on agents with versions."
    return ["## Other groups", text, _table(("operation", "here", "tests that name it"), rows)]


def _models() -> list[str]:
    models = import_module("agentkit.models")
    known = (
        facts("models")["models"]
        | facts("models_later")["models"]
        | facts("hosted")["models"]
        | facts("hosted")["later_models"]
    )
    rows = []
    for name, fact in sorted(known.items()):
        kind = "by hand" if "hand_written" in fact else "generated"
        rows.append(_row(f"`{name}`", kind, _here(hasattr(models, name)), _places(places_of_name(name), BY_FACTS)))
    text = f"{len(rows)} classes: {len(facts('models')['models'])} of azure-ai-projects 1.0.0b10, the others of later packages."
    return ["## Models", text, _table(("class", "made", "here", "tests that name it"), rows)]


def _enum_rows() -> list[str]:
    models = import_module("agentkit.models")
    known = {**facts("enums"), **facts("hosted")["enums"], **facts("hosted")["later_enums"]}
    rows = [
        _row(
            f"`{name}`",
            str(len(getattr(models, name, ()))),
            _here(hasattr(models, name)),
            _places(places_of_name(name), BY_FACTS),
        )
        for name in sorted(known)
    ]
    return ["## Enums", f"{len(rows)} enums.", _table(("enum", "members", "here", "tests that name it"), rows)]


def _modules() -> list[str]:
    rows = []
    for module, names in sorted(facts("modules").items()):
        here = import_module(f"agentkit.{module}" if module else "agentkit")
        missing = [name for name in names if not hasattr(here, name)]
        told = "all" if not missing else ", ".join(f"`{name}`" for name in missing) + " missing"
        rows.append(
            _row(f"`{'.'.join(filter(None, ('azure.ai.projects', module)))}`", f"`{here.__name__}`", str(len(names)), told)
        )
    return [
        "## Modules",
        "What the modules of azure-ai-projects 1.0.0b10 export.",
        _table(("module", "here as", "names", "of them here"), rows),
    ]


# --- writing ------------------------------------------------------------------------------------------------------------------


def pages() -> dict[str, str]:
    """Every generated page by its path below ``docs``."""
    return {"coverage.md": coverage(), **reference()}


def differences() -> list[str]:
    """One line for each page that is missing, stale, or no longer made."""
    docs, wanted = ROOT / "docs", pages()
    found = {path.relative_to(docs).as_posix(): path for path in (*docs.glob("reference/*.md"), *docs.glob("coverage.md"))}
    lines = [f"missing: docs/{name}" for name in wanted if name not in found]
    lines += [f"orphan:  docs/{name}" for name in found if name not in wanted]
    lines += [
        f"stale:   docs/{name}"
        for name, path in found.items()
        if wanted.get(name, "") != path.read_text(encoding="utf-8") and name in wanted
    ]
    return sorted(lines)


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or with ``--check`` say which are not as they should be."""
    parser = argparse.ArgumentParser(prog="python -m codegen.pages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is not as it should be")
    lines = differences()
    if parser.parse_args(arguments).check:
        print(
            "\n".join(
                [*lines, f"{len(lines)} pages are not as they should be" + ("; run `python -m codegen.pages`" if lines else "")]
            )
        )
        return 1 if lines else 0
    for line in lines:
        if line.startswith("orphan:"):
            (ROOT / line.split()[1]).unlink()
    for name, text in pages().items():
        path = ROOT / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    print(f"{len(pages())} pages, {len(lines)} written or removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
