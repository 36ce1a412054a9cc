"""What a project is connected to, and clients of other packages that are made from it: openai and azure-ai-inference.

Runs against the service that the environment names, or against the embedded local service when it names none, whose connections lead to
itself:

    python samples/connections_inference.py
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentkit import AIProjectClient
from agentkit.models import ConnectionType

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionToolParam

NOTES = (
    "The harbour opens at six in the morning.",
    "Two eggs, some flour and a pinch of salt make a dough.",
    "Boats have to leave the harbour before eight in the evening.",
)
WEATHER: "ChatCompletionToolParam" = {
    "type": "function",
    "function": {
        "name": "fetch_weather",
        "description": "Fetch the weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
QUESTION = "When does the harbour open?"


def alike(first: Sequence[float], second: Sequence[float]) -> float:
    """How much two vectors point the same way: 1 where they are one, 0 where they have nothing to do with each other."""
    return sum(a * b for a, b in zip(first, second, strict=True)) / (math.hypot(*first) * math.hypot(*second))


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        for connection in project_client.connections.list():
            print(
                f"{connection.name}: {connection.connection_type} at {connection.endpoint_url}, {connection.authentication_type}"
            )

        # A connection with its key prints without it.
        connection = project_client.connections.get_default(
            connection_type=ConnectionType.AZURE_OPEN_AI, include_credentials=True
        )
        print(connection)

        with project_client.inference.get_azure_openai_client(api_version="2024-10-21") as openai_client:
            answer = openai_client.chat.completions.create(
                model="gpt-4o-mini", messages=[{"role": "user", "content": "What is the weather in Oslo?"}], tools=[WEATHER]
            )
            for call in answer.choices[0].message.tool_calls or []:
                if call.type == "function":
                    print(f"openai: the model asks for {call.function.name} with {call.function.arguments}")

        with project_client.inference.get_chat_completions_client() as chat_client:
            print("azure-ai-inference: ", end="")
            for update in chat_client.complete(
                model="gpt-4o-mini", messages=[{"role": "user", "content": "What can you do?"}], stream=True
            ):
                print("".join(choice.delta.content or "" for choice in update.choices), end="")
            print()

        with project_client.inference.get_embeddings_client() as embeddings_client:
            embedded = embeddings_client.embed(model="text-embedding-3-small", input=[QUESTION, *NOTES])
            question, *notes = ([float(number) for number in item.embedding] for item in embedded.data)
        print(QUESTION)
        for note, vector in sorted(zip(NOTES, notes, strict=True), key=lambda pair: -alike(question, pair[1])):
            print(f"  {alike(question, vector):.2f} {note}")


if __name__ == "__main__":
    main()
