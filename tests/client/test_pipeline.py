"""What both clients send, and what they make of a good answer."""

from __future__ import annotations

import io
import platform
import re
from collections.abc import Mapping
from typing import Any

import pytest

import agentkit
from agentkit.exceptions import HttpResponseError
from agentkit.models import CodeInterpreterTool, RunAdditionalFieldList

from .faces import KEY, Connect, Face, done, inside, next_piece, pieces
from .servers import AGENT, Answer, RawServer

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HUB = "/agents/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/p"
PAGE: dict[str, Any] = {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}
RUN = {"id": "run_1", "object": "thread.run", "thread_id": "t", "assistant_id": "a", "status": "completed"}


class Token:
    """A credential that is asked for tokens."""

    def get_token(self, *scopes: str, **_: Any) -> Any:
        from azure.core.credentials import AccessToken

        return AccessToken("t0ken", 4_000_000_000)


@pytest.mark.parametrize(
    ("path", "base", "version"),
    [
        ("", "/api/projects/local", "v1"),
        ("/api/projects/mine", "/api/projects/mine", "v1"),
        ("/openai", "/openai", "2024-05-01-preview"),
        (HUB, HUB, "2024-12-01-preview"),
    ],
)
async def test_every_kind_of_endpoint_has_its_path_and_version(
    path: str, base: str, version: str, raw: RawServer, connect: Connect
) -> None:
    client = connect(raw.url + path, KEY)
    await done(client.agents.get_agent("asst_1"))
    assert (raw.last.method, raw.last.path) == ("GET", f"{base}/assistants/asst_1")
    assert raw.last.query == {"api-version": version}


async def test_api_version_of_the_client_is_sent_instead(raw: RawServer, connect: Connect) -> None:
    await done(connect(raw, api_version="2030-01-01").agents.get_agent("asst_1"))
    assert raw.last.query == {"api-version": "2030-01-01"}


async def test_headers_of_a_call_without_body(raw: RawServer, connect: Connect) -> None:
    await done(connect(raw, user_agent="my-app/2").agents.get_agent("asst_1"))
    headers = raw.last.headers
    assert headers["Accept"] == "application/json"
    assert headers["api-key"] == KEY
    assert UUID.fullmatch(headers["x-ms-client-request-id"])
    own = f"agentkit/{agentkit.__version__} Python/{platform.python_version()} ("
    assert headers["User-Agent"].startswith(f"my-app/2 {own}")
    assert not {"Content-Type", "Authorization"} & set(headers)


async def test_a_token_goes_as_bearer_and_no_key_beside_it(raw: RawServer, connect: Connect) -> None:
    await done(connect(raw, Token(), credential_scopes=["scope"]).agents.get_agent("asst_1"))
    assert raw.last.headers["Authorization"] == "Bearer t0ken"
    assert "api-key" not in raw.last.headers


async def test_content_of_a_file_is_asked_for_as_bytes(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=b"content")]
    stream = await done(connect(raw).agents.get_file_content("f"))
    assert await pieces(stream) == [b"content"]
    assert raw.last.headers["Accept"] == "application/octet-stream"


@pytest.mark.parametrize("options", [{"request_id": "mine"}, {"headers": {"X-MS-Client-Request-Id": "mine"}}])
async def test_the_caller_may_set_the_request_id(options: Any, raw: RawServer, connect: Connect) -> None:
    await done(connect(raw).agents.get_agent("asst_1", **options))
    assert raw.last.headers.get_all("x-ms-client-request-id") == ["mine"]


async def test_headers_and_params_of_client_and_call(raw: RawServer, connect: Connect) -> None:
    client = connect(raw, headers={"X-One": "client", "X-Two": "client"}, params={"p": "client", "q": "client"})
    await done(client.agents.get_agent("asst_1", headers={"x-two": "call", "accept": "*/*"}, params={"q": "a b&c", "n": None}))
    headers = raw.last.headers
    assert headers.get_all("x-one") == ["client"]
    assert headers.get_all("x-two") == ["call"]
    assert headers.get_all("accept") == ["*/*"]
    assert raw.last.query == {"api-version": "v1", "p": "client", "q": "a b&c"}
    await done(client.agents.get_agent("asst_1"))
    assert raw.last.headers["X-Two"] == "client"
    assert raw.last.query["q"] == "client"


async def test_include_is_one_value_with_literal_commas(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=RUN)]
    field = RunAdditionalFieldList.FILE_SEARCH_CONTENTS
    await done(connect(raw).agents.create_run("t", agent_id="a", include=[field, "b c,d"]))
    encoded = f"include[]={field.value.replace('[', '%5B').replace('*', '%2A').replace(']', '%5D')},b%20c%2Cd"
    assert encoded in raw.last.target


async def test_ids_in_paths_are_percent_encoded(raw: RawServer, connect: Connect) -> None:
    await done(connect(raw).agents.get_agent("a b%ü+&"))
    assert raw.last.target.startswith("/api/projects/local/assistants/a%20b%25%C3%BC%2B%26?")


@pytest.mark.parametrize("bad", ["", " ", "a/b", "a\\b", "a?b", "a#b", "..", "a\nb", None, 5])
async def test_ids_that_cannot_stand_in_a_path_are_refused(bad: Any, raw: RawServer, connect: Connect) -> None:
    with pytest.raises((ValueError, TypeError), match=r"get_agent\(\).*agent_id"):
        await done(connect(raw).agents.get_agent(bad))
    assert not raw.seen


async def test_json_body_keeps_what_is_falsy_and_leaves_out_none(raw: RawServer, connect: Connect) -> None:
    await done(
        connect(raw).agents.create_agent(
            model="m", name="Žofie 😀 名", description=None, tools=[], temperature=0, metadata={}, instructions=""
        )
    )
    assert raw.last.method == "POST"
    assert raw.last.headers["Content-Type"] == "application/json"
    assert raw.last.json() == {
        "model": "m",
        "name": "Žofie 😀 名",
        "tools": [],
        "temperature": 0,
        "metadata": {},
        "instructions": "",
    }
    assert "Žofie 😀 名".encode() in raw.last.body


async def test_a_tool_as_toolset_gives_definitions_and_resources(raw: RawServer, connect: Connect) -> None:
    tool = CodeInterpreterTool(file_ids=["file_1"])
    agents = connect(raw).agents
    await done(agents.create_agent(model="m", toolset=tool))
    await done(agents.update_agent("asst_1", toolset=tool))
    for seen in raw.seen:
        assert seen.json()["tools"] == [{"type": "code_interpreter"}]
        assert seen.json()["tool_resources"] == {"code_interpreter": {"file_ids": ["file_1"]}}


@pytest.mark.parametrize("call", ["create_agent", "update_agent", "create_and_process_run"])
async def test_a_toolset_without_definitions_is_refused(call: str, raw: RawServer, connect: Connect) -> None:
    arguments: dict[str, tuple[list[str], Mapping[str, Any]]] = {
        "create_agent": ([], {"model": "m"}),
        "update_agent": (["asst_1"], {}),
        "create_and_process_run": (["t"], {"agent_id": "a"}),
    }
    positional, named = arguments[call]
    with pytest.raises(TypeError, match=rf"{call}\(\).*toolset.*list"):
        await done(getattr(connect(raw).agents, call)(*positional, toolset=[], **named))
    assert not raw.seen


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"bytes", "half a character \ud800"])
async def test_what_has_no_json_form_is_refused(value: Any, raw: RawServer, connect: Connect) -> None:
    with pytest.raises(TypeError, match=r"create_agent\(\).*no JSON form"):
        await done(connect(raw).agents.create_agent(model="m", metadata={"k": value}))
    assert not raw.seen


@pytest.mark.parametrize("body", [b'{"model":"m"}', '{"model":"m"}', ["m"], 5])
async def test_a_whole_body_is_a_mapping_or_a_stream(body: Any, raw: RawServer, connect: Connect) -> None:
    with pytest.raises(TypeError, match=r"create_agent\(\).*body"):
        await done(connect(raw).agents.create_agent(body))
    assert not raw.seen


@pytest.mark.parametrize("kind", [io.BytesIO, lambda content: io.StringIO(content.decode())])
async def test_a_stream_as_body_travels_as_it_is(kind: Any, raw: RawServer, connect: Connect) -> None:
    body = '{ "model":"m" , "beyond": "é" }'.encode()
    await done(connect(raw).agents.create_agent(kind(body), content_type="application/json; charset=utf-8"))
    assert raw.last.body == body
    assert raw.last.headers["Content-Type"] == "application/json; charset=utf-8"


async def test_raw_hooks_see_and_change_what_is_sent(raw: RawServer, connect: Connect) -> None:
    told = []

    def before(request: Any) -> None:
        request.http_request.headers["X-Mine"] = "1"
        told.append((request.http_request.method, request.http_request.url, request.http_request.body))

    def after(response: Any) -> None:
        told.append((response.http_response.status_code, response.http_response.json()["id"], response.http_request.method))

    client = connect(raw, raw_response_hook=after)
    await done(client.agents.create_agent(model="m", raw_request_hook=before))
    assert raw.last.headers["X-Mine"] == "1"
    assert told == [("POST", raw.url + raw.last.target, b'{"model": "m"}'), (200, "asst_1", "POST")]


async def test_hooks_see_every_attempt(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(503), Answer(body=AGENT)]
    told: list[Any] = []
    client = connect(
        raw,
        raw_request_hook=lambda _: told.append("request"),
        raw_response_hook=lambda r: told.append(r.http_response.status_code),
    )
    await done(client.agents.get_agent("asst_1"))
    assert told == ["request", 503, "request", 200]


async def test_cls_is_given_response_result_and_headers(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=AGENT, headers={"X-Mine": "1"})]
    agents = connect(raw).agents
    result = await done(agents.get_agent("asst_1", cls=lambda response, agent, headers: (response, agent, headers)))
    response, agent, headers = result
    assert response.http_response.status_code == 200
    assert agent.id == "asst_1"
    assert headers["x-mine"] == "1"


async def test_stream_gives_the_bytes_and_closes(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=b"x" * 200_000)]
    agents = connect(raw).agents
    stream = await done(agents.get_agent("asst_1", stream=True))
    assert b"".join(await pieces(stream)) == b"x" * 200_000
    assert await pieces(stream) == []


async def test_an_answer_that_was_read_already_is_given_whole(raw: RawServer, connect: Connect) -> None:
    """As it is for a hook."""
    raw.answers = [Answer(body=AGENT)]
    answers: list[Any] = []
    client = connect(raw, raw_response_hook=lambda given: answers.append(given.http_response))
    await done(client.agents.get_agent("asst_1"))
    read = answers[0].aiter_bytes() if hasattr(answers[0], "aiter_bytes") else answers[0].iter_bytes()
    assert await pieces(read) == [answers[0].content]


async def test_whatever_status_means_success_is_streamed_and_no_other(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(201, b"x" * 200_000), Answer(200, b"{}")]
    evaluations = connect(raw).evaluations
    read = await pieces(await done(evaluations.create({}, stream=True)))
    assert len(read) > 1
    assert b"".join(read) == b"x" * 200_000
    with pytest.raises(HttpResponseError, match=r"create failed .*\(200 OK\)\. It is not the status that means success"):
        await done(evaluations.create({}, stream=True))


async def test_a_stream_that_is_left_early_closes_its_connection(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=b"x" * 20_000_000)]
    stream = await done(connect(raw).agents.get_agent("asst_1", stream=True))
    async with inside(stream):
        assert len(await next_piece(stream)) <= 64 * 1024
    assert raw.hung_up.wait(5)
    assert await pieces(stream) == []


async def test_a_stream_that_was_never_read_is_closed_with_the_client(raw: RawServer, face: Face) -> None:
    raw.answers = [Answer(body=b"x" * 20_000_000)]
    client = face.Client(raw.url, KEY)
    stream = await done(client.agents.get_file_content("f"))
    await done(client.close())
    assert raw.hung_up.wait(5)
    del stream


async def test_a_list_is_one_page(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body={**PAGE, "data": [AGENT], "first_id": "asst_1", "last_id": "asst_1", "has_more": True})]
    page = await done(connect(raw).agents.list_agents(limit=1, order="asc", after="asst_0"))
    assert [agent.name for agent in page.data] == ["ä"]
    assert raw.last.query == {"api-version": "v1", "limit": "1", "order": "asc", "after": "asst_0"}
    assert len(raw.seen) == 1


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("instruction", "instructions"),
        ("read_timeot", "read_timeout"),
        ("retry_totals", "retry_total"),
        ("assistent_id", None),
        ("selv", None),
        ("option", None),
    ],
)
async def test_an_unknown_keyword_is_refused(name: str, hint: str | None, raw: RawServer, connect: Connect) -> None:
    with pytest.raises(TypeError, match=rf"create_agent\(\) got an unexpected keyword argument '{name}'") as caught:
        await done(connect(raw).agents.create_agent(model="m", **{name: 1}))
    assert (f"Did you mean {hint!r}?" in str(caught.value)) if hint else "Did you mean" not in str(caught.value)
    assert not raw.seen


@pytest.mark.parametrize(
    ("name", "instead"),
    [("transport", "proxies="), ("policies", "raw_request_hook="), ("authentication_policy", "credential=")],
)
async def test_keywords_of_the_mirrored_pipeline_say_what_to_use(
    name: str, instead: str, raw: RawServer, connect: Connect
) -> None:
    with pytest.raises(TypeError, match=f"AIProjectClient.*{name}=.*{instead}"):
        connect(raw, **{name: object()})
    with pytest.raises(TypeError, match=rf"get_agent\(\).*{name}=.*{instead}"):
        await done(connect(raw).agents.get_agent("asst_1", **{name: object()}))


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"X": "a\r\nY: b"}},
        {"headers": {"bad name": "a"}},
        {"headers": {"X": 1}},
        {"headers": {"X": "ü"}},
        {"headers": "X: 1"},
        {"params": [("a", "b")]},
        {"request_id": "a\nb"},
        {"request_id": 5},
        {"user_agent": "é"},
        {"content_type": "a\nb"},
        {"read_timeout": 0},
        {"read_timeout": "5"},
        {"connection_timeout": True},
        {"retry_total": -1},
        {"retry_mode": "wild"},
        {"raw_request_hook": 5},
        {"cls": "x"},
        {"error_map": {404: "KeyError"}},
    ],
)
async def test_values_out_of_range_are_refused_by_name(options: dict[str, Any], raw: RawServer, connect: Connect) -> None:
    with pytest.raises((TypeError, ValueError), match=next(iter(options))):
        await done(connect(raw).agents.get_agent("asst_1", **options))
    assert not raw.seen
