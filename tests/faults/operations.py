"""Every operation of the agents client, as a call on objects that a service has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from agentkit import AIProjectClient, models

__all__ = ["CONTENT", "MANIFEST", "OPERATIONS", "PROBE", "SENDS_NOTHING", "Objects", "Operation"]

CONTENT = b"words of a file"
"""What every file holds."""

PROBE = "probe"
"""The name of an agent, and of a file, that are there from the beginning."""

MANIFEST = {"kind": "prompt", "model": "m"}
"""What the service knows under the name ``manifest``."""

PROMPT = models.PromptAgentDefinition(model="m", instructions="be brief")
CHANGED = models.PromptAgentDefinition(model="m", instructions="be briefer")
HELLO = models.ThreadMessageOptions(role="user", content="hello")
WEATHER = models.FunctionToolDefinition(
    {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
)


@dataclass
class Objects:
    """What one call works on: made for it alone, so that no call is in the way of another, unless the ids of an earlier one are given."""

    client: AIProjectClient
    folder: Path
    ids: dict[str, str] = field(default_factory=dict)

    def __getattr__(self, name: str) -> str:
        """The id of an object that is made when it is first asked for."""
        if name.startswith("_") or name not in _MAKERS:
            raise AttributeError(name)
        if name not in self.ids:
            self.ids[name] = _MAKERS[name](self)
        return self.ids[name]

    def runs_end(self) -> str:
        """The thread's run, once it has ended."""
        return self._run_until("completed", self.agent)

    def runs_question(self) -> str:
        """The run of an agent with a function, once it waits for the function's output."""
        agent = self.client.agents.create_agent(model="m", instructions="calls", tools=[WEATHER]).id
        return self._run_until("requires_action", agent)

    def named_agent(self) -> str:
        """The name of an agent that has one version."""
        return str(self.client.agents.create(name=next(_NAMES), definition=PROMPT).name)

    def message_with_file(self) -> models.ThreadMessage:
        """A message that the file was made for, and that cites it."""
        mark = "sandbox:/mnt/data/down.txt"
        place = {"text": mark, "start_index": 0, "end_index": len(mark)}
        made = {**place, "type": "file_path", "file_path": {"file_id": self.file}}
        cited = {**place, "type": "file_citation", "file_citation": {"file_id": self.file}}
        text = {"value": mark, "annotations": [made, cited]}
        return models.ThreadMessage({"id": "msg_1", "role": "assistant", "content": [{"type": "text", "text": text}]})

    def call_of(self, run: str) -> str:
        """The id of the function call that a run waits for."""
        action: Any = self.client.agents.get_run(self.thread, run).required_action
        return str(action.submit_tool_outputs.tool_calls[0].id)

    def _run_until(self, status: str, agent: str) -> str:
        agents = self.client.agents
        agents.create_message(self.thread, role="user", content="hello")
        run = agents.create_run(self.thread, agent_id=agent)
        while run.status != status:
            run = agents.get_run(self.thread, run.id)
        return run.id


_NAMES = (f"agent-{number}" for number in count(1))

_MAKERS: dict[str, Callable[[Objects], str]] = {
    "agent": lambda o: o.client.agents.create_agent(model="m").id,
    "thread": lambda o: o.client.agents.create_thread(messages=[HELLO]).id,
    "message": lambda o: o.client.agents.create_message(o.thread, role="user", content="hello").id,
    "run": Objects.runs_end,
    "asking": Objects.runs_question,
    "call": lambda o: o.call_of(o.asking),
    "step": lambda o: o.client.agents.list_run_steps(o.thread, o.run).data[0].id,
    "file": lambda o: o.client.agents.upload_file(file=("down.txt", CONTENT), purpose="assistants").id,
    "store": lambda o: o.client.agents.create_vector_store(name="s").id,
    "entry": lambda o: o.client.agents.create_vector_store_file(o.store, file_id=o.file).id,
    "named": Objects.named_agent,
    "batch": lambda o: o.client.agents.create_vector_store_file_batch(o.store, file_ids=[o.file]).id,
}


_LASTING = (
    "update_agent",
    "update_thread",
    "update_message",
    "update_run",
    "modify_",
    "create_message",
    "create_thread_and_run",
)


@dataclass(frozen=True)
class Operation:
    """One public call.

    :param name: The method, of the agents where no other group stands before it.
    :param method: The HTTP method of its first request, which faults hit.
    :param keywords: What it is called with, made of the objects of its cell.
    :param makes: The tables of the service in which the first request makes an object.
    :param binary: Whether the first answer is bytes, which cannot be wrong.
    :param events: Whether the first answer is a stream of events.
    :param settled: Whether the caller makes sure of a first request of which the answer was lost: it looks whether the run has taken
        the outputs, and sends them again where it has not.
    :param more: Whether it sends more requests after the first one.
    :param forgives: The statuses that are no error to it.
    :param silent: Whether its answer says nothing, so that nothing of it is read but the status.
    :param keyed: Whether its first request carries a key under which the service carries it out once.
    """

    name: str
    method: str
    keywords: Callable[[Objects], dict[str, Any]]
    makes: tuple[str, ...] = ()
    binary: bool = False
    events: bool = False
    settled: bool = False
    more: bool = False
    forgives: tuple[int, ...] = ()
    silent: bool = False
    keyed: bool = False

    @property
    def call(self) -> str:
        """The method, by its way from a client."""
        return self.name if "." in self.name else f"agents.{self.name}"

    @property
    def repeatable(self) -> bool:
        """Whether sending the first request twice does no harm."""
        return self.keyed or self.method in ("GET", "PUT", "DELETE")

    @property
    def lasting(self) -> bool:
        """Whether what it works on serves it again: it neither ends it nor makes another of it."""
        return not self.changes or (self.method == "POST" and self.name.startswith(_LASTING) and not self.more)

    @property
    def changes(self) -> bool:
        """Whether it changes something at the service."""
        return self.method != "GET"


def _none(objects: Objects) -> dict[str, Any]:
    return {}


def _of(*names: str, **more: Any) -> Callable[[Objects], dict[str, Any]]:
    """Keywords that are ids of objects: ``thread`` gives ``thread_id``."""
    return lambda objects: {f"{name}_id": getattr(objects, name) for name in names} | more


def _with(*names: str, **made: Callable[[Objects], Any]) -> Callable[[Objects], dict[str, Any]]:
    return lambda objects: _of(*names)(objects) | {name: make(objects) for name, make in made.items()}


def _vector_store(*names: str, **made: Callable[[Objects], Any]) -> Callable[[Objects], dict[str, Any]]:
    return _with(*names, vector_store_id=lambda o: o.store, **made)


def _outputs(objects: Objects) -> list[dict[str, str]]:
    return [{"tool_call_id": objects.call, "output": "rain"}]


def _upload(objects: Objects) -> str:
    path = objects.folder / "up.txt"
    path.write_bytes(CONTENT)
    return str(path)


def _target(objects: Objects) -> str:
    return str(objects.folder)


def _named(**made: Callable[[Objects], Any]) -> Callable[[Objects], dict[str, Any]]:
    return _with(agent_name=lambda o: o.named, **made)


def _definition(objects: Objects) -> models.PromptAgentDefinition:
    return CHANGED


_UPLOAD = _with(file_path=_upload, purpose=lambda o: "assistants")
_RUN = _with("thread", "agent")
_ASKING = _with("thread", run_id=lambda o: o.asking, tool_outputs=_outputs)
_FROM_MANIFEST: dict[str, Callable[[Objects], Any]] = {"manifest_id": lambda o: "manifest", "parameter_values": lambda o: {}}
_NEW_NAME: dict[str, Callable[[Objects], Any]] = {"name": lambda o: next(_NAMES)}

_VERSION = ("agent_versions",)
_NAMED = ("versioned_agents", *_VERSION)
_ENTRY = ("vector_store_files",)
_BATCH = ("file_batches",)

_AGENTS = (
    Operation("create_agent", "POST", _of(model="m"), ("agents",)),
    Operation("get_agent", "GET", _of("agent")),
    Operation("update_agent", "POST", _of("agent", name="n")),
    Operation("delete_agent", "DELETE", _of("agent")),
    Operation("list_agents", "GET", _of(limit=2)),
)
_THREADS = (
    Operation("create_thread", "POST", _none, ("threads",)),
    Operation("get_thread", "GET", _of("thread")),
    Operation("update_thread", "POST", _of("thread", metadata={"k": "v"})),
    Operation("delete_thread", "DELETE", _of("thread")),
    Operation("list_threads", "GET", _of(limit=2)),
    Operation("create_message", "POST", _of("thread", role="user", content="hello"), ("messages",)),
    Operation("get_message", "GET", _of("thread", "message")),
    Operation("update_message", "POST", _of("thread", "message", metadata={"k": "v"})),
    Operation("list_messages", "GET", _of("thread")),
    Operation("get_messages", "GET", _of("thread")),
)
_RUNS = (
    Operation("create_run", "POST", _RUN, ("runs",)),
    Operation("create_and_process_run", "POST", _RUN, ("runs",), more=True),
    Operation("create_stream", "POST", _RUN, ("runs",), events=True, more=True),
    Operation("create_thread_and_run", "POST", _of("agent"), ("threads", "runs")),
    Operation("create_thread_and_process_run", "POST", _of("agent"), ("threads", "runs"), more=True),
    Operation("get_run", "GET", _of("thread", "run")),
    Operation("update_run", "POST", _of("thread", "run", metadata={"k": "v"})),
    Operation("cancel_run", "POST", _with("thread", run_id=lambda o: o.asking)),
    Operation("list_runs", "GET", _of("thread")),
    Operation("submit_tool_outputs_to_run", "POST", _ASKING),
    Operation("submit_tool_outputs_to_stream", "POST", _ASKING, events=True, settled=True, more=True),
    Operation("list_run_steps", "GET", _of("thread", "run")),
    Operation("get_run_step", "GET", _of("thread", "run", "step")),
)
_FILES = (
    Operation("upload_file", "POST", _UPLOAD, ("files",)),
    Operation("upload_file_and_poll", "POST", _UPLOAD, ("files",), more=True),
    Operation("get_file", "GET", _of("file")),
    Operation("get_file_content", "GET", _of("file"), binary=True),
    Operation("save_file", "GET", _with("file", file_name=lambda o: "down.txt", target_dir=_target), binary=True),
    Operation("save_message_files", "GET", _with(message=Objects.message_with_file, target_dir=_target), binary=True),
    Operation("render_message", "GET", _with(message=Objects.message_with_file), forgives=(404,)),
    Operation("list_files", "GET", _none),
    Operation("delete_file", "DELETE", _of("file")),
)
_VECTOR_STORES = (
    Operation("create_vector_store", "POST", _of(name="s"), ("vector_stores",)),
    Operation("create_vector_store_and_poll", "POST", _of(name="s"), ("vector_stores",), more=True),
    Operation("get_vector_store", "GET", _vector_store()),
    Operation("modify_vector_store", "POST", _vector_store(name=lambda o: "n")),
    Operation("delete_vector_store", "DELETE", _vector_store()),
    Operation("list_vector_stores", "GET", _of(limit=2)),
    Operation("create_vector_store_file", "POST", _vector_store("file"), _ENTRY),
    Operation("create_vector_store_file_and_poll", "POST", _vector_store("file"), _ENTRY, more=True),
    Operation("get_vector_store_file", "GET", _vector_store(file_id=lambda o: o.entry)),
    Operation("list_vector_store_files", "GET", _vector_store()),
    Operation("delete_vector_store_file", "DELETE", _vector_store(file_id=lambda o: o.entry)),
    Operation("create_vector_store_file_batch", "POST", _vector_store(file_ids=lambda o: [o.file]), _BATCH),
    Operation("create_vector_store_file_batch_and_poll", "POST", _vector_store(file_ids=lambda o: [o.file]), _BATCH, more=True),
    Operation("get_vector_store_file_batch", "GET", _vector_store("batch")),
    Operation("list_vector_store_file_batch_files", "GET", _vector_store("batch")),
    Operation("cancel_vector_store_file_batch", "POST", _vector_store("batch")),
)
_NAMED_AGENTS = (
    Operation("create", "POST", _with(**_NEW_NAME, definition=_definition), _NAMED),
    Operation("create_from_manifest", "POST", _with(**_NEW_NAME, **_FROM_MANIFEST), _NAMED),
    Operation("get", "GET", _named()),
    Operation("update", "POST", _named(definition=_definition), _VERSION),
    Operation("update_from_manifest", "POST", _named(**_FROM_MANIFEST), _VERSION),
    Operation("delete", "DELETE", _named()),
    Operation("list", "GET", _of(limit=2)),
    Operation("create_version", "POST", _named(definition=_definition), _VERSION),
    Operation("create_version_from_manifest", "POST", _named(**_FROM_MANIFEST), _VERSION),
    Operation("get_version", "GET", _named(agent_version=lambda o: "1")),
    Operation("wait_for_version", "GET", _named(agent_version=lambda o: "1")),
    Operation("delete_version", "DELETE", _named(agent_version=lambda o: "1")),
    Operation("list_versions", "GET", _named()),
)

_HOUSEKEEPING = (
    Operation("temporary_agent", "POST", _of(model="m"), ("agents",), more=True),
    Operation("temporary_thread", "POST", _none, ("threads",), more=True),
    Operation("temporary_file", "POST", _UPLOAD, ("files",), more=True),
    Operation("temporary_vector_store", "POST", _of(name="s"), ("vector_stores",), more=True),
    Operation("get_or_create_agent", "GET", _of(name=PROBE, model="m")),
    # It takes a service that has no such list as it is.
    Operation("purge", "GET", _of(older_than=3600, kinds="files"), forgives=(404, 501)),
)

OPERATIONS: tuple[Operation, ...] = (*_AGENTS, *_THREADS, *_RUNS, *_FILES, *_VECTOR_STORES, *_NAMED_AGENTS, *_HOUSEKEEPING)

SENDS_NOTHING = {
    "agents.enable_auto_function_calls": "it notes functions and sends nothing, so no fault can occur",
    "telemetry.enable": "it has traces written and sends nothing, so no fault can occur",
    "telemetry.get_application_insights_connection_string": "it is telemetry.get_connection_string by an older name",
}
"""The operations without a cell, and why."""
