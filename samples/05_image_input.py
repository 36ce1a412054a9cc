"""Shows pictures to an agent: as an uploaded file, as an address on the web, as base64 in the message.

It takes a model that sees. The offline model has no eyes, so offline a function of this sample stands in for it: it
says what it was shown.

Offline, on an embedded local service: python samples/05_image_input.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import base64
import os
from pathlib import Path

from agentkit import AIProjectClient
from agentkit.local import ModelRequest
from agentkit.models import (
    MessageImageFileParam,
    MessageImageUrlParam,
    MessageInputContentBlock,
    MessageInputImageFileBlock,
    MessageInputImageUrlBlock,
    MessageInputTextBlock,
)

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
SERVICES = (
    "PROJECT_CONNECTION_STRING",
    "AZURE_AI_PROJECTS_CONNECTION_STRING",
    "PROJECT_ENDPOINT",
    "AZURE_AI_PROJECT_ENDPOINT",
    "AZURE_OPENAI_ENDPOINT",
)
PICTURE = Path(__file__).parent / "data" / "shapes.png"
WEB_PICTURE = "https://www.python.org/static/img/python-logo.png"


def describe(request: ModelRequest) -> str:
    """What stands in for a model offline: it tells the sizes of PNG images, and repeats addresses."""
    seen = []
    for image in request.messages[-1].images:
        content = image.path.read_bytes() if image.path else b""
        if image.url.startswith("data:"):
            content = base64.b64decode(image.url.partition(",")[2])
        width, height = (int.from_bytes(content[start : start + 4], "big") for start in (16, 20))
        seen.append(f"a picture of {width} x {height} points" if content else f"a picture at {image.url}")
    return f"I was shown {' and '.join(seen)}."


def open_client() -> AIProjectClient:
    """A client of the service that the environment names, or of a local one with our own model behind it."""
    if any(os.environ.get(name) for name in SERVICES):
        return AIProjectClient.from_env()
    return AIProjectClient.local(model=describe)


def main() -> None:
    with open_client() as project_client:
        agents = project_client.agents
        agent = agents.create_agent(model=MODEL, name="critic", instructions="You describe images in one sentence.")
        thread = agents.create_thread()

        file = agents.upload_file_and_poll(file_path=PICTURE, purpose="vision")
        encoded = base64.b64encode(PICTURE.read_bytes()).decode("ascii")
        pictures: dict[str, MessageInputContentBlock] = {
            # For pictures that are used more than once. "high" looks closer, and costs more tokens.
            "file": MessageInputImageFileBlock(image_file=MessageImageFileParam(file_id=file.id, detail="high")),
            # The service fetches it.
            "address": MessageInputImageUrlBlock(image_url=MessageImageUrlParam(url=WEB_PICTURE, detail="low")),
            # For small pictures that are needed once.
            "base64": MessageInputImageUrlBlock(image_url=MessageImageUrlParam(url=f"data:image/png;base64,{encoded}")),
        }
        for how, picture in pictures.items():
            content = [MessageInputTextBlock(text="What do you see?"), picture]
            agents.create_message(thread_id=thread.id, role="user", content=content)
            run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
            if run.status != "completed":
                print(f"The run ended as {run.status}: {run.last_error}")
                break
            answer = agents.list_messages(thread_id=thread.id).get_last_text_message_by_role("assistant")
            print(f"{how}: {answer.text.value if answer else 'no answer'}")

        agents.delete_thread(thread.id)
        agents.delete_agent(agent.id)
        agents.delete_file(file.id)
        print("Deleted thread, agent and file")


if __name__ == "__main__":
    main()
