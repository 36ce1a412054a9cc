"""What is taken for an endpoint and is none: paths that belong to something else on the right host, and hosts that have no agents."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["wrong_host", "wrong_path"]

_END_AFTER_HOST = "end it after the host"
_MODELS = "has the path of the resource's models in place of a project's"

_PATHS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "foundry_project": (
        ("(?:/api(?:/projects)?)?", "names a resource and none of its projects: add /api/projects/<project>"),
        ("/api/projects/[^/]+/.+", "goes on behind the project: end it after the project's name"),
        ("/openai(?:/.*)?", _MODELS),
        ("/models(?:/.*)?", _MODELS),
        ("/agents/.*", "has the path of a hub project"),
    ),
    "azure_openai": (
        (
            "/openai/deployments/.+",
            f"is the address of one deployment: {_END_AFTER_HOST}, and give the deployment's name as model=",
        ),
        ("/openai/v1(?:/.*)?", f"has the path at which OpenAI's own client finds the resource: {_END_AFTER_HOST}"),
        (
            "/api/projects(?:/.*)?",
            "has the path of a Foundry project, which stands on another host of the resource: "
            "https://<resource>.services.ai.azure.com/api/projects/<project>",
        ),
        (".*", f"has a path that is not the endpoint's: {_END_AFTER_HOST}"),
    ),
}
"""By the kind of service that has the host; the first that fits counts."""

_HOSTS = (
    (r"(?:ai|ml|oai|portal)\.azure\.(?:com|us|cn)", "It is a page of the portal for people, not an endpoint."),
    (
        r".*\.api\.cognitive\.(?:microsoft|azure)\.(?:com|us|cn)",
        "It is the host that a region's resources share; use the resource's own name.",
    ),
    (
        r"(?:.*\.)?models\.(?:inference\.)?ai\.azure\.(?:com|us|cn)|.*\.inference\.ml\.azure\.(?:com|us|cn)",
        "It is the endpoint of a model, which has no agents.",
    ),
    (
        r"management\.(?:azure\.com|usgovcloudapi\.net|chinacloudapi\.cn)",
        "It is where subscriptions are managed; clients of hub projects read connections there on their own.",
    ),
    (r"api\.openai\.com", "It is OpenAI's own service, which this client does not speak to."),
)


def wrong_path(kind: str, path: str) -> str | None:
    """Say what is wrong with a path that is none of an endpoint of this kind, and what to do; None where that is not known.

    :param kind: The kind of service that has the host.
    :param path: The path without slashes at its end.
    """
    return next((words for form, words in _PATHS.get(kind, ()) if re.fullmatch(form, path, re.IGNORECASE | re.DOTALL)), None)


def wrong_host(host: str) -> str:
    """Say, behind a blank, what a host is that no service of a known kind has; empty where that is not known."""
    return next((f" {words}" for form, words in _HOSTS if re.fullmatch(form, host)), "")
