"""The dialects: under which paths the operations stand, and what refusals look like in each."""

from __future__ import annotations

from datetime import datetime, timezone

import httpx
import pytest
from service_wire import PROJECT, Wire

from agentkit.local.dialects import Dialect, dialect_of, error_body
from agentkit.local.errors import bad_request, not_found, unauthorized

HUB = "/agents/v1.0/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
MANAGEMENT = HUB.removeprefix("/agents/v1.0")
OPENAI = ["/openai", "/openai/v1", "/v1", f"{PROJECT}/openai", f"{PROJECT}/openai/v1"]
MOMENT = datetime(2025, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        (f"{PROJECT}/assistants", Dialect.PROJECT),
        (f"{HUB}/assistants/a", Dialect.HUB),
        *((f"{base}/threads/t/runs", Dialect.OPENAI) for base in OPENAI),
        ("/openai", Dialect.OPENAI),
        (f"{MANAGEMENT}/connections", Dialect.HUB),
        ("/models/chat/completions", Dialect.INFERENCE),
        ("/openai-like/threads", Dialect.PROJECT),
        ("/api/projects/openai", Dialect.PROJECT),
        ("/nowhere", Dialect.PROJECT),
    ],
)
def test_a_path_says_which_dialect_is_spoken(path: str, dialect: Dialect) -> None:
    assert dialect_of(path) is dialect


@pytest.mark.parametrize(
    ("error", "codes"),
    [
        (bad_request("No.", "name"), ("invalid_request_error", "invalid_request_error", None)),
        (not_found("run", "run_1"), ("NotFound", "NotFound", None)),
        (unauthorized("No."), ("Unauthorized", "Unauthorized", "invalid_api_key")),
    ],
)
def test_each_dialect_has_its_own_words_for_a_refusal(error: Exception, codes: tuple[str | None, ...]) -> None:
    bodies = {dialect: error_body(error, dialect, "id-1", MOMENT) for dialect in Dialect}  # type: ignore[arg-type]
    assert tuple(bodies[one]["error"]["code"] for one in (Dialect.PROJECT, Dialect.HUB, Dialect.OPENAI)) == codes
    assert len({body["error"]["message"] for body in bodies.values()}) == 1
    assert set(bodies[Dialect.PROJECT]) == set(bodies[Dialect.OPENAI]) == {"error"}
    beside = {name: value for name, value in bodies[Dialect.HUB].items() if name != "error"}
    assert beside == {
        "correlation": {"operation": "id-1", "request": "id-1"},
        "environment": "local",
        "location": "local",
        "time": "2025-01-02T03:04:05+00:00",
    }


@pytest.mark.parametrize("base", [PROJECT, HUB, *OPENAI])
class TestOnTheWire:
    def test_every_base_has_the_operations(self, shared: Wire, base: str) -> None:
        agent = shared.agent()
        with Wire(shared.service, base) as wire:
            assert wire.get(f"/assistants/{agent['id']}") == agent

    def test_what_is_refused_is_refused_in_the_words_of_the_base(self, shared: Wire, base: str) -> None:
        asked = {
            "/nothing/here": 404,
            "/threads/thread_none": 404,
            "/assistants?limit=0": 400,
        }
        for path, status in asked.items():
            response = httpx.get(f"{shared.service.url}{base}{path}", headers={"api-key": shared.service.key})
            assert response.status_code == status
            body = response.json()
            assert set(body["error"]) == {"code", "message", "param", "type"}
            assert ("correlation" in body) is (base == HUB)
            if base == HUB:
                assert body["correlation"]["request"] == response.headers["x-ms-request-id"]
                assert datetime.fromisoformat(body["time"]).tzinfo is not None
            assert (body["error"]["code"] is None) is (base in OPENAI)

    def test_a_missing_key_is_too(self, shared: Wire, base: str) -> None:
        body = httpx.get(f"{shared.service.url}{base}/threads").json()
        assert body["error"]["code"] == ("invalid_api_key" if base in OPENAI else "Unauthorized")
        assert ("environment" in body) is (base == HUB)
