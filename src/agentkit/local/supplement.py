"""What the service takes and gives beyond the description: the description is what the client speaks, and others speak to it too.

There are fields of later api-versions and of other dialects, and whole operations that only clients of OpenAI have. They stand here as
in the description, in the words of OpenAPI, so that requests are routed and checked, and answers held, by the same means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.local.embeddings.description import PATHS as EMBEDDING_PATHS
from agentkit.local.embeddings.description import SCHEMAS as EMBEDDING_SCHEMAS
from agentkit.local.evaluating import PLAIN_KINDS
from agentkit.local.links import TOKEN
from agentkit.local.responses.description import PATHS as RESPONSE_PATHS
from agentkit.local.responses.description import SCHEMAS as RESPONSE_SCHEMAS
from agentkit.local.schemas import (
    COUNT,
    FLAG,
    METADATA,
    NUMBER,
    TEXT,
    Schema,
    closed,
    list_of,
    open_object,
    operation_of,
    or_null,
    ref,
)

__all__ = ["extend"]

_ATTRIBUTES: Schema = {
    "type": ["object", "null"],
    "maxProperties": 16,
    "propertyNames": {"maxLength": 64},
    "additionalProperties": {"type": ["string", "number", "boolean"], "maxLength": 512},
}


def _page(kind: str, items: Schema, **more: Schema) -> Schema:
    """A page as the operations give it that only OpenAI has."""
    rest = {"has_more": {"type": "boolean"}, "next_page": {"type": ["string", "null"]}, **more}
    return {"type": "object", "properties": {"object": {"type": "string", "const": kind}, "data": list_of(items), **rest}}


_STORE_IN_PLACE = closed(
    name={"type": ["string", "null"]},
    configuration=or_null(ref("VectorStoreConfiguration")),
    file_ids=list_of(TEXT, maxItems=10_000),
    metadata=METADATA,
    chunking_strategy=or_null(ref("VectorStoreChunkingStrategyRequest")),
)
_FILE_OF_BATCH = closed(
    ["file_id"],
    file_id=TEXT,
    attributes=_ATTRIBUTES,
    chunking_strategy=or_null(ref("VectorStoreChunkingStrategyRequest")),
)

_FIELDS: Mapping[str, Mapping[str, Schema]] = {
    # OpenAI lets the files of vector stores have attributes, by which a search can be narrowed.
    "create_vector_store_file": {"attributes": _ATTRIBUTES},
    "create_vector_store_file_batch": {"attributes": _ATTRIBUTES, "files": list_of(_FILE_OF_BATCH, maxItems=500)},
}
"""Fields of bodies, by the operation that takes them."""

_QUERY: Mapping[str, Mapping[str, Schema]] = {
    # OpenAI gives the files page by page.
    "list_files": {
        "after": TEXT,
        "limit": {"type": "integer", "minimum": 1, "maximum": 10_000},
        "order": {"type": "string", "enum": ["asc", "desc"]},
    },
    "list_evaluations": {TOKEN: TEXT},
    "list_evaluation_schedules": {TOKEN: TEXT},
}
"""Query parameters, by the operation that takes them."""

_SCHEMAS: Mapping[str, Schema] = {
    "MessageDeletionStatus": {
        "properties": {
            "id": TEXT,
            "object": {"type": "string", "const": "thread.message.deleted"},
            "deleted": {"type": "boolean"},
        }
    },
    "VectorStoreFileAttributesUpdate": closed(["attributes"], attributes=_ATTRIBUTES),
    "VectorStoreFileContentPage": _page("vector_store.file_content.page", {"properties": {"type": TEXT, "text": TEXT}}),
    "VectorStoreSearch": closed(
        ["query"],
        query={"type": ["string", "array"], "items": TEXT, "minItems": 1, "maxItems": 20},
        filters=or_null(ref("AttributeFilter")),
        max_num_results={"type": ["integer", "null"], "minimum": 1, "maximum": 50},
        ranking_options=or_null(ref("VectorStoreSearchRanking")),
        rewrite_query=FLAG,
    ),
    "VectorStoreSearchRanking": closed(
        ranker={"type": ["string", "null"], "enum": ["none", "auto", "default-2024-11-15", "default_2024_08_21", None]},
        score_threshold={"type": ["number", "null"], "minimum": 0, "maximum": 1},
    ),
    "VectorStoreSearchPage": _page(
        "vector_store.search_results.page",
        {
            "properties": {
                "file_id": TEXT,
                "filename": TEXT,
                "score": {"type": "number"},
                "attributes": {"type": "object"},
                "content": list_of({"properties": {"type": TEXT, "text": TEXT}}),
            }
        },
        search_query=list_of(TEXT),
    ),
    "AttributeFilter": {
        "type": "object",
        "required": ["type"],
        "properties": {"type": TEXT},
        "discriminator": {
            "propertyName": "type",
            "mapping": {
                **dict.fromkeys(("and", "or"), "#/components/schemas/CompoundFilter"),
                **dict.fromkeys(("eq", "ne", "gt", "gte", "lt", "lte"), "#/components/schemas/ComparisonFilter"),
                **dict.fromkeys(("in", "nin"), "#/components/schemas/MembershipFilter"),
            },
        },
    },
    "CompoundFilter": closed(["type", "filters"], type=TEXT, filters={"type": "array", "items": ref("AttributeFilter")}),
    "ComparisonFilter": closed(["type", "key", "value"], type=TEXT, key=TEXT, value={"type": ["string", "number", "boolean"]}),
    "MembershipFilter": closed(
        ["type", "key", "value"], type=TEXT, key=TEXT, value={"type": "array", "items": {"type": ["string", "number"]}}
    ),
    "Model": {
        "properties": {
            "id": TEXT,
            "object": {"type": "string", "const": "model"},
            "created": {"type": "integer"},
            "owned_by": TEXT,
        }
    },
    "ModelList": {"properties": {"object": {"type": "string", "const": "list"}, "data": list_of(ref("Model"))}},
    "ChatCompletionRequest": open_object(
        ["messages"],
        messages={"type": "array", "items": ref("ChatCompletionMessage"), "minItems": 1},
        model=TEXT,
        max_completion_tokens=COUNT,
        max_tokens=COUNT,
        n=COUNT,
        parallel_tool_calls=FLAG,
        response_format={"type": ["object", "null"]},
        stop={"type": ["string", "array", "null"], "items": TEXT, "maxItems": 4},
        stream=FLAG,
        stream_options=or_null(open_object(include_usage=FLAG)),
        temperature={**NUMBER, "minimum": 0, "maximum": 2},
        tool_choice={"type": ["string", "object", "null"]},
        tools=list_of(ref("ChatCompletionTool"), maxItems=128),
        top_p={**NUMBER, "minimum": 0, "maximum": 1},
    ),
    "ChatCompletionMessage": open_object(
        ["role"],
        role={"type": "string", "enum": ["system", "developer", "user", "assistant", "tool"]},
        content={"type": ["string", "array", "null"], "items": open_object(["type"], type=TEXT)},
        tool_calls=list_of(
            open_object(["id", "function"], id=TEXT, function=open_object(["name", "arguments"], name=TEXT, arguments=TEXT))
        ),
        tool_call_id={"type": ["string", "null"]},
    ),
    "ChatCompletionTool": open_object(
        ["type", "function"],
        type={"type": "string", "enum": ["function"]},
        function=open_object(
            ["name"], name=TEXT, description={"type": ["string", "null"]}, parameters={"type": ["object", "null"]}
        ),
    ),
    "ChatCompletion": {
        "properties": {
            "id": TEXT,
            "object": {"type": "string", "const": "chat.completion"},
            "created": {"type": "integer"},
            "model": TEXT,
            "choices": list_of({"type": "object"}),
            "usage": {"type": "object"},
            "system_fingerprint": {"type": ["string", "null"]},
        }
    },
}

_PATHS: Mapping[str, Mapping[str, Any]] = {
    "/": {"get": operation_of("get_workspace", ref("AnyBody"))},
    "/threads/{threadId}/messages/{messageId}": {"delete": operation_of("delete_message", ref("MessageDeletionStatus"))},
    "/vector_stores/{vectorStoreId}/search": {
        "post": operation_of("search_vector_store", ref("VectorStoreSearchPage"), ref("VectorStoreSearch"))
    },
    "/vector_stores/{vectorStoreId}/files/{fileId}": {
        "post": operation_of("update_vector_store_file", ref("VectorStoreFile"), ref("VectorStoreFileAttributesUpdate"))
    },
    "/vector_stores/{vectorStoreId}/files/{fileId}/content": {
        "get": operation_of("get_vector_store_file_content", ref("VectorStoreFileContentPage"))
    },
    "/models": {"get": operation_of("list_models", ref("ModelList"))},
    # The name of a model may have a slash in it.
    "/models/{model:path}": {"get": operation_of("get_model", ref("Model"))},
    "/chat/completions": {"post": operation_of("create_chat_completion", ref("ChatCompletion"), ref("ChatCompletionRequest"))},
    "/deployments/{deployment}/chat/completions": {
        "post": operation_of("create_chat_completion_of_deployment", ref("ChatCompletion"), ref("ChatCompletionRequest"))
    },
}


def extend(document: dict[str, Any]) -> None:
    """Add to the bundled description what the service takes and gives beyond it.

    :param document: The description, which is changed.
    """
    for item in document["paths"].values():
        for operation in item.values():
            _extend_operation(operation)
    for path, item in (*_PATHS.items(), *EMBEDDING_PATHS.items(), *RESPONSE_PATHS.items()):
        document["paths"].setdefault(path, {}).update(item)
    schemas = document["components"]["schemas"]
    schemas.update(_SCHEMAS)
    # A protocol that is not known is refused by a code of its own.
    del schemas["AgentProtocol"]["enum"]
    schemas.update(EMBEDDING_SCHEMAS)
    schemas.update(RESPONSE_SCHEMAS)
    # Later api-versions have more kinds of tools; an agent may have them, and is told when it calls one.
    schemas["ToolDefinition"]["discriminator"]["x-open"] = True
    # Older clients do not say of what kind data, models and triggers are.
    for family, told_by in PLAIN_KINDS.items():
        schemas[family]["required"] = []
        schemas[family]["discriminator"]["x-told-by"] = told_by
    # There the ranker may be left out.
    schemas["FileSearchRankingOptions"]["required"] = ["score_threshold"]
    # OpenAI has files for more than agents.
    schemas["FilePurpose"]["enum"] += ["evals", "user_data"]
    # OpenAI describes a vector store in place by its files, where the description has a configuration.
    for name in ("FileSearchToolResource", "UpdateFileSearchToolResourceOptions"):
        schemas[name]["properties"]["vector_stores"] = {"type": ["array", "null"], "items": _STORE_IN_PLACE, "maxItems": 1}


def _extend_operation(operation: Any) -> None:
    name = operation.get("operationId", "") if isinstance(operation, dict) else ""
    if name in _FIELDS:
        properties = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
        properties.update({field: schema for field, schema in _FIELDS[name].items() if field not in properties})
    for parameter, schema in _QUERY.get(name, {}).items():
        operation.setdefault("parameters", []).append({"name": parameter, "in": "query", "schema": schema})
