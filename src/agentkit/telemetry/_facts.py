"""What a span says of a piece of work, by the OpenTelemetry conventions for generative AI. Pure: from requests and answers to texts.

Content, which is what people and models have written, is left out unless it is asked for: texts of messages, instructions, arguments and
results of functions, and the words of errors, which may quote any of these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote, urlsplit

__all__ = [
    "SYSTEM",
    "Facts",
    "as_text",
    "error_facts",
    "event_facts",
    "operation_of",
    "outcome_facts",
    "plan_facts",
    "request_facts",
    "result_facts",
]

SYSTEM = "az.ai.agents"
_SYSTEM = {"gen_ai.system": SYSTEM, "gen_ai.provider.name": SYSTEM}

# The names by which traces know some of the calls.
_OPERATIONS = {
    "create_run": "start_thread_run",
    "create_stream": "start_thread_run",
    "submit_tool_outputs_to_run": "submit_tool_outputs",
    "submit_tool_outputs_to_stream": "submit_tool_outputs",
}
PROCESS_RUN = "process_thread_run"

_COLLECTIONS = {
    "agents": "gen_ai.agent.name",
    "versions": "gen_ai.agent.version",
    "assistants": "gen_ai.agent.id",
    "threads": "gen_ai.thread.id",
    "messages": "gen_ai.message.id",
    "runs": "gen_ai.thread.run.id",
    "steps": "gen_ai.run_step.id",
    "files": "agentkit.file.id",
    "vector_stores": "agentkit.vector_store.id",
}
# What else a project has, such as its connections, is no matter of generative AI.
_AGENTS = re.compile(r"/(?:agents|assistants|files|threads|vector_stores)\b")
_ID_IN_PATH = re.compile(rf"/({'|'.join(_COLLECTIONS)})/([^/?]+)")
_ID_OF_OBJECT = {
    "agent": "gen_ai.agent.id",
    "agent.version": "gen_ai.agent.id",
    "assistant": "gen_ai.agent.id",
    "thread": "gen_ai.thread.id",
    "thread.message": "gen_ai.message.id",
    "thread.run": "gen_ai.thread.run.id",
    "thread.run.step": "gen_ai.run_step.id",
    "file": "agentkit.file.id",
    "vector_store": "agentkit.vector_store.id",
    "vector_store.file": "agentkit.file.id",
}
_BODY = {
    "assistant_id": "gen_ai.agent.id",
    "model": "gen_ai.request.model",
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "max_prompt_tokens": "gen_ai.request.max_input_tokens",
    "max_completion_tokens": "gen_ai.request.max_output_tokens",
}
_STEP_ENDS = ("completed_at", "cancelled_at", "failed_at")


@dataclass
class Facts:
    """What there is to say: attributes of the span, events in it, and, where the work did not end well, why.

    ``error`` is the kind of error, ``description`` what may be said of it.
    """

    attributes: dict[str, Any] = field(default_factory=dict)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    error: str | None = None
    description: str | None = None


def operation_of(request: Any) -> str:
    """The name by which traces know the call that a request is made for."""
    called: str = request.operation
    return _OPERATIONS.get(called, called)


def request_facts(endpoint: Any, request: Any, operation: str, *, content: bool) -> Facts:
    """What a request says of the work that it begins.

    :param endpoint: where it is sent.
    :param request: the request.
    :param operation: the name of the work.
    :param content: whether content is recorded.
    """
    address = urlsplit(endpoint.origin)
    facts = Facts({"gen_ai.operation.name": operation, "server.address": address.hostname or ""})
    if _AGENTS.match(request.path):
        facts.attributes.update(_SYSTEM)
        facts.attributes.update((_COLLECTIONS[kind], unquote(id)) for kind, id in _ID_IN_PATH.findall(request.path))
    if address.port is not None:
        facts.attributes["server.port"] = address.port
    body = request.body
    if not isinstance(body, Mapping):
        return facts
    facts.attributes.update(_given((attribute, body.get(name)) for name, attribute in _BODY.items()))
    form = body.get("response_format")
    facts.attributes.update(
        _given([("gen_ai.request.response_format", form.get("type") if isinstance(form, Mapping) else form)])
    )
    if request.operation in ("create_agent", "update_agent"):
        facts.attributes.update(_given((f"gen_ai.agent.{name}", body.get(name)) for name in ("name", "description")))
    facts.events.extend(_messages_of(request.operation, body, _ids(facts.attributes), content))
    return facts


def result_facts(result: Any, *, content: bool, ends_run: bool = False) -> Facts:
    """What an answer says of the work that it ends.

    :param result: the answer: an object of the service, or what a caller made of it, which says nothing.
    :param content: whether content is recorded.
    :param ends_run: whether the work is the run itself, so that its failure is that of the work.
    """
    facts = Facts()
    if not isinstance(result, Mapping):
        return facts
    kind = result.get("object")
    if kind == "list":
        for item in _items(result.get("data")):
            facts.events.extend(_listed(item, content))
        return facts
    facts.attributes.update(_object(result))
    error = result.get("last_error")
    if ends_run and result.get("status") == "failed":
        facts.error, facts.description = _last_error(error, content)
    return facts


def event_facts(name: str, data: Any, *, content: bool) -> Facts:
    """What an event of a streamed run says of the run.

    :param name: the event's name.
    :param data: its data, as parsed JSON.
    :param content: whether content is recorded.
    """
    if not isinstance(data, Mapping):
        return Facts(error="error", description=str(data) if content else None) if name == "error" else Facts()
    if name == "error":
        told = data.get("error", data)
        code, description = _last_error(told, content)
        return Facts(error=code, description=description)
    if name == "thread.created":
        return Facts(_given([("gen_ai.thread.id", data.get("id"))]))
    if name in ("thread.message.completed", "thread.message.incomplete"):
        return Facts(events=[_message_event(data, content)])
    if name == "thread.run.step.completed" and data.get("type") == "tool_calls":
        return Facts(events=[("gen_ai.assistant.message", _step_attributes(data, content, "gen_ai.message.status"))])
    if name.startswith("thread.run.") and not name.startswith("thread.run.step."):
        return result_facts(data, content=content, ends_run=True)
    return Facts()


def plan_facts(plan: Any, *, content: bool) -> Facts:
    """What a planned call of a function says.

    :param plan: the call.
    :param content: whether content is recorded.
    """
    attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": plan.name, "gen_ai.tool.type": "function"}
    attributes.update(_given([("gen_ai.tool.call.id", plan.call_id)]))
    if content:
        attributes["gen_ai.tool.call.arguments"] = _json(dict(plan.arguments))
    return Facts(attributes)


def outcome_facts(outcome: Any, *, content: bool) -> Facts:
    """What came of a call of a function.

    :param outcome: its outcome.
    :param content: whether content is recorded.
    """
    facts = error_facts(outcome.error, content=content) if outcome.error is not None else Facts()
    if content:
        facts.attributes["gen_ai.tool.call.result"] = outcome.output
    return facts


def error_facts(error: BaseException, *, content: bool) -> Facts:
    """What an error says of the work that it ended.

    :param error: the error.
    :param content: whether its words are recorded, which may quote content.
    """
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    facts = Facts(error=name)
    status, code = getattr(error, "status_code", None), getattr(getattr(error, "error", None), "code", None)
    if isinstance(status, int):
        facts.attributes["http.response.status_code"] = status
    if content:
        facts.description = str(error)
    elif status is not None or code:
        facts.description = " ".join(str(part) for part in (status, code) if part)
    last = getattr(error, "last", None)
    if isinstance(last, Mapping):
        facts.attributes.update(_object(last))
    return facts


def _object(found: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that an object of the service tells."""
    attribute = _ID_OF_OBJECT.get(str(found.get("object")))
    if attribute is None:
        return {}
    told = [(attribute, found.get("id"))]
    if attribute == "gen_ai.agent.id":
        told += [("gen_ai.agent.name", found.get("name")), ("gen_ai.agent.version", found.get("version"))]
    elif attribute not in ("gen_ai.thread.id", "agentkit.file.id", "agentkit.vector_store.id"):
        told += [("gen_ai.thread.id", found.get("thread_id")), ("gen_ai.agent.id", found.get("assistant_id"))]
    if attribute == "gen_ai.message.id":
        told.append(("gen_ai.message.status", found.get("status")))
    if attribute == "gen_ai.thread.run.id":
        told += [("gen_ai.thread.run.status", found.get("status")), ("gen_ai.response.model", found.get("model"))]
        told += _usage(found)
    return _given(told)


def _usage(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    usage = found.get("usage")
    if not isinstance(usage, Mapping):
        return []
    return [
        ("gen_ai.usage.input_tokens", usage.get("prompt_tokens")),
        ("gen_ai.usage.output_tokens", usage.get("completion_tokens")),
    ]


def _last_error(error: Any, content: bool) -> tuple[str, str | None]:
    """The code of an error that the service reports, and what may be said of it."""
    told = error if isinstance(error, Mapping) else {}
    code = str(told.get("code") or "failed")
    return code, str(told.get("message") or code) if content else code


# --- messages and steps -----------------------------------------------------------------------------------------------


def _messages_of(
    operation: str, body: Mapping[str, Any], ids: dict[str, Any], content: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events for what a body says to the agent."""
    said = [text for name in ("instructions", "additional_instructions") if isinstance(text := body.get(name), str) and text]
    if said:
        yield "gen_ai.system.message", {**ids, **_content({"content": " ".join(said)} if content else {})}
    if operation == "create_message":
        yield _given_message(body, ids, content)
    thread = body.get("thread")
    inner = thread.get("messages") if isinstance(thread, Mapping) else None
    for messages in (body.get("messages"), body.get("additional_messages"), inner):
        for message in _objects(messages):
            yield _given_message(message, ids, content)
    for output in _objects(body.get("tool_outputs")):
        told = {"content": output.get("output") if content else "", "id": output.get("tool_call_id")}
        yield "gen_ai.tool.message", {**ids, **_content(told)}


def _given_message(message: Mapping[str, Any], ids: dict[str, Any], content: bool) -> tuple[str, dict[str, Any]]:
    """The event for a message that the caller writes."""
    role = str(message.get("role") or "user")
    said: dict[str, Any] = {"content": message.get("content"), **_attachments(message)} if content else {}
    return f"gen_ai.{role}.message", {**ids, **_content({**said, "role": role})}


def _message_event(message: Mapping[str, Any], content: bool) -> tuple[str, dict[str, Any]]:
    """The event for a message as the service has it."""
    role = str(message.get("role") or "assistant")
    said: dict[str, Any] = {}
    if content:
        parts: dict[str, list[Any]] = {}
        for part in _objects(message.get("content")):
            kind = str(part.get("type"))
            if part.get(kind) is not None:
                parts.setdefault(kind, []).append(part[kind])
        told = {kind: found[0] if len(found) == 1 else found for kind, found in parts.items()}
        said = {"content": told, **_attachments(message)}
    if isinstance(why := message.get("incomplete_details"), Mapping):
        said["incomplete_details"] = why
    ids = _given([("gen_ai.thread.run.id", message.get("run_id"))])
    return f"gen_ai.{role}.message", {**_SYSTEM, **_object(message), **ids, **_content({**said, "role": role})}


def _attachments(message: Mapping[str, Any]) -> dict[str, Any]:
    found = [
        {"id": one.get("file_id"), "tools": [tool.get("type") for tool in _objects(one.get("tools"))]}
        for one in _objects(message.get("attachments"))
    ]
    return {"attachments": found} if found else {}


def _listed(item: Any, content: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events for what a list tells of: its messages, and its steps."""
    if not isinstance(item, Mapping):
        return
    if item.get("object") == "thread.message":
        yield _message_event(item, content)
    elif item.get("object") == "thread.run.step":
        name = f"gen_ai.run_step.{item.get('type')}"
        yield name, _step_attributes(item, content, "gen_ai.run_step.status")


def _step_attributes(step: Mapping[str, Any], content: bool, status: str) -> dict[str, Any]:
    """The attributes of the event for a step."""
    told = [(status, step.get("status")), ("gen_ai.thread.run.id", step.get("run_id")), *_usage(step)]
    ended = next((step[name] for name in _STEP_ENDS if step.get(name) is not None), None)
    told += [("gen_ai.run_step.start.timestamp", _moment(step.get("created_at")))]
    told += [("gen_ai.run_step.end.timestamp", _moment(ended))]
    attributes = {**_SYSTEM, **_object(step), **_given(told)}
    details = step.get("step_details")
    if not isinstance(details, Mapping):
        return attributes
    if step.get("last_error"):
        attributes["error.type"], words = _last_error(step["last_error"], content)
        attributes.update(_given([("error.message", words if content else None)]))
    creation = details.get("message_creation")
    if isinstance(creation, Mapping):
        attributes.update(_given([("gen_ai.message.id", creation.get("message_id"))]))
    calls = [_call(call, content) for call in _objects(details.get("tool_calls"))]
    return {**attributes, **(_content({"tool_calls": calls}) if calls else {})}


def _call(call: Mapping[str, Any], content: bool) -> dict[str, Any]:
    """A call of a tool: of which kind, and, as content, with what and to what end."""
    kind = str(call.get("type"))
    told = {"id": call.get("id"), "type": kind}
    if content and call.get(kind) is not None:
        told[kind] = call[kind]
    return told


# --- values -----------------------------------------------------------------------------------------------------------


def _ids(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What the events of a span repeat of it."""
    return {**_SYSTEM, **{name: value for name, value in attributes.items() if name in ("gen_ai.agent.id", "gen_ai.thread.id")}}


def _content(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"gen_ai.event.content": _json(told)}


def _given(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """What can be an attribute: numbers and texts. Members of enums are texts here."""
    return {
        name: as_text(value) if isinstance(value, str) else value
        for name, value in pairs
        if isinstance(value, (str, int, float)) and value != ""
    }


def _items(value: Any) -> Sequence[Any]:
    """The items of a list; of what is none, nothing."""
    return value if isinstance(value, (list, tuple)) else ()


def _objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list."""
    return [item for item in _items(value) if isinstance(item, Mapping)]


def _moment(seconds: Any) -> str | None:
    """A moment as text, in UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat() if isinstance(seconds, (int, float)) else None


def _json(value: Any) -> str:
    return as_text(json.dumps(value, ensure_ascii=False, default=_plain))


def as_text(value: str) -> str:
    """A text as every exporter can write it: half a surrogate pair has no form in UTF-8."""
    return value.encode("utf-8", "replace").decode()


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
