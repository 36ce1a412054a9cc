"""The offline model behind a service, over HTTP: its answers have the pictures, links and citations that a client looks for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from offline_talk import corner
from service_wire import Wire

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "data" / "nifty_500_quarterly_results.csv"
PROMPT = (
    "Could you please create bar chart in the TRANSPORTATION sector for the operating profit from the uploaded csv file and "
    "provide file to me?"
)
CODE = [{"type": "code_interpreter"}]


@pytest.fixture
def wire(serve: Callable[..., Wire]) -> Wire:
    return serve(model=None)


def said(wire: Wire, thread: Any, text: str) -> None:
    wire.post(f"/threads/{thread['id']}/messages", role="user", content=text)


def content(wire: Wire, file_id: str) -> bytes:
    return wire.http.get(f"/files/{file_id}/content").content


def text_of(message: Any) -> Any:
    return next(block["text"] for block in message["content"] if block["type"] == "text")


@pytest.mark.parametrize("attached", [False, True])
def test_an_uploaded_csv_becomes_a_chart(wire: Wire, attached: bool) -> None:
    file = wire.upload(SAMPLE.read_bytes(), SAMPLE.name)
    resources = {} if attached else {"tool_resources": {"code_interpreter": {"file_ids": [file["id"]]}}}
    agent, thread = wire.agent(tools=CODE, **resources), wire.thread()
    attachments = {"attachments": [{"file_id": file["id"], "tools": CODE}]} if attached else {}
    wire.post(f"/threads/{thread['id']}/messages", role="user", content=PROMPT, **attachments)
    run = wire.finished(thread, agent)
    assert run["status"] == "completed"
    rows = csv.DictReader(io.StringIO(SAMPLE.read_text()))
    total = sum(Decimal(row["operating_profit"].replace(",", "")) for row in rows if row["sector"] == "TRANSPORTATION")
    calls = [call for step in wire.steps(run) for call in step["step_details"].get("tool_calls", ())]
    assert len(calls) == 2
    assert calls[1]["code_interpreter"]["outputs"][0]["logs"].splitlines()[-1] == f"Sum: {total}"
    message = wire.messages(thread)[-1]
    assert [block["type"] for block in message["content"]] == ["image_file", "text"]
    (annotation,) = text_of(message)["annotations"]
    assert annotation["text"] == "sandbox:/mnt/data/operating_profit_transportation_bar_chart.png"
    assert content(wire, annotation["file_path"]["file_id"]).startswith(b"\x89PNG")


def test_two_files_of_one_name_are_both_read(wire: Wire) -> None:
    files = [wire.upload(body, "data.csv")["id"] for body in (b"city,rain\nOslo,3\nRome,4\n", b"city,snow\nOslo,5\nRome,1\n")]
    agent = wire.agent(tools=CODE, tool_resources={"code_interpreter": {"file_ids": files}})
    for question, total in (("What is the total snow in the csv?", 6), ("What is the total rain in the csv?", 7)):
        thread = wire.thread(question)
        assert wire.finished(thread, agent)["status"] == "completed"
        assert f"**Sum: {total}**" in text_of(wire.messages(thread)[-1])["value"]


def test_a_picture_its_code_and_its_dark_version_in_one_thread(wire: Wire) -> None:
    agent, thread = wire.agent(tools=CODE), wire.thread("Create a visualization of a sinewave")
    first = wire.finished(thread, agent)
    said(wire, thread, "Show me the code you used to generate the sinewave")
    wire.finished(thread, agent)
    said(
        wire,
        thread,
        "I prefer visualizations in darkmode can you change the colors to make a darkmode version of this visualization.",
    )
    third = wire.finished(thread, agent)
    answers = [message for message in wire.messages(thread) if message["role"] == "assistant"]
    light, quoted, dark = answers
    ran = [
        step["step_details"]["tool_calls"][0]["code_interpreter"]
        for run in (first, third)
        for step in wire.steps(run)
        if step["type"] == "tool_calls"
    ]
    assert f"```python\n{ran[0]['input'].rstrip()}\n```" in text_of(quoted)["value"]
    assert ran[0]["outputs"][0] == ran[1]["outputs"][0]  # the same data
    assert "dark_background" in ran[1]["input"]
    pictures = [content(wire, message["content"][0]["image_file"]["file_id"]) for message in (light, dark)]
    assert [corner(picture) for picture in pictures] == [(255, 255, 255), (0, 0, 0)]


def test_an_answer_from_files_is_cited(wire: Wire) -> None:
    lamp = wire.upload(b"# Lamp\n\nThe lamp is blue. Its warranty is three years.\n", "lamp.md")
    shop = wire.upload(b"# Shop\n\nWe ship on Mondays. Returns are free.\n", "shop.md")
    store = wire.store(lamp["id"], shop["id"])
    agent = wire.agent(tools=[{"type": "file_search"}], tool_resources={"file_search": {"vector_store_ids": [store["id"]]}})
    thread = wire.thread("How long is the warranty of the lamp?")
    assert wire.finished(thread, agent)["status"] == "completed"
    text = text_of(wire.messages(thread)[-1])
    assert "Its warranty is three years." in text["value"]
    assert [annotation["file_citation"]["file_id"] for annotation in text["annotations"]] == [lamp["id"]]
    assert text["annotations"][0]["text"] in text["value"]


def test_json_is_answered_where_the_run_asks_for_it(wire: Wire) -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
    }
    form = {"type": "json_schema", "json_schema": {"name": "person", "schema": schema}}
    agent, thread = wire.agent(), wire.thread("Anna Smith is 34 years old.")
    assert wire.finished(thread, agent, response_format=form)["status"] == "completed"
    assert json.loads(text_of(wire.messages(thread)[-1])["value"]) == {"name": "Anna Smith", "age": 34}


@pytest.mark.parametrize("choice", ["required", {"type": "code_interpreter"}])
def test_a_forced_tool_is_called_whatever_is_said(wire: Wire, choice: Any) -> None:
    agent, thread = wire.agent(tools=CODE), wire.thread("Hello")
    run = wire.finished(thread, agent, tool_choice=choice)
    assert run["status"] == "completed"
    assert [step["type"] for step in wire.steps(run)] == ["tool_calls", "message_creation"]
    assert "0 files in" in text_of(wire.messages(thread)[-1])["value"]
