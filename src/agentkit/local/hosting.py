"""How a hosted agent would be deployed here: nothing runs, but its definition is checked and its state moves as that of a service."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from agentkit.local.errors import ApiError, bad_request

__all__ = ["FAILURES", "Hosting", "settled"]

FAILURES: Mapping[str, str] = {
    "ImagePullBackOff": "The image could not be pulled: its registry denied access to the identity of the project.",
    "CapabilityHostNotFound": "The account has no capability host that hosted agents could be deployed to.",
    "InvalidContainerImage": "The registry has no such image or tag.",
    "ProtocolVersionNotSupported": "The container does not speak the protocol in the version that was given.",
}
"""The ways in which a deployment is known to fail, with what the service says of each."""

# Registry with port, path, tag and digest, as containers are named everywhere.
_HOST = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d{1,5})?"
_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_IMAGE = re.compile(rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?")
_LONGEST_IMAGE = 512

# Each protocol with its versions; None where any is taken.
_PROTOCOLS: Mapping[str, frozenset[str] | None] = {
    "responses": frozenset({"v1"}),
    **dict.fromkeys(("activity_protocol", "activity", "a2a", "mcp", "invocations", "voice", "invocations_ws")),
}

_DEFAULTS = {"cpu": "1", "memory": "2Gi"}
_CPU = re.compile(r"\d+(?:\.\d+)?|\d+m")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti)")
_GIBIBYTES = {"Ki": 2.0**-20, "Mi": 2.0**-10, "Gi": 1.0, "Ti": 2.0**10}
_PLACEHOLDER = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


@dataclass(frozen=True)
class Hosting:
    """How long deployments take, which of them fail, and from which manifests agents can be made.

    :param seconds: How long a version of a hosted agent is ``creating`` before it is ``active`` or ``failed``.
    :param failures: Deployments that fail, for tests: the name of an agent or an image, and the code of its failure.
    :param manifests: Definitions by the id of their manifest; ``{{name}}`` in a text of one is a parameter.
    :raises ValueError: The time is none, or the code of a failure is not known.
    """

    seconds: float = 0.3
    failures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    manifests: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not 0 <= self.seconds < math.inf:
            raise ValueError(f"seconds: got {self.seconds}, expected a number of seconds, 0 or more")
        unknown = next((code for code in self.failures.values() if code not in FAILURES), None)
        if unknown is not None:
            raise ValueError(f"failures: got the code {unknown!r}, expected one of {', '.join(FAILURES)}")

    def failure(self, name: str, definition: Mapping[str, Any]) -> str | None:
        """The code with which the deployment of an agent fails; None when it does not."""
        return self.failures.get(name) or self.failures.get(_image(definition) or "")

    def definition(self, manifest_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """What a manifest is with its parameters filled in.

        :raises ApiError: 404, there is no such manifest; 400, a parameter has no value.
        """
        manifest = self.manifests.get(manifest_id)
        if manifest is None:
            known = ", ".join(f"'{name}'" for name in self.manifests) or "none"
            raise ApiError(
                404,
                f"No manifest found with id '{manifest_id}': this local service has no catalogue, it knows those that it was started "
                f"with ({known}). Start it with hosting=Hosting(manifests={{id: definition}}), or send a definition.",
                code="NotFound",
                param="manifest_id",
            )
        filled: dict[str, Any] = _filled(json.loads(json.dumps(manifest)), values)
        return filled


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, values) for inner in value]
    if not isinstance(value, str):
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    # A text that is nothing but a parameter becomes its value, of whichever kind that is.
    return _value(whole[1], values) if whole else _PLACEHOLDER.sub(lambda found: str(_value(found[1], values)), value)


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise bad_request(
            f"parameter_values.{name}: required by the manifest, but nothing was sent.", f"parameter_values.{name}"
        )
    return values[name]


# --- what a definition of a hosted agent must be ------------------------------------------------------------------------------


def settled(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as it is kept: that of a hosted agent is checked, and has the sizes that were left out.

    :raises ApiError: 400, it could not be deployed; the code tells the protocol and the image apart from the rest.
    """
    if definition["kind"] != "hosted":
        return dict(definition)
    _check_hosted(definition)
    return {**definition, **{name: size for name, size in _DEFAULTS.items() if definition.get(name) is None}}


def _check_hosted(definition: Mapping[str, Any]) -> None:
    _check_protocols(definition)
    _check_image(definition)
    for name, read, least, most, form in (("cpu", _cpu, 0.5, 4, "'1'"), ("memory", _memory, 1, 8, "'2Gi'")):
        value = definition.get(name)
        if value is None:
            continue
        size = read(value)
        param = f"definition.{name}"
        if size is None:
            raise bad_request(f"{param}: '{value}' was sent, an amount such as {form} is allowed.", param)
        if not least <= size <= most:
            unit = "Gi" if name == "memory" else ""
            raise bad_request(f"{param}: '{value}' was sent, {least:g}{unit} to {most:g}{unit} is allowed.", param)


def _check_protocols(definition: Mapping[str, Any]) -> None:
    name = "protocol_versions" if definition.get("protocol_versions") is not None else "container_protocol_versions"
    param = f"definition.{name}"
    records = definition.get(name)
    if not records:
        raise bad_request(f"{param}: at least one protocol is required, with its version.", param)
    for index, record in enumerate(records):
        protocol, version = record["protocol"], record["version"]
        if protocol not in _PROTOCOLS:
            known = ", ".join(f"'{one}'" for one in _PROTOCOLS)
            raise _unsupported(f"{param}[{index}].protocol", f"'{protocol}' was sent, allowed are {known}.")
        versions = _PROTOCOLS[protocol]
        if versions is not None and version not in versions:
            allowed = ", ".join(f"'{one}'" for one in sorted(versions))
            told = f"'{version}' was sent for the protocol '{protocol}', allowed are {allowed}."
            raise _unsupported(f"{param}[{index}].version", told)


def _unsupported(param: str, told: str) -> ApiError:
    return ApiError(400, f"{param}: {told}", code="ProtocolVersionNotSupported", param=param)


def _check_image(definition: Mapping[str, Any]) -> None:
    image = _image(definition)
    if image is None:
        if definition.get("code_configuration") is None:
            raise bad_request("definition.image: required, but nothing was sent.", "definition.image")
        return
    if len(image) > _LONGEST_IMAGE or not _IMAGE.fullmatch(image):
        raise ApiError(
            400,
            f"definition.image: '{image[:80]}' is no reference of a container image, which has the form REGISTRY/PATH:TAG.",
            code="InvalidContainerImage",
            param="definition.image",
        )


def _image(definition: Mapping[str, Any]) -> str | None:
    image = definition.get("image")
    return image if image is not None else (definition.get("container_configuration") or {}).get("image")


def _cpu(value: str) -> float | None:
    if not _CPU.fullmatch(value):
        return None
    return float(value[:-1]) / 1000 if value.endswith("m") else float(value)


def _memory(value: str) -> float | None:
    match = _MEMORY.fullmatch(value)
    return None if match is None else float(match[1]) * _GIBIBYTES[match[2]]
