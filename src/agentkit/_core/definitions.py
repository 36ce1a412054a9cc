"""What becomes of a request for an agent that is addressed by its name: who may be meant, what is sent, and under which feature.

A definition of a hosted agent is known in two spellings. What is sent is the earlier one, which the api-version of these calls has:
``container_protocol_versions`` and ``image``. The later ``container_configuration`` goes along only where it says more than the image.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from .._request import Request
from .agent_hints import WITH_NAMED_AGENTS
from .agent_tools import wire_tools
from .endpoint import Endpoint

__all__ = ["FEATURES_HEADER", "HOSTED_FEATURE", "HOSTED_FEATURES", "Prepared", "agent_of", "check_has_named_agents", "prepared"]

FEATURES_HEADER = "Foundry-Features"
HOSTED_FEATURE = "HostedAgents=V1Preview"
HOSTED_FEATURES = {FEATURES_HEADER: HOSTED_FEATURE}
"""The header by which a service knows that the caller wants hosted agents, which are a preview."""

_CLASSIC = "asst_"
_CLASSIC_CALLS = {"get": "get_agent", "update": "update_agent", "delete": "delete_agent"}

_CPU = re.compile(r"\d+(?:\.\d+)?|\d+m")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti)")
_GIBIBYTES = {"Ki": 2.0**-20, "Mi": 2.0**-10, "Gi": 1.0, "Ti": 2.0**10}
_CPU_RANGE = 0.5, 4.0
_MEMORY_RANGE = 1.0, 8.0


@dataclass(frozen=True)
class Prepared:
    """A request as it is sent, the name of its hosted agent where it is known to be one, and what the caller should be told."""

    request: Request[Any]
    hosted: str | None = None
    warnings: tuple[str, ...] = ()


def check_has_named_agents(operation: str, endpoint: Endpoint) -> None:
    """Refuse a kind of service that has no agents with names and versions.

    :raises ValueError: it is such a kind; the text says which have them.
    """
    if endpoint.kind not in WITH_NAMED_AGENTS:
        raise ValueError(
            f"{operation}() is about agents that are addressed by name and have versions, hosted ones among them, and "
            f"{endpoint.where()} has none. Use a client of a Foundry project "
            "(https://<resource>.services.ai.azure.com/api/projects/<project>) or of a local service; here agents are made with "
            "create_agent()"
        )


def prepared(request: Request[Any], hosted: Collection[str | None], operation: str | None = None) -> Prepared:
    """The request as the service wants it.

    :param request: the request as its builder made it.
    :param hosted: names of agents that are known to be hosted.
    :param operation: the method that was called, where it is not the one of the request.
    :raises TypeError: the definition is none, or one of its values is of a wrong type.
    :raises ValueError: the name is the id of a classic agent, or the definition has values that no service takes.
    """
    name, operation = agent_of(request), operation or request.operation
    if name is not None and name.startswith(_CLASSIC):
        raise ValueError(_not_a_name(operation, name))
    warnings: tuple[str, ...] = ()
    is_hosted = name in hosted or request.params.get("kind") == "hosted"
    if isinstance(request.body, Mapping) and "definition" in request.body:
        definition, warnings = _wire_definition(operation, name, request.body["definition"])
        request = replace(request, body={**request.body, "definition": definition})
        is_hosted = definition["kind"] == "hosted"
    if not is_hosted:
        return Prepared(request, None, warnings)
    return Prepared(replace(request, headers={**request.headers, **HOSTED_FEATURES}), name, warnings)


def agent_of(request: Request[Any]) -> str | None:
    """The name of the agent that a request is about; None for a list, or for a body that cannot be looked into."""
    parts = request.path.split("/")
    if len(parts) > 2:
        return unquote(parts[2])
    name = request.body.get("name") if isinstance(request.body, Mapping) else None
    return name if isinstance(name, str) else None


def _not_a_name(operation: str, name: str) -> str:
    classic = _CLASSIC_CALLS.get(operation)
    step = (
        f"call {classic}({name!r})"
        if classic
        else f"classic agents have no versions: get_agent({name!r}) gives it as it is, update_agent() changes it"
    )
    return f"{operation}() takes the name of an agent, and {name!r} is the id of a classic one; {step}"


# --- definitions ------------------------------------------------------------------------------------------------------------


def _wire_definition(operation: str, name: str | None, given: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The definition as it is sent, and what its writer should be told."""
    if not isinstance(given, Mapping):
        raise TypeError(
            f"{operation}() takes as definition a model such as HostedAgentDefinition or PromptAgentDefinition, or a mapping by wire "
            f"names, not {type(given).__name__}"
        )
    definition = dict(given)
    if not isinstance(definition.get("kind"), str):
        raise ValueError(f"{operation}() was given a definition without a kind: say 'hosted', 'prompt' or another")
    if definition.get("tools") is not None:
        definition["tools"] = wire_tools(definition["tools"])
    if definition["kind"] != "hosted":
        return definition, ()
    whose = f"{operation}(), definition of {name!r}: " if name else f"{operation}(): "
    try:
        warnings = _settle_hosted(definition)
    except ValueError as error:
        raise ValueError(f"{whose}{error}") from None
    return definition, tuple(whose + warning for warning in warnings)


def _settle_hosted(definition: dict[str, Any]) -> list[str]:
    """Bring the definition of a hosted agent into the form that is sent; what its writer should be told."""
    _settle_protocols(definition)
    _settle_image(definition)
    warnings = []
    for name, read, (least, most), unit in (("cpu", _cpu, _CPU_RANGE, ""), ("memory", _gibibytes, _MEMORY_RANGE, "Gi")):
        if definition.get(name) is None:
            continue
        size, definition[name] = read(definition[name])
        if not least <= size <= most:
            warnings.append(
                f"{name}={definition[name]!r} is out of the range of hosted agents, {least:g}{unit} to {most:g}{unit}: the service is "
                "likely to refuse it"
            )
    return warnings


def _settle_protocols(definition: dict[str, Any]) -> None:
    later, earlier = definition.pop("protocol_versions", None), definition.get("container_protocol_versions")
    if later is None:
        return
    if earlier is not None and earlier != later:
        raise ValueError(
            "the definition has container_protocol_versions and protocol_versions, and they differ: give one of them, they are two "
            "names for the same"
        )
    definition["container_protocol_versions"] = later


def _settle_image(definition: dict[str, Any]) -> None:
    container = definition.get("container_configuration")
    if not isinstance(container, Mapping):
        return
    image = container.get("image")
    if image is not None and definition.setdefault("image", image) != image:
        raise ValueError(
            f"the definition has two images, image={definition['image']!r} and container_configuration.image={image!r}: give one of them"
        )
    if container.keys() <= {"image"}:
        del definition["container_configuration"]


def _cpu(value: Any) -> tuple[float, str]:
    """The number of cores, and the text for it."""
    text = f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _CPU.fullmatch(text):
        raise ValueError(f"cpu={value!r} is no number of CPU cores: write '1', '0.5' or '500m'")
    cores = float(text[:-1]) / 1000 if text.endswith("m") else float(text)
    if cores == 0:
        raise ValueError(
            f"cpu={value!r} is no CPU at all: write '1', '0.5' or '500m', or leave it out for the service's default"
        )
    return cores, text


def _gibibytes(value: Any) -> tuple[float, str]:
    """The size in GiB, and the text for it."""
    match = _MEMORY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        meant = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT])i?B?", value, re.IGNORECASE) if isinstance(value, str) else None
        example = f"{meant[1]}{meant[2].upper()}i" if meant and float(meant[1]) else "2Gi"
        raise ValueError(f"memory={value!r} is no size of a memory: write it with a binary unit, such as {example!r}")
    size = float(match[1]) * _GIBIBYTES[match[2]]
    if size == 0:
        raise ValueError(f"memory={value!r} is no memory at all: write '2Gi', or leave it out for the service's default")
    return size, match[0]
