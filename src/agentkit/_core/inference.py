"""Where a model of a project is spoken to, and as whom. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .endpoint import Endpoint

__all__ = ["ModelEndpoint", "is_serverless", "model_endpoint", "openai_scope", "user_agent_of"]

_SERVERLESS_VARIABLE = "USE_SERVERLESS_CONNECTION"
_APPLICATION = "AIProjectClient"
_CLOUDS = ("com", "us", "cn")


@dataclass(frozen=True)
class ModelEndpoint:
    """Where models are spoken to, and the scope of the tokens that are taken there."""

    url: str
    scope: str


def is_serverless(environ: Mapping[str, str]) -> bool:
    """Whether the environment says that each model has a connection of its own, as projects had it first."""
    return environ.get(_SERVERLESS_VARIABLE) == "true"


def model_endpoint(target: str, project: Endpoint, *, serverless: bool) -> ModelEndpoint:
    """Where the models of a resource are spoken to.

    :param target: the address of the resource, or of the one model (``serverless``), without a slash at its end.
    :param project: the project, whose cloud the resource is in.
    """
    domain = _domain(project)
    if serverless:
        return ModelEndpoint(target, f"https://ml.azure.{domain}/.default")
    return ModelEndpoint(f"{target}/models", openai_scope(project))


def openai_scope(project: Endpoint) -> str:
    """The scope of the tokens that resources with models take, in the cloud of a project."""
    return f"https://cognitiveservices.azure.{_domain(project)}/.default"


def user_agent_of(own: str | None) -> str:
    """What clients that are made for a project say that they are made by.

    :param own: what the project's client was told to say.
    """
    return f"{own}-{_APPLICATION}" if own else _APPLICATION


def _domain(project: Endpoint) -> str:
    domain = (project.scope or "").removesuffix("/.default").rpartition(".")[2]
    return domain if domain in _CLOUDS else _CLOUDS[0]
