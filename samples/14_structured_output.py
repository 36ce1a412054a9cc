"""Answers as data: filled into a pydantic model, or into the form of a JSON schema.

Offline, on the embedded local service: python samples/14_structured_output.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import json
import os
from typing import Any

from pydantic import BaseModel, Field

from agentkit import AIProjectClient
from agentkit.models import ResponseFormatJsonSchema, ResponseFormatJsonSchemaType

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")


class Booking(BaseModel):
    """What a guest wants."""

    guest: str
    city: str
    nights: int = Field(description="How many nights the guest stays.")
    breakfast: bool


INVOICE: dict[str, Any] = {
    "type": "object",
    "properties": {"number": {"type": "string"}, "total": {"type": "number"}, "due": {"type": "string"}},
    "required": ["number", "total", "due"],
    "additionalProperties": False,
}


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        agent = agents.create_agent(
            model=MODEL, name="clerk", instructions="You fill in forms from what people write.", response_format=Booking
        )
        thread = agents.create_thread()
        agents.create_message(thread_id=thread.id, role="user", content="Anna Berg stays in Oslo for 3 nights, with breakfast.")
        run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
        print(f"Run finished with status: {run.status}")
        booking = agents.list_messages(thread_id=thread.id).parse_last(Booking)
        print(f"{booking.guest} wants {booking.nights} nights in {booking.city}, breakfast: {booking.breakfast}")
        print(repr(booking))

        # A run may ask for another form than its agent does. Here it is a JSON schema, and the answer is read as JSON.
        invoice = ResponseFormatJsonSchemaType(json_schema=ResponseFormatJsonSchema(name="invoice", schema=INVOICE))
        text = "Please note this invoice.\nNumber: A-113\nTotal: 84.50 euros\nDue: 2025-04-30"
        agents.create_message(thread_id=thread.id, role="user", content=text)
        run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id, response_format=invoice)
        print(f"Run finished with status: {run.status}")
        answer = agents.list_messages(thread_id=thread.id).get_last_text_message_by_role("assistant")
        if answer:
            print(json.loads(answer.text.value))

        agents.delete_thread(thread.id)
        agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    main()
