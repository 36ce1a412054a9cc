"""Responses of the openai package, on the same service: in pieces, with a function, with code.

Needs the extra "openai".

Offline, on the embedded local service: python samples/24_responses.py
In Azure: the same, with PROJECT_ENDPOINT, or AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY set, and with
MODEL_DEPLOYMENT_NAME where the deployment is not named gpt-4o-mini.
"""

import json
import os
from typing import Any

from agentkit import AIProjectClient

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
CODE_INTERPRETER: Any = {"type": "code_interpreter", "container": {"type": "auto"}}
WEATHER: Any = {
    "type": "function",
    "name": "fetch_weather",
    "description": "Fetch the weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "The name of the city."}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


def fetch_weather(city: str) -> str:
    return json.dumps({"city": city, "weather": "rainy", "celsius": 4})


def main() -> None:
    with AIProjectClient.from_env() as project_client, project_client.get_openai_client() as openai_client:
        with openai_client.responses.stream(
            model=MODEL, input="Draw a bar chart of Oslo: 4, Rome: 17, Cairo: 24", tools=[CODE_INTERPRETER]
        ) as stream:
            for event in stream:
                if event.type == "response.output_text.delta":
                    print(event.delta, end="", flush=True)
            chart = stream.get_final_response()
        print(f"\nThe items of the response: {', '.join(item.type for item in chart.output)}")

        response = openai_client.responses.create(model=MODEL, input="What is the weather in Oslo?", tools=[WEATHER])
        while calls := [item for item in response.output if item.type == "function_call"]:
            outputs: Any = []
            for call in calls:
                print(f"Calling {call.name}({call.arguments})")
                output = fetch_weather(**json.loads(call.arguments))
                outputs.append({"type": "function_call_output", "call_id": call.call_id, "output": output})
            response = openai_client.responses.create(
                model=MODEL, previous_response_id=response.id, input=outputs, tools=[WEATHER]
            )
        print(response.output_text)


if __name__ == "__main__":
    try:
        main()
    except ModuleNotFoundError as missing:  # of an extra; the error says which, and how it is installed
        print(missing)
