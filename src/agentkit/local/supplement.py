"""What the service takes and gives beyond the description: the description is what the client speaks, and others speak to it too.

There are fields of later api-versions and of other dialects, and whole operations that only clients of OpenAI have. They stand here as
in the description, in the words of OpenAPI, so that requests are routed and checked, and answers held, by the same means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["extend"]

Schema = Mapping[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": ["number", "null"]}
_FLAG: Schema = {"type": ["boolean", "null"]}
_COUNT: Schema = {"type": ["integer", "null"], "minimum": 1}
_METADATA: Schema = {
    "type": ["object", "null"],
    "maxProperties": 16,
    "propertyNames": {"maxLength": 64},
    "additionalProperties": {"type": "string", "maxLength": 512},
}
_ATTRIBUTES: Schema = {
    "type": ["object", "null"],
    "maxProperties": 16,
    "propertyNames": {"maxLength": 64},
    "additionalProperties": {"type": ["string", "number", "boolean"], "maxLength": 512},
}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(required: Sequence[str] = (), **properties: Schema) -> Schema:
    """An object of which only these fields are known."""
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def _open(required: Sequence[str] = (), **properties: Schema) -> Schema:
    """An object that may have other fields too."""
    return {"type": "object", "required": list(required), "properties": properties}


def _list(items: Schema, **bounds: Any) -> Schema:
    return {"type": ["array", "null"], "items": items, **bounds}


def _page(kind: str, items: Schema, **more: Schema) -> Schema:
    """A page as the operations give it that only OpenAI has."""
    rest = {"has_more": {"type": "boolean"}, "next_page": {"type": ["string", "null"]}, **more}
    return {"type": "object", "properties": {"object": {"type": "string", "const": kind}, "data": _list(items), **rest}}


def _operation(operation_id: str, gives: Schema, takes: Schema | None = None) -> dict[str, Any]:
    """An operation without query parameters."""
    body = {"requestBody": {"content": {"application/json": {"schema": takes}}}} if takes is not None else {}
    return {"operationId": operation_id, **body, "responses": {"200": {"content": {"application/json": {"schema": gives}}}}}


_STORE_IN_PLACE = _object(
    name={"type": ["string", "null"]},
    configuration=_or_null(_ref("VectorStoreConfiguration")),
    file_ids=_list(_TEXT, maxItems=10_000),
    metadata=_METADATA,
    chunking_strategy=_or_null(_ref("VectorStoreChunkingStrategyRequest")),
)
_FILE_OF_BATCH = _object(
    ["file_id"],
    file_id=_TEXT,
    attributes=_ATTRIBUTES,
    chunking_strategy=_or_null(_ref("VectorStoreChunkingStrategyRequest")),
)

_FIELDS: Mapping[str, Mapping[str, Schema]] = {
    # Api-version v1 takes a run's own tool resources.
    "create_run": {"tool_resources": _or_null(_ref("UpdateToolResourcesOptions"))},
    # OpenAI lets the files of vector stores have attributes, by which a search can be narrowed.
    "create_vector_store_file": {"attributes": _ATTRIBUTES},
    "create_vector_store_file_batch": {"attributes": _ATTRIBUTES, "files": _list(_FILE_OF_BATCH, maxItems=500)},
}
"""Fields of bodies, by the operation that takes them."""

_QUERY: Mapping[str, Mapping[str, Schema]] = {
    # OpenAI gives the files page by page.
    "list_files": {
        "after": _TEXT,
        "limit": {"type": "integer", "minimum": 1, "maximum": 10_000},
        "order": {"type": "string", "enum": ["asc", "desc"]},
    },
}
"""Query parameters, by the operation that takes them."""

_SCHEMAS: Mapping[str, Schema] = {
    "MessageDeletionStatus": {
        "properties": {
            "id": _TEXT,
            "object": {"type": "string", "const": "thread.message.deleted"},
            "deleted": {"type": "boolean"},
        }
    },
    "VectorStoreFileAttributesUpdate": _object(["attributes"], attributes=_ATTRIBUTES),
    "VectorStoreFileContentPage": _page("vector_store.file_content.page", {"properties": {"type": _TEXT, "text": _TEXT}}),
    "VectorStoreSearch": _object(
        ["query"],
        query={"type": ["string", "array"], "items": _TEXT, "minItems": 1, "maxItems": 20},
        filters=_or_null(_ref("AttributeFilter")),
        max_num_results={"type": ["integer", "null"], "minimum": 1, "maximum": 50},
        ranking_options=_or_null(_ref("VectorStoreSearchRanking")),
        rewrite_query=_FLAG,
    ),
    "VectorStoreSearchRanking": _object(
        ranker={"type": ["string", "null"], "enum": ["none", "auto", "default-2024-11-15", "default_2024_08_21", None]},
        score_threshold={"type": ["number", "null"], "minimum": 0, "maximum": 1},
    ),
    "VectorStoreSearchPage": _page(
        "vector_store.search_results.page",
        {
            "properties": {
                "file_id": _TEXT,
                "filename": _TEXT,
                "score": {"type": "number"},
                "attributes": {"type": "object"},
                "content": _list({"properties": {"type": _TEXT, "text": _TEXT}}),
            }
        },
        search_query=_list(_TEXT),
    ),
    "AttributeFilter": {
        "type": "object",
        "required": ["type"],
        "properties": {"type": _TEXT},
        "discriminator": {
            "propertyName": "type",
            "mapping": {
                **dict.fromkeys(("and", "or"), "#/components/schemas/CompoundFilter"),
                **dict.fromkeys(("eq", "ne", "gt", "gte", "lt", "lte"), "#/components/schemas/ComparisonFilter"),
                **dict.fromkeys(("in", "nin"), "#/components/schemas/MembershipFilter"),
            },
        },
    },
    "CompoundFilter": _object(["type", "filters"], type=_TEXT, filters={"type": "array", "items": _ref("AttributeFilter")}),
    "ComparisonFilter": _object(
        ["type", "key", "value"], type=_TEXT, key=_TEXT, value={"type": ["string", "number", "boolean"]}
    ),
    "MembershipFilter": _object(
        ["type", "key", "value"], type=_TEXT, key=_TEXT, value={"type": "array", "items": {"type": ["string", "number"]}}
    ),
    "Model": {
        "properties": {
            "id": _TEXT,
            "object": {"type": "string", "const": "model"},
            "created": {"type": "integer"},
            "owned_by": _TEXT,
        }
    },
    "ModelList": {"properties": {"object": {"type": "string", "const": "list"}, "data": _list(_ref("Model"))}},
    "ChatCompletionRequest": _open(
        ["messages"],
        messages={"type": "array", "items": _ref("ChatCompletionMessage"), "minItems": 1},
        model=_TEXT,
        max_completion_tokens=_COUNT,
        max_tokens=_COUNT,
        n=_COUNT,
        parallel_tool_calls=_FLAG,
        response_format={"type": ["object", "null"]},
        stop={"type": ["string", "array", "null"], "items": _TEXT, "maxItems": 4},
        stream=_FLAG,
        stream_options=_or_null(_open(include_usage=_FLAG)),
        temperature={**_NUMBER, "minimum": 0, "maximum": 2},
        tool_choice={"type": ["string", "object", "null"]},
        tools=_list(_ref("ChatCompletionTool"), maxItems=128),
        top_p={**_NUMBER, "minimum": 0, "maximum": 1},
    ),
    "ChatCompletionMessage": _open(
        ["role"],
        role={"type": "string", "enum": ["system", "developer", "user", "assistant", "tool"]},
        content={"type": ["string", "array", "null"], "items": _open(["type"], type=_TEXT)},
        tool_calls=_list(
            _open(["id", "function"], id=_TEXT, function=_open(["name", "arguments"], name=_TEXT, arguments=_TEXT))
        ),
        tool_call_id={"type": ["string", "null"]},
    ),
    "ChatCompletionTool": _open(
        ["type", "function"],
        type={"type": "string", "enum": ["function"]},
        function=_open(["name"], name=_TEXT, description={"type": ["string", "null"]}, parameters={"type": ["object", "null"]}),
    ),
    "ChatCompletion": {
        "properties": {
            "id": _TEXT,
            "object": {"type": "string", "const": "chat.completion"},
            "created": {"type": "integer"},
            "model": _TEXT,
            "choices": _list({"type": "object"}),
            "usage": {"type": "object"},
            "system_fingerprint": {"type": ["string", "null"]},
        }
    },
    "AnyBody": {"type": "object"},
}

_PATHS: Mapping[str, Mapping[str, Any]] = {
    "/threads/{threadId}/messages/{messageId}": {"delete": _operation("delete_message", _ref("MessageDeletionStatus"))},
    "/vector_stores/{vectorStoreId}/search": {
        "post": _operation("search_vector_store", _ref("VectorStoreSearchPage"), _ref("VectorStoreSearch"))
    },
    "/vector_stores/{vectorStoreId}/files/{fileId}": {
        "post": _operation("update_vector_store_file", _ref("VectorStoreFile"), _ref("VectorStoreFileAttributesUpdate"))
    },
    "/vector_stores/{vectorStoreId}/files/{fileId}/content": {
        "get": _operation("get_vector_store_file_content", _ref("VectorStoreFileContentPage"))
    },
    "/models": {"get": _operation("list_models", _ref("ModelList"))},
    # The name of a model may have a slash in it.
    "/models/{model:path}": {"get": _operation("get_model", _ref("Model"))},
    "/chat/completions": {"post": _operation("create_chat_completion", _ref("ChatCompletion"), _ref("ChatCompletionRequest"))},
    "/deployments/{deployment}/chat/completions": {
        "post": _operation("create_chat_completion_of_deployment", _ref("ChatCompletion"), _ref("ChatCompletionRequest"))
    },
    "/embeddings": {"post": _operation("create_embeddings", _ref("AnyBody"), _ref("AnyBody"))},
    "/deployments/{deployment}/embeddings": {
        "post": _operation("create_embeddings_of_deployment", _ref("AnyBody"), _ref("AnyBody"))
    },
}


def extend(document: dict[str, Any]) -> None:
    """Add to the bundled description what the service takes and gives beyond it.

    :param document: The description, which is changed.
    """
    for item in document["paths"].values():
        for operation in item.values():
            _extend_operation(operation)
    for path, item in _PATHS.items():
        document["paths"].setdefault(path, {}).update(item)
    schemas = document["components"]["schemas"]
    schemas.update(_SCHEMAS)
    # Later api-versions have more kinds of tools; an agent may have them, and is told when it calls one.
    schemas["ToolDefinition"]["discriminator"]["x-open"] = True
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
