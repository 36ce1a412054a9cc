"""What is taken for an endpoint or a connection string and is none: paths of something else, hosts without agents, other separators."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

__all__ = ["wrong_connection_string", "wrong_host", "wrong_path", "wrong_separator"]

_NEAR = 0.9  # of 1 for the same text; below it stand domains that belong to something else
_SEPARATORS = 3
_FOUR_PARTS = re.compile(r"(?:https?://)?[^,/]+/?(?:,[^,/]*){3}")
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


def wrong_host(host: str, suffixes: Iterable[str]) -> str:
    """Say, behind a blank, what a host is that no service of a known kind has, or which was meant; empty where that is not known.

    :param host: The host, in lower case.
    :param suffixes: What the hosts of known kinds end with; of those that come equally near, the first is meant.
    """
    known = next((f" {words}" for form, words in _HOSTS if re.fullmatch(form, host)), "")
    resource, dot, domain = host.partition(".")
    if known or not dot:
        return known
    from difflib import SequenceMatcher

    nearness = {suffix: SequenceMatcher(None, f".{domain}", suffix).ratio() for suffix in suffixes}
    nearest = max(nearness, key=nearness.__getitem__)
    return f" Did you mean https://{resource}{nearest}?" if nearness[nearest] >= _NEAR else ""


def wrong_separator(text: str) -> str | None:
    """Say of what should be a URL that it has the separators of a connection string; None where it has none."""
    if ";" in text:
        return "has a ';' in it, as connection strings have"
    if _FOUR_PARTS.fullmatch(text):
        return "has commas between four parts, where a connection string has semicolons"
    return None


def wrong_connection_string(text: str) -> str | None:
    """Say what is taken for the connection string of a hub project, and what to do; None where it may be one.

    :param text: The text, without blanks around it.
    """
    if re.search(r";\s*\w+\s*=", text):
        return "the connection string has NAME=value parts, like those of other services"
    if text.count(";") < _SEPARATORS and "," in text:
        return "the connection string has commas in it; its parts are separated by semicolons"
    if ";" not in text and "://" in text:
        return "this is an endpoint, not a connection string: pass it as endpoint= to the client, or set PROJECT_ENDPOINT"
    return None
