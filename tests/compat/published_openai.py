"""Runs the published openai package, unmodified, against local services: as a client of Azure OpenAI, and as one of OpenAI.

``start.py`` starts the services, and this program in an environment of its own.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import openai
import openai_assistants
import openai_chat
import openai_files
import openai_streams
from clients import Api, Client, Report, run_client
from openai_surface import refused, surface

# Every answer is held against the types of the package, which otherwise lets anything pass.
STRICT: dict[str, Any] = {"timeout": 60.0, "max_retries": 0, "_strict_response_validation": True}

Connect = Callable[[str, str, str], AbstractAsyncContextManager[Api]]


def azure(flavour: str, url: str, key: str) -> Any:
    """A client of Azure OpenAI; over TLS it shows a token instead of a key."""
    kind = {"sync": openai.AzureOpenAI, "async": openai.AsyncAzureOpenAI}[flavour]
    shown = {"azure_ad_token_provider": lambda: key} if url.startswith("https:") else {"api_key": key}
    return kind(azure_endpoint=url, api_version="2024-05-01-preview", **STRICT, **shown)


def plain(flavour: str, url: str, key: str) -> Any:
    """A client of OpenAI."""
    kind = {"sync": openai.OpenAI, "async": openai.AsyncOpenAI}[flavour]
    return kind(base_url=f"{url}/v1", api_key=key, **STRICT)


def connecting(make: Callable[[str, str, str], Any]) -> Connect:
    """Opens clients that are made in this way."""

    @asynccontextmanager
    async def connected(flavour: str, url: str, key: str) -> AsyncIterator[Api]:
        client = make(flavour, url, key)
        try:
            yield Api(surface(client), flavour)
        finally:
            closed = client.close()
            if closed is not None:
                await closed

    return connected


async def wrong_key(api: Api, report: Report) -> None:
    with report.check("a wrong key is an AuthenticationError"):
        error = await refused(api.beta.threads.create(), openai.AuthenticationError)
        assert (error.status_code, error.code) == (401, "invalid_api_key")


def put_through(title: str, make: Callable[[str, str, str], Any]) -> int:
    """Put a kind of client through everything.

    :return: Exit status: 0 when everything passed.
    """
    return run_client(
        Client(
            title=title,
            connect=connecting(make),
            offline=(*openai_assistants.OFFLINE, *openai_files.OFFLINE, *openai_chat.OFFLINE),
            told=(*openai_assistants.TOLD, *openai_streams.TOLD, *openai_chat.TOLD),
            with_wrong_key=wrong_key,
        )
    )


if __name__ == "__main__":
    sys.exit(
        max(
            put_through(f"openai {openai.__version__}, AzureOpenAI", azure),
            put_through(f"openai {openai.__version__}, OpenAI at /v1", plain),
        )
    )
