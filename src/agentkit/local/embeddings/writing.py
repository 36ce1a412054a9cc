"""Builds the answer to a request for embeddings as it stands on the wire. Pure."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from typing import Any

from agentkit.local import ids
from agentkit.local.embeddings.reading import Wanted

__all__ = ["answer"]

_PREFIX = "embd-"


def answer(wanted: Wanted, vectors: Sequence[Sequence[float]], tokens: int) -> dict[str, Any]:
    """The vectors in the order of what they were made of.

    :param tokens: How many tokens that had.
    """
    return {
        "id": ids.new_id(_PREFIX),
        "object": "list",
        "model": wanted.model,
        "data": [
            {"object": "embedding", "index": index, "embedding": _written(vector, wanted.encoding)}
            for index, vector in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _written(vector: Sequence[float], encoding: str) -> str | list[float]:
    if encoding == "base64":
        # Numbers of single precision, the lowest byte first.
        return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
    return list(vector)
