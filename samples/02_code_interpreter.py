"""The code interpreter over one conversation: a picture, the code behind it, the picture in dark colours.

The agent remembers what was said and done on its thread. The pictures are saved in samples-output/02_code_interpreter.

Offline, on the embedded local service: python samples/02_code_interpreter.py
In Azure: the same, with PROJECT_CONNECTION_STRING, PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY
set, and with MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import os
from pathlib import Path

from agentkit import AIProjectClient
from agentkit.models import CodeInterpreterTool, MessageImageFileContent, MessageTextContent

OUTPUT = Path("samples-output/02_code_interpreter")
MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
INSTRUCTIONS = (
    "You make interesting visualizations. You can run Python code: write it, run it, and show what it drew. "
    "If it fails, show the error and try again."
)
PROMPTS = {
    "Create a visualization of a sinewave": "sinewave.png",
    "Show me the code you used to generate the sinewave": "",
    "I prefer visualizations in darkmode can you change the colors to make a darkmode version of this visualization.": "dark_sine.png",
}


def main() -> None:
    with AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        agent = agents.create_agent(
            model=MODEL,
            name="Data Visualization",
            instructions=INSTRUCTIONS,
            tools=CodeInterpreterTool().definitions,
        )
        thread = agents.create_thread()

        for prompt, picture in PROMPTS.items():
            print(f"--- {prompt}")
            agents.create_message(thread_id=thread.id, role="user", content=prompt)
            run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
            if run.status != "completed":
                print(f"The run ended as {run.status}: {run.last_error}")
                break

            # The newest message stands first: it is the answer.
            answer = agents.list_messages(thread_id=thread.id).data[0]
            for content in answer.content:
                if isinstance(content, MessageTextContent):
                    print(content.text.value)
                elif isinstance(content, MessageImageFileContent) and picture:
                    saved = agents.save_file(content.image_file.file_id, picture, OUTPUT)
                    print(f"Saved the picture to: {saved}")

        agents.delete_thread(thread.id)
        agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    main()
