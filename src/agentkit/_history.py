"""What things were called over the years: one table from old names to the names of today.

The clients that came before agentkit renamed their classes, methods, keywords and packages several times. Each entry says what a
thing was called, where, what it is called here, and whether the old name works here as it is. ``agentkit.models`` takes its aliases
from this table, ``agentkit migrate`` its paths of imports, and the page on migration its tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["HISTORY", "Kind", "Renamed", "import_paths", "model_aliases", "of_kind"]

Kind = Literal["import", "class", "method", "keyword", "attribute", "openai"]

PROJECTS = "azure-ai-projects 1.0.0b1-b10"
PROJECTS_FIRST = "azure-ai-projects 1.0.0b1-b2"
PROJECTS_EARLY = "azure-ai-projects 1.0.0b1-b6"
PROJECTS_SPLIT = "azure-ai-projects 1.0.0b11-1.1"
PROMPTS = "azure-ai-projects 1.0.0b9-b10"
AGENTS = "azure-ai-agents 1.x"
AGENTS_FIRST = "azure-ai-agents 1.0.0b1"
OPENAI = "openai, Assistants API"


@dataclass(frozen=True)
class Renamed:
    """A name that was another one once.

    :param kind: What the name is of.
    :param where: The package that had the old name, with the versions.
    :param old: The old name, as a script of that time writes it.
    :param new: The name here; empty where there is none.
    :param works: Whether a script may go on using the old name, once its imports are those of agentkit.
    :param note: What else is different.
    """

    kind: Kind
    where: str
    old: str
    new: str
    works: bool = True
    note: str = ""


def of_kind(kind: Kind) -> Iterator[Renamed]:
    """The entries of one kind, in the order of the table."""
    return (entry for entry in HISTORY if entry.kind == kind)


def import_paths() -> dict[str, str]:
    """The modules of the older packages, and the modules of agentkit that stand for them."""
    return {entry.old: entry.new for entry in of_kind("import") if entry.new}


def model_aliases() -> dict[str, str]:
    """The names in ``agentkit.models`` that are second names, and what they are names of."""
    return {entry.old: entry.new for entry in of_kind("class") if entry.works}


def _imports() -> Iterator[Renamed]:
    for where, package in ((PROJECTS, "azure.ai.projects"), (AGENTS, "azure.ai.agents")):
        for inner in ("", ".models", ".aio", ".operations", ".aio.operations", ".telemetry"):
            yield Renamed("import", where, f"{package}{inner}", f"agentkit{inner}", works=False)
    yield Renamed("import", PROJECTS, "azure.ai.projects.telemetry.agents", "agentkit.telemetry.agents", works=False)
    yield Renamed("import", AGENTS, "azure.ai.agents.types", "agentkit.models", works=False)
    yield Renamed("import", PROMPTS, "azure.ai.projects.prompts", "agentkit.prompts", works=False)


def _classes() -> Iterator[Renamed]:
    for old, new in {
        "FileInfo": "OpenAIFile",
        "AgentsResponseFormat": "AgentsApiResponseFormat",
        "AgentsResponseFormatMode": "AgentsApiResponseFormatMode",
        "AgentsResponseFormatOption": "AgentsApiResponseFormatOption",
        "AgentsToolChoiceOption": "AgentsApiToolChoiceOption",
        "AgentsToolChoiceOptionMode": "AgentsApiToolChoiceOptionMode",
        "AzureAISearchToolResource": "AzureAISearchResource",
    }.items():
        yield Renamed("class", AGENTS, old, new)
    for old, new, note in (
        ("Connection", "ConnectionProperties", "its attributes differ"),
        ("PromptTemplate", "agentkit.prompts.PromptTemplate", ""),
        ("enable_telemetry", "client.telemetry.enable", ""),
    ):
        yield Renamed("class", PROJECTS_SPLIT, old, new, works=False, note=note)


_SUCCESSORS = {
    "threads.create": "create_thread",
    "threads.get": "get_thread",
    "threads.update": "update_thread",
    "threads.list": "list_threads",
    "threads.delete": "delete_thread",
    "messages.create": "create_message",
    "messages.get": "get_message",
    "messages.update": "update_message",
    "messages.list": "list_messages",
    "runs.create": "create_run",
    "runs.create_and_process": "create_and_process_run",
    "runs.stream": "create_stream",
    "runs.get": "get_run",
    "runs.update": "update_run",
    "runs.list": "list_runs",
    "runs.cancel": "cancel_run",
    "runs.submit_tool_outputs": "submit_tool_outputs_to_run",
    "runs.submit_tool_outputs_stream": "submit_tool_outputs_to_stream",
    "run_steps.get": "get_run_step",
    "run_steps.list": "list_run_steps",
    "files.upload": "upload_file",
    "files.upload_and_poll": "upload_file_and_poll",
    "files.get": "get_file",
    "files.get_content": "get_file_content",
    "files.list": "list_files",
    "files.save": "save_file",
    "files.delete": "delete_file",
    "vector_stores.create": "create_vector_store",
    "vector_stores.create_and_poll": "create_vector_store_and_poll",
    "vector_stores.get": "get_vector_store",
    "vector_stores.modify": "modify_vector_store",
    "vector_stores.list": "list_vector_stores",
    "vector_stores.delete": "delete_vector_store",
    "vector_store_files.create": "create_vector_store_file",
    "vector_store_files.create_and_poll": "create_vector_store_file_and_poll",
    "vector_store_files.get": "get_vector_store_file",
    "vector_store_files.list": "list_vector_store_files",
    "vector_store_files.delete": "delete_vector_store_file",
    "vector_store_file_batches.create": "create_vector_store_file_batch",
    "vector_store_file_batches.create_and_poll": "create_vector_store_file_batch_and_poll",
    "vector_store_file_batches.get": "get_vector_store_file_batch",
    "vector_store_file_batches.list_files": "list_vector_store_file_batch_files",
    "vector_store_file_batches.cancel": "cancel_vector_store_file_batch",
}
"""What azure-ai-agents calls a method, and what azure-ai-projects called it. Both stand under ``client.agents``."""


def _methods() -> Iterator[Renamed]:
    yield Renamed("method", PROJECTS_FIRST, "agents.get_messages", "agents.list_messages")
    for what in ("message", "text_message"):
        old, new = f"get_last_{what}_by_sender", f"get_last_{what}_by_role"
        yield Renamed("method", PROJECTS, old, new, note="of the page that list_messages gives")
    lists = {"threads.list", "messages.list", "runs.list", "run_steps.list", "vector_stores.list"}
    lists |= {"vector_store_files.list", "vector_store_file_batches.list_files"}
    for old, new in _SUCCESSORS.items():
        note = ""
        if old in lists:
            note = "the old name gives all items, the new one a page"
        elif old.endswith(".delete"):
            note = "the old name gives nothing, the new one a status"
        yield Renamed("method", AGENTS, f"agents.{old}", f"agents.{new}", note=note)
    last_text = "agents.messages.get_last_message_text_by_role"
    yield Renamed("method", AGENTS_FIRST, "agents.messages.get_last_text_message_by_role", last_text)
    connection_string = "telemetry.get_connection_string"
    yield Renamed("method", PROJECTS_SPLIT, "telemetry.get_application_insights_connection_string", connection_string)


def _keywords() -> Iterator[Renamed]:
    yield Renamed("keyword", PROJECTS_EARLY, "assistant_id=", "agent_id=", note="in every method")
    yield Renamed("keyword", AGENTS, "polling_interval=", "sleep_interval=", note="each in the methods that had it")
    search = "AzureAISearchTool"
    yield Renamed("keyword", PROJECTS, f"{search}().add_index(index, index_name)", f"{search}(index_connection_id, index_name)")
    for old in ("functions=", "function_tool=", "toolset="):
        yield Renamed("keyword", PROMPTS, f"enable_auto_function_calls({old})", "enable_auto_function_calls(tools)")


def _attributes() -> Iterator[Renamed]:
    for model in ("ThreadRun", "RunStep", "ThreadMessage"):
        yield Renamed("attribute", PROJECTS_EARLY, f"{model}.assistant_id", f"{model}.agent_id")


def _openai() -> Iterator[Renamed]:
    for old, new in {
        "beta.assistants.create": "agents.create_agent",
        "beta.assistants.retrieve": "agents.get_agent",
        "beta.assistants.update": "agents.update_agent",
        "beta.assistants.list": "agents.list_agents",
        "beta.assistants.delete": "agents.delete_agent",
        "beta.threads.create": "agents.create_thread",
        "beta.threads.retrieve": "agents.get_thread",
        "beta.threads.update": "agents.update_thread",
        "beta.threads.delete": "agents.delete_thread",
        "beta.threads.create_and_run": "agents.create_thread_and_run",
        "beta.threads.create_and_run_poll": "agents.create_thread_and_process_run",
        "beta.threads.messages.create": "agents.create_message",
        "beta.threads.messages.retrieve": "agents.get_message",
        "beta.threads.messages.update": "agents.update_message",
        "beta.threads.messages.list": "agents.list_messages",
        "beta.threads.runs.create": "agents.create_run",
        "beta.threads.runs.create_and_poll": "agents.create_and_process_run",
        "beta.threads.runs.stream": "agents.create_stream",
        "beta.threads.runs.retrieve": "agents.get_run",
        "beta.threads.runs.update": "agents.update_run",
        "beta.threads.runs.list": "agents.list_runs",
        "beta.threads.runs.cancel": "agents.cancel_run",
        "beta.threads.runs.submit_tool_outputs": "agents.submit_tool_outputs_to_run",
        "beta.threads.runs.submit_tool_outputs_stream": "agents.submit_tool_outputs_to_stream",
        "beta.threads.runs.steps.retrieve": "agents.get_run_step",
        "beta.threads.runs.steps.list": "agents.list_run_steps",
        "files.create": "agents.upload_file",
        "files.wait_for_processing": "agents.upload_file_and_poll",
        "files.retrieve": "agents.get_file",
        "files.content": "agents.get_file_content",
        "files.list": "agents.list_files",
        "files.delete": "agents.delete_file",
        "vector_stores.create": "agents.create_vector_store",
        "vector_stores.retrieve": "agents.get_vector_store",
        "vector_stores.update": "agents.modify_vector_store",
        "vector_stores.list": "agents.list_vector_stores",
        "vector_stores.delete": "agents.delete_vector_store",
        "vector_stores.files.create": "agents.create_vector_store_file",
        "vector_stores.files.create_and_poll": "agents.create_vector_store_file_and_poll",
        "vector_stores.files.retrieve": "agents.get_vector_store_file",
        "vector_stores.files.list": "agents.list_vector_store_files",
        "vector_stores.files.delete": "agents.delete_vector_store_file",
        "vector_stores.file_batches.create": "agents.create_vector_store_file_batch",
        "vector_stores.file_batches.create_and_poll": "agents.create_vector_store_file_batch_and_poll",
        "vector_stores.file_batches.retrieve": "agents.get_vector_store_file_batch",
        "vector_stores.file_batches.cancel": "agents.cancel_vector_store_file_batch",
        "vector_stores.file_batches.list_files": "agents.list_vector_store_file_batch_files",
    }.items():
        yield Renamed("openai", OPENAI, old, new, works=False)
    yield from _openai_otherwise()


def _openai_otherwise() -> Iterator[Renamed]:
    """Calls of the openai package that are two calls here, or none."""
    uploaded = "of a file that upload_file gave"
    for old, new, note in (
        ("beta.threads.create_and_run_stream", "agents.create_stream", "on a thread that create_thread made"),
        ("beta.threads.messages.delete", "", "not here"),
        ("beta.threads.runs.create_and_stream", "agents.create_stream", ""),
        ("beta.threads.runs.poll", "agents.get_run", "in a loop; create_and_process_run waits by itself"),
        (
            "beta.threads.runs.submit_tool_outputs_and_poll",
            "agents.create_and_process_run",
            "runs the functions of a ToolSet and submits what they return",
        ),
        ("files.retrieve_content", "agents.get_file_content", ""),
        ("vector_stores.search", "", "not here; FileSearchTool searches in a run"),
        ("vector_stores.files.content", "", "not here"),
        ("vector_stores.files.poll", "agents.get_vector_store_file", "in a loop; create_vector_store_file_and_poll waits"),
        ("vector_stores.files.update", "", "not here"),
        ("vector_stores.files.upload", "agents.create_vector_store_file", uploaded),
        ("vector_stores.files.upload_and_poll", "agents.create_vector_store_file_and_poll", uploaded),
        (
            "vector_stores.file_batches.poll",
            "agents.get_vector_store_file_batch",
            "in a loop; create_vector_store_file_batch_and_poll waits",
        ),
        (
            "vector_stores.file_batches.upload_and_poll",
            "agents.create_vector_store_file_batch_and_poll",
            "of files that upload_file gave",
        ),
    ):
        yield Renamed("openai", OPENAI, old, new, works=False, note=note)


HISTORY: tuple[Renamed, ...] = (*_imports(), *_classes(), *_methods(), *_keywords(), *_attributes(), *_openai())
"""Every name that was another one once."""
