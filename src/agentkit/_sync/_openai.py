# Derived by `python -m codegen` from src/agentkit/aio/_openai.py; change that and run it again.
"""Makes clients of the openai package for the service that ours speaks to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._core.credentials import key_of
from .._core.openai_client import openai_arguments
from ._pipeline import Pipeline

if TYPE_CHECKING:
    from openai import OpenAI

__all__ = ["openai_client"]


def openai_client(pipeline: Pipeline, options: Mapping[str, Any]) -> OpenAI:
    """A client of the openai package with the address and the credential of a pipeline.

    :param options: arguments of the openai client.
    :raises TypeError: one of them is settled already, or the openai client knows none of that name.
    :raises ValueError: this kind of service answers no such clients.
    :raises ModuleNotFoundError: the openai package is not installed.
    """
    tokens = pipeline.tokens
    arguments = openai_arguments(pipeline.endpoint, options)
    try:
        from openai import OpenAI
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "get_openai_client() needs the openai package, which is not installed here. Install its extra from the checkout: "
            "pip install '.[openai]'",
            name="openai",
        ) from error
    return OpenAI(api_key=key_of(pipeline.credential) if tokens is None else tokens.get, **arguments)
