"""How the operations of responses and conversations are described, in the words of OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentkit.local.schemas import COUNT, FLAG, METADATA, NUMBER, TEXT, Schema, closed, list_of, open_object, operation_of, ref

__all__ = ["PATHS", "SCHEMAS"]

_MAYBE_TEXT: Schema = {"type": ["string", "null"]}
_MAYBE_OBJECT: Schema = {"type": ["object", "null"]}
_STORED = "#/components/schemas/"


def _by_type(required: bool = True, **kinds: Schema) -> dict[str, Schema]:
    """The schemas of objects that a field named ``type`` tells apart; kinds that are not known pass."""
    base, *names = kinds
    mapping = {name: f"{_STORED}{base}.{name}" for name in names}
    discriminator = {"propertyName": "type", "mapping": mapping, "x-open": True}
    schema = {**open_object(["type"] if required else [], type=TEXT), "discriminator": discriminator}
    return {base: schema, **{f"{base}.{name}": kinds[name] for name in names}}


_PARTS = {"type": ["string", "array", "null"], "items": open_object(["type"], type=TEXT)}

_ITEMS = _by_type(
    required=False,
    ResponseInputItem={},
    message=open_object(["role", "content"], type=TEXT, role=TEXT, content=_PARTS),
    function_call=open_object(["call_id", "name", "arguments"], call_id=TEXT, name=TEXT, arguments=TEXT),
    function_call_output=open_object(["call_id", "output"], call_id=TEXT, output=_PARTS),
    code_interpreter_call=open_object(code=_MAYBE_TEXT, outputs=list_of(open_object(["type"], type=TEXT))),
    file_search_call=open_object(queries=list_of(TEXT), results=list_of({"type": "object"})),
)
_TOOLS = _by_type(
    ResponseTool={},
    function=closed(type=TEXT, name=TEXT, description=_MAYBE_TEXT, parameters=_MAYBE_OBJECT, strict=FLAG),
    code_interpreter=closed(type=TEXT, container={"type": ["string", "object", "null"]}),
    file_search=closed(
        ["vector_store_ids"],
        type=TEXT,
        vector_store_ids={"type": "array", "items": TEXT, "minItems": 1},
        max_num_results={"type": ["integer", "null"], "minimum": 1, "maximum": 50},
        ranking_options=_MAYBE_OBJECT,
        filters=_MAYBE_OBJECT,
    ),
)
_FORMATS = _by_type(
    ResponseTextFormat={},
    text=closed(type=TEXT),
    json_object=closed(type=TEXT),
    json_schema=closed(["schema"], type=TEXT, name=TEXT, description=_MAYBE_TEXT, schema={"type": "object"}, strict=FLAG),
)
_FORMATS["ResponseTextFormat"]["discriminator"].pop("x-open")

_AGENT_REFERENCE = {"anyOf": [closed(["name"], type=TEXT, name=TEXT, version=_MAYBE_TEXT), {"type": "null"}]}

_REQUEST = closed(
    agent=_AGENT_REFERENCE,
    agent_reference=_AGENT_REFERENCE,
    background=FLAG,
    conversation={"type": ["string", "object", "null"]},
    include=list_of(TEXT),
    input={"type": ["string", "array", "null"], "items": ref("ResponseInputItem")},
    instructions=_MAYBE_TEXT,
    max_output_tokens=COUNT,
    max_tool_calls=COUNT,
    metadata=METADATA,
    model=_MAYBE_TEXT,
    parallel_tool_calls=FLAG,
    previous_response_id=_MAYBE_TEXT,
    prompt=_MAYBE_OBJECT,
    prompt_cache_key=_MAYBE_TEXT,
    reasoning=_MAYBE_OBJECT,
    safety_identifier=_MAYBE_TEXT,
    service_tier=_MAYBE_TEXT,
    store=FLAG,
    stream=FLAG,
    stream_options=_MAYBE_OBJECT,
    structured_inputs=_MAYBE_OBJECT,
    temperature={**NUMBER, "minimum": 0, "maximum": 2},
    text={"anyOf": [closed(format=ref("ResponseTextFormat"), verbosity=_MAYBE_TEXT), {"type": "null"}]},
    tool_choice={"type": ["string", "object", "null"]},
    tools=list_of(ref("ResponseTool"), maxItems=128),
    top_logprobs={"type": ["integer", "null"], "minimum": 0, "maximum": 20},
    top_p={**NUMBER, "minimum": 0, "maximum": 1},
    truncation={"type": ["string", "null"], "enum": ["auto", "disabled", None]},
    user=_MAYBE_TEXT,
)


def _deletion(kind: str) -> Schema:
    return open_object(id=TEXT, object={"type": "string", "const": kind}, deleted={"type": "boolean"})


_ITEM_PAGE = open_object(
    object={"type": "string", "const": "list"},
    data=list_of({"type": "object"}),
    first_id=_MAYBE_TEXT,
    last_id=_MAYBE_TEXT,
    has_more={"type": "boolean"},
)

SCHEMAS: Mapping[str, Schema] = {
    **_ITEMS,
    **_TOOLS,
    **_FORMATS,
    "ResponseRequest": _REQUEST,
    "Response": {"type": "object"},
    "ResponseDeletion": _deletion("response"),
    "ResponseItem": {"type": "object"},
    "ResponseItemPage": _ITEM_PAGE,
    "Conversation": open_object(
        id=TEXT, object={"type": "string", "const": "conversation"}, created_at={"type": "integer"}, metadata={"type": "object"}
    ),
    "ConversationDeletion": _deletion("conversation.deleted"),
    "ConversationCreation": closed(metadata=METADATA, items=list_of(ref("ResponseInputItem"), maxItems=20)),
    "ConversationUpdate": closed(["metadata"], metadata=METADATA),
    "ConversationItems": closed(
        ["items"], items={"type": "array", "items": ref("ResponseInputItem"), "minItems": 1, "maxItems": 20}
    ),
}


def _query(name: str, kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": kind}}


_PAGING = [_query("after"), _query("before"), _query("limit", "integer"), _query("order")]


def _listing(operation_id: str) -> dict[str, Any]:
    return {**operation_of(operation_id, ref("ResponseItemPage")), "parameters": _PAGING}


_CONVERSATION = "/conversations/{conversationId}"

PATHS: Mapping[str, Mapping[str, Any]] = {
    "/responses": {"post": operation_of("create_response", ref("Response"), ref("ResponseRequest"))},
    "/responses/{responseId}": {
        "get": {**operation_of("get_response", ref("Response")), "parameters": [_query("stream")]},
        "delete": operation_of("delete_response", ref("ResponseDeletion")),
    },
    "/responses/{responseId}/cancel": {"post": operation_of("cancel_response", ref("Response"))},
    "/responses/{responseId}/input_items": {"get": _listing("list_response_input_items")},
    "/conversations": {"post": operation_of("create_conversation", ref("Conversation"), ref("ConversationCreation"))},
    _CONVERSATION: {
        "get": operation_of("get_conversation", ref("Conversation")),
        "post": operation_of("update_conversation", ref("Conversation"), ref("ConversationUpdate")),
        "delete": operation_of("delete_conversation", ref("ConversationDeletion")),
    },
    f"{_CONVERSATION}/items": {
        "get": _listing("list_conversation_items"),
        "post": operation_of("create_conversation_items", ref("ResponseItemPage"), ref("ConversationItems")),
    },
    f"{_CONVERSATION}/items/{{itemId}}": {
        "get": operation_of("get_conversation_item", ref("ResponseItem")),
        "delete": operation_of("delete_conversation_item", ref("Conversation")),
    },
}
