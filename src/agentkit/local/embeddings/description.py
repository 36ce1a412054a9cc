"""The operations of endpoints for models that agents do not need, in the words of OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.local.schemas import COUNT, TEXT, Schema, closed, open_object, operation_of, ref

__all__ = ["PATHS", "SCHEMAS"]

_CHOICES: Mapping[str, Schema] = {
    "model": {"type": ["string", "null"]},
    "dimensions": COUNT,
    "encoding_format": {"type": ["string", "null"]},
    "input_type": {"type": ["string", "null"]},
}

SCHEMAS: Mapping[str, Schema] = {
    "EmbeddingsRequest": open_object(["input"], input={"type": ["string", "array"]}, **_CHOICES),
    "ImageEmbeddingsRequest": open_object(
        ["input"],
        input={"type": "array", "items": closed(["image"], image=TEXT, text={"type": ["string", "null"]})},
        **_CHOICES,
    ),
    "Embeddings": {
        "properties": {
            "id": TEXT,
            "object": {"type": "string", "const": "list"},
            "model": TEXT,
            "data": {"type": "array", "items": {"type": "object"}},
            "usage": {"type": "object"},
        }
    },
    "ModelInfo": {"properties": {"model_name": TEXT, "model_type": TEXT, "model_provider_name": TEXT}},
}

PATHS: Mapping[str, Mapping[str, Any]] = {
    "/embeddings": {"post": operation_of("create_embeddings", ref("Embeddings"), ref("EmbeddingsRequest"))},
    "/deployments/{deployment}/embeddings": {
        "post": operation_of("create_embeddings_of_deployment", ref("Embeddings"), ref("EmbeddingsRequest"))
    },
    "/images/embeddings": {"post": operation_of("create_image_embeddings", ref("Embeddings"), ref("ImageEmbeddingsRequest"))},
    "/info": {"get": operation_of("get_model_info", ref("ModelInfo"))},
}
