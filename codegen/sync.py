"""Derives the sync client from the async one, file for file, with unasync.

unasync drops ``async`` and ``await`` and renames tokens. The names below are all that differs between the two clients; what
differs beyond a name lives in ``agentkit/_primitives.py``, once for each.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import unasync

SOURCE = Path("src/agentkit/aio")
TARGET = Path("src/agentkit/_sync")
GENERATED = ("_api", "_areas")
"""Folders of the source that are made by the generator, and come to here before they are written."""
HEADER = "# Derived by `python -m codegen` from {source}; change that and run it again.\n"

NAMES = {
    "aio": "_sync",
    "AbstractAsyncContextManager": "AbstractContextManager",
    "AsyncAgentEventHandler": "AgentEventHandler",
    "AsyncAgentRunStream": "AgentRunStream",
    "AsyncAzureOpenAI": "AzureOpenAI",
    "AsyncChatCompletionsClient": "ChatCompletionsClient",
    "AsyncCredential": "Credential",
    "AsyncEmbeddingsClient": "EmbeddingsClient",
    "AsyncFunctionTool": "FunctionTool",
    "AsyncHttp": "SyncHttp",
    "AsyncImageEmbeddingsClient": "ImageEmbeddingsClient",
    "AsyncHttpResponse": "SyncHttpResponse",
    "AsyncItemPaged": "ItemPaged",
    "AsyncItemPages": "ItemPages",
    "AsyncOpenAI": "OpenAI",
    "AsyncOpening": "SyncOpening",
    "AsyncRunEventHandler": "RunEventHandler",
    "AsyncSASTokenCredential": "SASTokenCredential",
    "AsyncTokens": "SyncTokens",
    "AsyncToolSet": "ToolSet",
    "BaseAsyncAgentEventHandler": "BaseAgentEventHandler",
    "BaseAsyncAgentEventHandlerT": "BaseAgentEventHandlerT",
    "AsyncIterator": "Iterator",
    "asynccontextmanager": "contextmanager",
    "async_call": "sync_call",
    "async_chunks": "sync_chunks",
    "async_closed": "sync_closed",
    "async_inference_class": "sync_inference_class",
    "async_notify": "sync_notify",
    "async_openai_class": "sync_openai_class",
    "async_opened": "sync_opened",
    "async_owned": "sync_owned",
    "async_result": "sync_result",
    "async_seen_through": "sync_seen_through",
    "async_sleep": "sync_sleep",
    "async_token_provider": "sync_token_provider",
    "aclose": "close",
    "aiter_bytes": "iter_bytes",
    "aread": "read",
    "run_calls_async": "run_calls",
}


def emit(root: Path, extra: dict[str, str]) -> dict[str, str]:
    """The files of the sync client, by path from the project's root.

    :param root: the project's root, whose hand-written async files are read.
    :param extra: generated async files, which take precedence over what lies on disk.
    """
    sources = {p.relative_to(root).as_posix(): p.read_text(encoding="utf-8") for p in sorted((root / SOURCE).rglob("*.py"))}
    sources = {name: text for name, text in sources.items() if not any(f"/{tree}/" in name for tree in GENERATED)} | extra
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "in"
        for name, text in sources.items():
            path = inside / Path(name).relative_to(SOURCE)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        outside = Path(folder) / "out"
        rule = unasync.Rule(fromdir=f"{inside}/", todir=f"{outside}/", additional_replacements=NAMES)
        unasync.unasync_files([str(p) for p in sorted(inside.rglob("*.py"))], [rule])
        derived = {}
        for path in sorted(outside.rglob("*.py")):
            inner = path.relative_to(outside)
            header = HEADER.format(source=(SOURCE / inner).as_posix())
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            if lines and lines[0].startswith("# Generated"):
                lines = lines[1:]
            text = header + "".join(lines)
            # unasync leaves the inside of strings alone, so an await in an f-string would slip through.
            compile(text, (TARGET / inner).as_posix(), "exec")
            derived[(TARGET / inner).as_posix()] = text
        shutil.rmtree(outside, ignore_errors=True)
    return derived
