"""The limits of what may be sent: each is kept to the last character, and named where it is passed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from service_wire import Wire

TOOLS = [{"type": "function", "function": {"name": f"f{number}", "parameters": {}}} for number in range(129)]
PAIRS = {f"key{number}": "value" for number in range(17)}

Row = tuple[str, Any, Any, str]

# A field, the most or least it may be, what is too much, and the bound that the refusal names.
OF_AGENTS: list[Row] = [
    ("name", "n" * 256, "n" * 257, "256"),
    ("description", "ü" * 512, "ü" * 513, "512"),
    ("instructions", "i" * 256_000, "i" * 256_001, "256000"),
    ("tools", TOOLS[:128], TOOLS, "128"),
    ("temperature", 0, -0.01, "0"),
    ("temperature", 2, 2.01, "2"),
    ("top_p", 0, -0.01, "0"),
    ("top_p", 1, 1.01, "1"),
]
OF_METADATA: list[Row] = [
    ("metadata", dict(list(PAIRS.items())[:16]), PAIRS, "16"),
    ("metadata", {"k" * 64: "v"}, {"k" * 65: "v"}, "64"),
    ("metadata", {"k": "v" * 512}, {"k": "v" * 513}, "512"),
]
OF_RUNS: list[Row] = [
    *(row for row in OF_AGENTS if row[0] not in ("name", "description")),
    ("additional_instructions", "i" * 256_000, "i" * 256_001, "256000"),
    ("max_prompt_tokens", 256, 255, "256"),
    ("max_completion_tokens", 256, 255, "256"),
]


def held_to(wire: Wire, path: str, base: dict[str, Any], row: Row) -> None:
    """Fail unless a field is taken at its limit and refused beyond it."""
    name, allowed, beyond, bound = row
    assert wire.post(path, **base, **{name: allowed})["id"]
    error = wire.refused("POST", path, json={**base, name: beyond})
    assert error["param"].startswith(name)
    assert bound in error["message"]


def named(row: Row) -> str:
    return f"{row[0]}-{row[3]}"


@pytest.mark.parametrize("row", OF_AGENTS + OF_METADATA, ids=named)
class TestAgents:
    def test_when_they_are_created(self, shared: Wire, row: Row) -> None:
        held_to(shared, "/assistants", {"model": "m"}, row)

    def test_when_they_are_changed(self, shared: Wire, row: Row) -> None:
        held_to(shared, f"/assistants/{shared.agent()['id']}", {}, row)


@pytest.mark.parametrize("row", OF_RUNS + OF_METADATA, ids=named)
def test_runs(shared: Wire, row: Row) -> None:
    agent = shared.agent()
    name, allowed, beyond, bound = row
    thread = shared.thread("hi")
    assert shared.finished(thread, agent, **{name: allowed})["id"]
    path, body = f"/threads/{thread['id']}/runs", {"assistant_id": agent["id"], name: beyond}
    paths = [path] if name == "additional_instructions" else [path, "/threads/runs"]
    for path in paths:
        error = shared.refused("POST", path, json=body)
        assert error["param"].startswith(name)
        assert bound in error["message"]


@pytest.mark.parametrize("row", OF_METADATA, ids=named)
def test_metadata_of_everything(shared: Wire, row: Row) -> None:
    thread = shared.thread("hi")
    (message,) = shared.messages(thread)
    agent, store = shared.agent(), shared.post("/vector_stores")
    run = shared.finished(thread, agent)
    for path, base in (
        ("/threads", {}),
        (f"/threads/{thread['id']}", {}),
        (f"/threads/{thread['id']}/messages", {"role": "user", "content": "x"}),
        (f"/threads/{thread['id']}/messages/{message['id']}", {}),
        (f"/threads/{thread['id']}/runs/{run['id']}", {}),
        ("/vector_stores", {}),
        (f"/vector_stores/{store['id']}", {}),
    ):
        held_to(shared, path, dict(base), row)


@pytest.mark.parametrize("days", [1, 365])
def test_a_store_lives_so_long(shared: Wire, days: int) -> None:
    beyond = 0 if days == 1 else 366
    row = ("expires_after", {"anchor": "last_active_at", "days": days}, {"anchor": "last_active_at", "days": beyond}, str(days))
    held_to(shared, "/vector_stores", {}, row)


def test_an_agent_gives_its_code_twenty_files(serve: Callable[..., Wire]) -> None:
    wire = serve()
    files = [wire.upload(name=f"{number}.csv")["id"] for number in range(21)]
    for count, status in ((20, 200), (21, 400)):
        body = {"model": "m", "tool_resources": {"code_interpreter": {"file_ids": files[:count]}}}
        assert wire.http.post("/assistants", json=body).status_code == status
