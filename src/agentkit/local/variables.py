"""The environment variables by which programs find a service, in the form that each kind of client takes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["export_line", "variables_for"]

_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
# In double quotes the shell reads the first as its own; the second, at a prompt, whatever stands before it.
_SHELL = {ord(character): f"\\{character}" for character in '\\"$`'} | {ord("!"): "\"'!'\""}


def variables_for(url: str, connection_string: str, key: str, model: str, authority: Path | None) -> dict[str, str]:
    """The variables, in the order in which they are shown.

    :param url: Where the service listens.
    :param connection_string: As clients of hub projects take it.
    :param key: What requests have to show.
    :param model: The name for agents to give as their model.
    :param authority: The certificate to trust, where the service speaks TLS.
    """
    project = f"{url}/api/projects/local"
    values = {
        "PROJECT_CONNECTION_STRING": connection_string,
        "AZURE_AI_PROJECTS_CONNECTION_STRING": connection_string,
        "PROJECT_ENDPOINT": project,
        "AZURE_AI_PROJECT_ENDPOINT": project,
        "AZURE_AI_AGENTS_ENDPOINT": project,
        "AZURE_AI_AGENTS_TOKEN": key,
        "AZURE_OPENAI_ENDPOINT": url,
        "AZURE_OPENAI_API_KEY": key,
        "MODEL_DEPLOYMENT_NAME": model,
        "AGENTKIT_LOCAL_KEY": key,
    }
    certificates: Mapping[str, str] = {} if authority is None else dict.fromkeys(_CERTIFICATES, str(authority))
    return {**values, **certificates}


def export_line(name: str, value: str) -> str:
    """The line that sets a variable, for any shell of the Bourne family."""
    return f'export {name}="{value.translate(_SHELL)}"'
