"""One conversation of three messages: a picture, the code behind it, and the same picture for dark mode.

Runs against the service that the environment names, or against the embedded local service when it names none:

    python samples/assistants_conversation.py
"""

from pathlib import Path

from agentkit import AIProjectClient
from agentkit.models import CodeInterpreterTool, MessageImageFileContent, MessageTextContent

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
            model="gpt-4o-mini",
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
                    agents.save_file(file_id=content.image_file.file_id, file_name=picture)
                    print(f"Saved the picture to: {Path.cwd() / picture}")

        agents.delete_thread(thread.id)
        agents.delete_agent(agent.id)


if __name__ == "__main__":
    main()
