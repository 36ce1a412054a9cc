"""Speaks HTTP to a local service, and holds every answer against the description."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from agentkit.local import LocalService
from agentkit.local.description import OperationFacts, load_description
from agentkit.local.models.base import ModelRequest
from agentkit.local.runs.states import ACTIVE

PROJECT = "/api/projects/local"
# Sent on steps beside expired_at, as the classic service does.
_BEYOND = {"thread.run.step": {"expires_at"}}
# Sent of what was given them in the dialect of OpenAI.
_AT_TIMES = {"vector_store.file": {"attributes"}, "agent.version": {"error"}}
# What other services and later versions send.
_ELSEWHERE = {"agent": {"state"}, "agent.version": {"draft", "error", "state"}}
_PATIENCE = 20.0


class Clock:
    """A clock that stands still until it is put forward."""

    def __init__(self, now: float = 1_750_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def answer(request: ModelRequest) -> str:
    """A model that repeats what the user said."""
    return f"You said: {request.last_user_text}"


class Wire:
    """A client of one service that checks the shape of what it gets."""

    def __init__(self, service: LocalService, base: str = PROJECT) -> None:
        self.service = service
        headers = {b"api-key": service.key.encode()}
        self.http = httpx.Client(base_url=service.url + base, headers=headers, timeout=30)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._ok(self.http.get(path, params=query), "GET", path)

    def post(self, path: str, **body: Any) -> Any:
        return self._ok(self.http.post(path, json=body), "POST", path)

    def delete(self, path: str) -> Any:
        return self._ok(self.http.delete(path), "DELETE", path)

    def upload(self, content: bytes = b"a,b\n1,2\n", name: str = "data.csv", purpose: str = "assistants") -> Any:
        response = self.http.post("/files", data={"purpose": purpose}, files={"file": (name, content)})
        return self._ok(response, "POST", "/files")

    def refused(self, method: str, path: str, status: int = 400, **request: Any) -> Any:
        """The error object of a request that must be refused."""
        response = self.http.request(method, path, **request)
        assert response.status_code == status, response.text
        assert response.headers["x-ms-request-id"]
        error = response.json()["error"]
        assert set(error) == {"code", "message", "param", "type"}
        assert error["message"]
        return error

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every object of a listing, page by page until one is empty."""
        while True:
            page = self.get(path, **query)
            yield from page["data"]
            if not page["data"]:
                assert (page["first_id"], page["last_id"], page["has_more"]) == (None, None, False)
                return
            query["after"] = page["last_id"]

    def agent(self, **settings: Any) -> Any:
        return self.post("/assistants", **{"model": "some-model", **settings})

    def thread(self, *texts: str) -> Any:
        return self.post("/threads", messages=[{"role": "user", "content": text} for text in texts])

    def run(self, thread: Any, agent: Any, **settings: Any) -> Any:
        return self.post(f"/threads/{thread['id']}/runs", assistant_id=agent["id"], **settings)

    def wait(self, run: Any, *, until: str = "") -> Any:
        """The run once it is in the named status, or in any that lasts."""
        deadline = time.monotonic() + _PATIENCE
        while run["status"] != until and run["status"] in ACTIVE - {"requires_action"}:
            assert time.monotonic() < deadline, f"still {run['status']}"
            time.sleep(0.01)
            run = self.get(f"/threads/{run['thread_id']}/runs/{run['id']}")
        assert until in ("", run["status"]), run
        return run

    def finished(self, thread: Any, agent: Any, **settings: Any) -> Any:
        return self.wait(self.run(thread, agent, **settings))

    def taken_in(self, path: str) -> Any:
        """A vector store, a file of one or a batch once nothing of it is in progress."""
        deadline = time.monotonic() + _PATIENCE
        while (thing := self.get(path))["status"] == "in_progress":
            assert time.monotonic() < deadline, thing
            time.sleep(0.01)
        return thing

    def store(self, *file_ids: str, **settings: Any) -> Any:
        """A vector store that has these files in it."""
        made = self.post("/vector_stores", file_ids=list(file_ids), **settings)
        return self.taken_in(f"/vector_stores/{made['id']}")

    def steps(self, run: Any, **query: Any) -> list[Any]:
        """The steps of a run, oldest first."""
        return list(self.get(f"/threads/{run['thread_id']}/runs/{run['id']}/steps", order="asc", **query)["data"])

    def messages(self, thread: Any) -> list[Any]:
        """The messages of a thread, oldest first."""
        return list(self.get(f"/threads/{thread['id']}/messages", order="asc")["data"])

    def _ok(self, response: httpx.Response, method: str, path: str) -> Any:
        assert response.status_code == 200, response.text
        body = response.json()
        conforms(body, _response_schema(_operation(method, path)), path)
        return body


def conforms(value: Any, schema: Mapping[str, Any], where: str) -> None:
    """Fail if an answer has other fields, constants or kinds than the description gives it; a null is always in order."""
    schema = _resolved(schema, value)
    if value is None or "anyOf" in schema or "oneOf" in schema:
        return
    properties = schema.get("properties")
    if isinstance(value, dict) and properties is not None:
        expected = set(properties) | _BEYOND.get(value.get("object", ""), set())
        if "object" in properties:
            sent = set(value) - _AT_TIMES.get(value.get("object", ""), set())
            expected -= _ELSEWHERE.get(value.get("object", ""), set())
            assert sent == expected, f"{where}: {sent ^ expected}"
        else:
            assert set(value) <= expected, f"{where}: {set(value) - expected}"
        for name in set(value) & set(properties):
            conforms(value[name], properties[name], f"{where}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            conforms(item, schema.get("items", {}), f"{where}[{index}]")
    elif "const" in schema:
        assert value == schema["const"], where
    elif "type" in schema:
        kinds: dict[str, Any] = {
            "string": str,
            "integer": int,
            "number": (int, float),
            "boolean": bool,
            "object": dict,
            "array": list,
        }
        names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        assert any(isinstance(value, kinds[name]) for name in names if name != "null"), f"{where}: {value!r} is no {names}"


def _resolved(schema: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    schemas = load_description().document["components"]["schemas"]
    while True:
        arms = [arm for arm in schema.get("anyOf", ()) if arm.get("type") != "null"]
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        elif len(arms) == 1:
            schema = arms[0]
        elif isinstance(value, dict) and "discriminator" in schema:
            known = schema["discriminator"]["mapping"].get(value[schema["discriminator"]["propertyName"]])
            # A block that came with a kind only requests have, such as image_url, is held against nothing.
            own = schemas[known.rpartition("/")[2]]["properties"] if known else {key: {} for key in value}
            return {"properties": {**schema["properties"], **own}}
        else:
            return schema


def _operation(method: str, path: str) -> OperationFacts:
    parts = path.split("/")
    candidates = [
        facts for facts in load_description().operations if facts.method == method and _fits(facts.path.split("/"), parts)
    ]
    return min(candidates, key=lambda facts: facts.path.count("{"))


def _fits(template: list[str], parts: list[str]) -> bool:
    return len(template) == len(parts) and all(
        known.startswith("{") or known == part for known, part in zip(template, parts, strict=True)
    )


def _response_schema(facts: OperationFacts) -> Mapping[str, Any]:
    item = load_description().document["paths"][facts.path][facts.method.lower()]
    schema: Mapping[str, Any] = item["responses"]["200"]["content"]["application/json"]["schema"]
    return schema
