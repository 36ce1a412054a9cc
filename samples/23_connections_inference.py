"""What a project is connected to, and clients of openai and azure-ai-inference made from it.

The connections of the local service lead to itself. What needs an extra that is not installed is left out.

Needs the extras "openai" and "inference".

Offline, on the embedded local service: python samples/23_connections_inference.py
In Azure: the same, with PROJECT_CONNECTION_STRING or PROJECT_ENDPOINT set, and with MODEL_DEPLOYMENT_NAME and
EMBEDDING_DEPLOYMENT_NAME where the deployments are not named gpt-4o-mini and text-embedding-3-small.
"""

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentkit import AIProjectClient
from agentkit.models import ConnectionType

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionToolParam

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
EMBEDDING_MODEL = os.environ.get("EMBEDDING_DEPLOYMENT_NAME", "text-embedding-3-small")
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


def show_connections(project_client: AIProjectClient) -> None:
    """Print what the project is connected to, and one connection with its key."""
    for connection in project_client.connections.list():
        print(f"{connection.name}: {connection.connection_type} at {connection.endpoint_url}, {connection.authentication_type}")

    # A connection with its key prints without it.
    print(project_client.connections.get_default(connection_type=ConnectionType.AZURE_OPEN_AI, include_credentials=True))


def ask_by_openai(project_client: AIProjectClient) -> None:
    """Offer a function to a model, by the openai package."""
    with project_client.inference.get_azure_openai_client(api_version="2024-10-21") as openai_client:
        answer = openai_client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "What is the weather in Oslo?"}], tools=[WEATHER]
        )
        for call in answer.choices[0].message.tool_calls or []:
            if call.type == "function":
                print(f"openai: the model asks for {call.function.name} with {call.function.arguments}")


def ask_by_inference(project_client: AIProjectClient) -> None:
    """Read an answer in pieces, by azure-ai-inference."""
    with project_client.inference.get_chat_completions_client() as chat_client:
        print("azure-ai-inference: ", end="")
        for update in chat_client.complete(
            model=MODEL, messages=[{"role": "user", "content": "What can you do?"}], stream=True
        ):
            print("".join(choice.delta.content or "" for choice in update.choices), end="")
        print()


def sort_notes(project_client: AIProjectClient) -> None:
    """Put the notes in order: first what is closest to the question."""
    with project_client.inference.get_embeddings_client() as embeddings_client:
        embedded = embeddings_client.embed(model=EMBEDDING_MODEL, input=[QUESTION, *NOTES])
        question, *notes = ([float(number) for number in item.embedding] for item in embedded.data)
    print(QUESTION)
    for note, vector in sorted(zip(NOTES, notes, strict=True), key=lambda pair: -alike(question, pair[1])):
        print(f"  {alike(question, vector):.2f} {note}")


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        show_connections(project_client)
        for part in (ask_by_openai, ask_by_inference, sort_notes):
            try:
                part(project_client)
            except ModuleNotFoundError as missing:  # of an extra; the error says which, and how it is installed
                print(f"left out: {missing}")


if __name__ == "__main__":
    main()
