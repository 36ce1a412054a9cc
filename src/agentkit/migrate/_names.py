"""Where the names of the older packages are found in agentkit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module

from .._generated.index import MODULES
from .._history import HISTORY, import_paths, of_kind
from .._suggest import did_you_mean

__all__ = [
    "PACKAGES",
    "ROOT_NAMES",
    "Place",
    "in_package",
    "locate",
    "module_for",
    "names_of",
    "of_second_generation",
    "why_not",
]

PACKAGES = ("azure.ai.projects", "azure.ai.agents")
"""What is moved to agentkit."""

_MODULES = frozenset(entry.old for entry in of_kind("import"))
# So many parts the longest of them has, with a private module in it.
_LONGEST = max(module.count(".") for module in _MODULES) + 2

# What `from PACKAGE import *` gives: one name, where agentkit has more.
ROOT_NAMES: dict[str, tuple[str, ...]] = {
    "azure.ai.projects": ("AIProjectClient",),
    "azure.ai.projects.aio": ("AIProjectClient",),
    "azure.ai.agents": ("AgentsClient",),
    "azure.ai.agents.aio": ("AgentsClient",),
}

# Scripts reach for a name in the private module that defines it; here it is in the public one.
_PRIVATE = frozenset({"_client", "_enums", "_models", "_operations", "_patch"})

_HOSTED = "agentkit.models.hosted"

# What only azure-ai-projects 2.x has, beside the models of its hosted agents, of that which its scripts import.
_SECOND_GENERATION = frozenset(
    {
        "A2APreviewTool",
        "AgentKind",
        "AgentObject",
        "AgentProtocol",
        "AgentVersionObject",
        "AutoCodeInterpreterToolParam",
        "BingCustomSearchPreviewTool",
        "BrowserAutomationPreviewTool",
        "CodeInterpreterContainerAuto",
        "FoundryFeaturesOptInKeys",
        "ItemParam",
        "MemorySearchPreviewTool",
        "MemoryStoreDefaultDefinition",
        "MemoryStoreDetails",
        "MemoryStoreObject",
        "MicrosoftFabricPreviewTool",
        "PromptAgentDefinitionTextOptions",
        "SharepointPreviewTool",
        "TextResponseFormat",
        "TextResponseFormatConfiguration",
        "TextResponseFormatJsonSchema",
        "WebSearchTool",
    }
)


@dataclass(frozen=True)
class Place:
    """Where a dotted name of an older package is in agentkit.

    :param module: The module of agentkit.
    :param consumed: How many parts of the dotted name stood for the old module.
    :param name: The name in the module; None where the dotted name is the module itself.
    """

    module: str
    consumed: int
    name: str | None


def in_package(dotted: str) -> bool:
    """Whether a dotted name is one of the packages, or of something in them."""
    return any(dotted == package or dotted.startswith(f"{package}.") for package in PACKAGES)


@cache
def names_of(module: str) -> frozenset[str] | None:
    """The public names of a module of agentkit; None where there is no such module, or what it needs is not installed."""
    try:
        found = import_module(module)
    except ImportError:
        return None
    return frozenset(getattr(found, "__all__", None) or (name for name in dir(found) if not name.startswith("_")))


@cache
def module_for(old: str) -> str | None:
    """The module of agentkit that stands for one of an older package, or None."""
    new = import_paths().get(_public(old))
    if new is None:
        return None
    return new if names_of(new) is not None else None


def _public(module: str) -> str:
    """The public module whose names a private one defines; any other module as it is."""
    base, _, last = module.rpartition(".")
    if last == "_types" and base in PACKAGES:
        return f"{base}.models"
    return base if last in _PRIVATE else module


def locate(dotted: str) -> Place | None:
    """Find a dotted name of an older package in agentkit.

    :param dotted: A module, a name in one, or what hangs on such a name.
    :return: Its place; None where agentkit has no such module or name.
    """
    if of_second_generation(dotted):
        return None
    parts = dotted.split(".")
    for consumed in range(min(len(parts), _LONGEST), 2, -1):
        module = module_for(".".join(parts[:consumed]))
        if module is None:
            continue
        if consumed == len(parts):
            return Place(module, consumed, None)
        name = parts[consumed]
        return Place(module, consumed, name) if name in (names_of(module) or ()) else None
    return None


def of_second_generation(dotted: str) -> bool:
    """Whether only azure-ai-projects 2.x has the name. Other classes of its models have names that older ones had."""
    newer = (part in _SECOND_GENERATION or MODULES.get(part) == "hosted" for part in dotted.split("."))
    return dotted.startswith("azure.ai.projects.") and any(newer)


def why_not(dotted: str) -> str:
    """Why a dotted name that :func:`locate` did not find is not moved, with what to do instead where that is known."""
    parts = dotted.split(".")
    known = max((end for end in range(3, min(len(parts), _LONGEST + 1)) if module_for(".".join(parts[:end]))), default=0)
    if not known:
        return f"agentkit has no module for {dotted}{_remark(dotted)}"
    module, name = module_for(".".join(parts[:known])) or "", parts[known]
    if of_second_generation(dotted):
        has = name in (names_of(_HOSTED) or ())
        return f"{name} is of azure-ai-projects 2.x" + (f"; {_HOSTED} has it, to be imported by hand" if has else "")
    inner = f"{'.'.join(parts[:known])}.{name}"
    if inner in _MODULES:
        return f"agentkit has no module for {inner}{_remark(inner)}"
    hint = did_you_mean(name, names_of(module) or ())
    return f"{module} has no {name!r}{_remark(name) or (f'.{hint}' if hint else '')}"


def _remark(old: str) -> str:
    """What the table of names says of one, to stand behind a sentence."""
    entry = next((entry for entry in HISTORY if entry.old == old and not entry.works), None)
    if entry is None:
        return ""
    said = [f"it is {entry.new} here"] if entry.new else []
    return "".join(f"; {part}" for part in [*said, *([entry.note] if entry.note else [])])
