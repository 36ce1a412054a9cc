"""The classes of other packages that a project's connections are used with, imported when a client is asked for.

Each comes twice, once for each client; the derivation of the sync client replaces the one name by the other.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.ai.inference import ChatCompletionsClient, EmbeddingsClient, ImageEmbeddingsClient
    from azure.ai.inference.aio import ChatCompletionsClient as AsyncChatCompletionsClient
    from azure.ai.inference.aio import EmbeddingsClient as AsyncEmbeddingsClient
    from azure.ai.inference.aio import ImageEmbeddingsClient as AsyncImageEmbeddingsClient
    from openai import AsyncAzureOpenAI, AzureOpenAI

__all__ = [
    "AsyncAzureOpenAI",
    "AsyncChatCompletionsClient",
    "AsyncEmbeddingsClient",
    "AsyncImageEmbeddingsClient",
    "AzureOpenAI",
    "ChatCompletionsClient",
    "EmbeddingsClient",
    "ImageEmbeddingsClient",
    "async_inference_class",
    "async_openai_class",
    "async_token_provider",
    "sync_inference_class",
    "sync_openai_class",
    "sync_token_provider",
]


def sync_inference_class(operation: str, name: str) -> Any:
    """A client class of azure-ai-inference.

    :param operation: the method that needs it, for the error text.
    :raises ModuleNotFoundError: the package is not installed; the text names the extra.
    """
    try:
        import azure.ai.inference as package
    except ModuleNotFoundError as error:
        raise _missing(operation, "azure-ai-inference", "inference", error) from error
    return getattr(package, name)


def async_inference_class(operation: str, name: str) -> Any:
    """As :func:`sync_inference_class`, of its awaited clients, which need aiohttp besides."""
    try:
        import azure.ai.inference.aio as package
    except ModuleNotFoundError as error:
        raise _missing(operation, "azure-ai-inference", "inference", error) from error
    if find_spec("aiohttp") is None:
        raise _missing(operation, "aiohttp", "aio")
    return getattr(package, name)


def sync_openai_class(operation: str) -> Any:
    """The client class of the openai package for Azure OpenAI.

    :param operation: the method that needs it, for the error text.
    :raises ModuleNotFoundError: the package is not installed; the text names the extra.
    """
    try:
        from openai import AzureOpenAI
    except ModuleNotFoundError as error:
        raise _missing(operation, "openai", "openai", error) from error
    return AzureOpenAI


def async_openai_class(operation: str) -> Any:
    """As :func:`sync_openai_class`, of its awaited client."""
    try:
        from openai import AsyncAzureOpenAI
    except ModuleNotFoundError as error:
        raise _missing(operation, "openai", "openai", error) from error
    return AsyncAzureOpenAI


def sync_token_provider(credential: Any, scope: str) -> Callable[[], Any]:
    """What gives the text of an access token whenever it is called."""
    from azure.identity import get_bearer_token_provider

    return get_bearer_token_provider(credential, scope)


def async_token_provider(credential: Any, scope: str) -> Callable[[], Any]:
    """As :func:`sync_token_provider`, to be awaited."""
    from azure.identity.aio import get_bearer_token_provider

    return get_bearer_token_provider(credential, scope)


def _missing(operation: str, package: str, extra: str, cause: ModuleNotFoundError | None = None) -> ModuleNotFoundError:
    """The error for a package that is not there; nothing was sent yet."""
    return ModuleNotFoundError(
        f"{operation}() needs the package {package}, which is not installed here. Install its extra from the checkout: "
        f"pip install '.[{extra}]'",
        name=(cause.name if cause is not None else None) or package,
    )
