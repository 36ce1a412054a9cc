"""Why hosted agents are not deployed, and what to do when one kind of agent is asked for by what belongs to the other."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .endpoint import Endpoint, EndpointKind

__all__ = ["WITH_NAMED_AGENTS", "agent_hint", "deployment_hint"]

WITH_NAMED_AGENTS = (EndpointKind.FOUNDRY_PROJECT, EndpointKind.LOCAL)
"""The kinds of service that have agents which are addressed by their names."""

_HINTS: Mapping[str, str] = {
    "ImagePullBackOff": (
        "The registry did not let the project pull the image: give the project's managed identity the role AcrPull on the registry."
    ),
    "InvalidContainerImage": (
        "The image was not found: check that image= is REGISTRY/PATH:TAG, and that the registry has this path with this tag."
    ),
    "CapabilityHostNotFound": (
        "The account has no capability host: make one for the whole account, with enablePublicHostingEnvironment=true."
    ),
    "ProtocolVersionNotSupported": (
        'The service takes no such protocol version: give ProtocolVersionRecord(protocol=AgentProtocol.RESPONSES, version="v1").'
    ),
}
"""What to do about the failures of a deployment, by the service's code."""

_CLASSIC_CALLS = {"get_agent": "get", "update_agent": "update", "delete_agent": "delete"}
_CLASSIC_ID = re.compile(r"asst_\w*")
_ASSISTANT_MISSING = re.compile(r"No assistant found with id '([^']+)'")


def deployment_hint(code: str | None, said: str = "") -> str:
    """What to do about a deployment that failed; empty for other failures.

    :param code: the service's code.
    :param said: its text, which may name the code where the code itself is a general one.
    """
    named = next((name for name in _HINTS if name == code), None) or next((name for name in _HINTS if name in said), "")
    return _HINTS.get(named, "")


def agent_hint(operation: str, target: str, status: int, code: str | None, said: str, endpoint: Endpoint) -> str:
    """The next step after a failure that agents alone have; empty for others.

    :param operation: the method that was called.
    :param target: the path of the request.
    :param code: the service's code.
    :param said: its text.
    :param endpoint: the service; not every kind has agents with names.
    """
    hint = deployment_hint(code, said)
    if hint or status not in (400, 404) or endpoint.kind not in WITH_NAMED_AGENTS:
        return hint
    named = _CLASSIC_CALLS.get(operation)
    if named is not None:
        name = target.rpartition("/")[2]
        if status == 404 and not _CLASSIC_ID.fullmatch(name):
            return (
                f"{name!r} is no id of a classic agent, which begins with asst_. If it is the name of a hosted or prompt agent, call "
                f"{named}({name!r})."
            )
        return ""
    missing = _ASSISTANT_MISSING.search(said)
    if missing is None or _CLASSIC_ID.fullmatch(missing[1]):
        return ""
    return (
        f"{missing[1]!r} is no id of a classic agent, which begins with asst_. Hosted and prompt agents have no runs: they are called "
        f"by name, with get_openai_client().responses."
    )
