"""An agent calls an HTTP API that an OpenAPI document describes; the sample starts that API here.

The service calls the API, not this program. An online service cannot reach an API on your machine: there, put the
document of an API on the internet in place of this one.

Offline, on the embedded local service: python samples/17_openapi.py
In Azure: the same, with PROJECT_CONNECTION_STRING or PROJECT_ENDPOINT set, and with MODEL_DEPLOYMENT_NAME where the
deployment is not named gpt-4o-mini.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from agentkit import AIProjectClient
from agentkit.models import OpenApiAnonymousAuthDetails, OpenApiTool, RunStepOpenAPIToolCall, RunStepToolCallDetails

MODEL = os.environ.get("MODEL_DEPLOYMENT_NAME", "gpt-4o-mini")
FORECASTS = {"oslo": "rain, 11 degrees", "rome": "sunshine, 29 degrees"}
PROMPT = "What is the weather forecast for Oslo?"


class WeatherApi(BaseHTTPRequestHandler):
    """Answers ``GET /forecast?city=...``."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        print(f"  the API is asked for {self.path}")
        city = parse_qs(url.query).get("city", [""])[0]
        known = url.path == "/forecast" and city.lower() in FORECASTS
        answer = {"city": city, "forecast": FORECASTS[city.lower()]} if known else {"detail": f"no forecast for {city}"}
        body = json.dumps(answer).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing on stderr."""


@contextmanager
def weather_api() -> Iterator[str]:
    """Serve the API on a free port of this machine; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), WeatherApi) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def document(url: str) -> dict[str, Any]:
    """The OpenAPI document of the API."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Weather", "version": "1.0"},
        "servers": [{"url": url}],
        "paths": {
            "/forecast": {
                "get": {
                    "operationId": "getForecast",
                    "summary": "Get the weather forecast for a city.",
                    "parameters": [
                        {
                            "name": "city",
                            "in": "query",
                            "required": True,
                            "description": "The city.",
                            "schema": {"type": "string"},
                        }
                    ],
                    "responses": {"200": {"description": "The forecast."}},
                }
            }
        },
    }


def main() -> None:
    with weather_api() as url, AIProjectClient.from_env() as project_client:
        agents = project_client.agents
        tool = OpenApiTool(
            name="weather", description="Weather forecasts", spec=document(url), auth=OpenApiAnonymousAuthDetails()
        )
        agent = agents.create_agent(
            model=MODEL, name="forecaster", instructions="You tell the weather.", tools=tool.definitions
        )
        thread = agents.create_thread()
        agents.create_message(thread_id=thread.id, role="user", content=PROMPT)
        print(f"You: {PROMPT}")

        run = agents.create_and_process_run(thread_id=thread.id, agent_id=agent.id)
        if run.status != "completed":
            print(f"The run ended as {run.status}: {run.last_error}")

        for step in agents.list_run_steps(thread_id=thread.id, run_id=run.id, order="asc").data:
            if isinstance(step.step_details, RunStepToolCallDetails):
                for call in step.step_details.tool_calls:
                    if isinstance(call, RunStepOpenAPIToolCall):
                        print(f"  the step says: {call.open_api}")

        answer = agents.list_messages(thread_id=thread.id).get_last_text_message_by_role("assistant")
        if answer:
            print(f"Agent: {answer.text.value}")

        agents.delete_thread(thread.id)
        agents.delete_agent(agent.id)
        print("Deleted thread and agent")


if __name__ == "__main__":
    main()
