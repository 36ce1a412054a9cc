"""What a user writes with types on; it is run, and a type checker finds nothing in it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from agentkit.models import (
    Agent,
    AgentsApiResponseFormatMode,
    AgentsResponseFormat,
    AgentsResponseFormatMode,
    AgentsResponseFormatOption,
    AgentsToolChoiceOption,
    AgentsToolChoiceOptionMode,
    AOAIModelConfig,
    AzureAISearchResource,
    AzureAISearchToolResource,
    CodeInterpreterTool,
    CodeInterpreterToolDefinition,
    EvaluationTarget,
    FileInfo,
    MessageRole,
    OpenAIFile,
    OpenAIPageableListOfThreadMessage,
    ResponseFormatJsonSchema,
    RunStatus,
    StreamEventData,
    TargetModelConfig,
    ThreadMessage,
    ThreadMessageOptions,
    ThreadRun,
    ToolOutput,
)

tool = CodeInterpreterTool(file_ids=["file-1"])
definitions: list[CodeInterpreterToolDefinition] = tool.definitions

run = ThreadRun(id="run_1", agent_id="asst_1", status=RunStatus.COMPLETED, created_at=datetime(2024, 5, 1, tzinfo=timezone.utc))
by_its_earlier_name = ThreadRun(assistant_id="asst_1", last_error=None)
from_a_mapping = ThreadRun({"id": "run_1", "assistant_id": "asst_1"})
of_a_response = ThreadRun.model_validate_json('{"id": "run_1", "assistant_id": "asst_1"}')
status: str = run.status
created: datetime = run.created_at
agent_id: str = run.agent_id or run.assistant_id
wire: dict[str, Any] = run.as_dict()
item: Any = run["assistant_id"]
run.assistant_id = "asst_2"
if run.status == RunStatus.COMPLETED or run.status == "failed":
    run.status = RunStatus.QUEUED

agent = Agent(model="m", tools=tool.definitions, tool_resources=tool.resources, metadata={"a": "b"})
kinds: list[str] = [definition.type for definition in agent.tools]
options = ThreadMessageOptions(role=MessageRole.USER, content="Hello")
output = ToolOutput(tool_call_id="call_1", output="42")

page = OpenAIPageableListOfThreadMessage(data=[ThreadMessage({"role": "assistant", "content": []})])
texts: list[str] = [part.text.value for message in page.data for part in message.text_messages]
last = page.get_last_text_message_by_role(MessageRole.AGENT)
answer: str | None = last.text.value if last else None

target = EvaluationTarget(system_message="s", model_config=AOAIModelConfig(azure_endpoint="https://x", api_key="k"))
config: TargetModelConfig = target.model_config
target.model_config = AOAIModelConfig({"azureEndpoint": "https://y"})
schema: Any = ResponseFormatJsonSchema(name="n", schema={"type": "object"}).schema

uploaded: OpenAIFile = FileInfo(id="file-1", filename="a.csv")
indexes: AzureAISearchResource = AzureAISearchToolResource(index_list=[])
mode: AgentsApiResponseFormatMode = AgentsResponseFormatMode.AUTO
formats: list[AgentsResponseFormatOption] = ["auto", mode, AgentsResponseFormat(type="json_object")]
choices: list[AgentsToolChoiceOption] = ["auto", AgentsToolChoiceOptionMode.NONE]
events: list[StreamEventData] = [run, "text"]
