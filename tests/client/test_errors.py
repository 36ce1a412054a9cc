"""What the error answers of every service become."""

from __future__ import annotations

import json
from typing import Any

import azure.core.exceptions as azure
import pytest

from agentkit import exceptions

from .faces import KEY, Connect, done, inside
from .servers import Answer, RawServer

AZURE = {"error": {"code": "NotFound", "message": "No such agent.", "target": "agent", "details": []}}
OPENAI = {"error": {"message": "Bad\n  value.", "type": "invalid_request_error", "param": "model", "code": "bad_value"}}
OPENAI_NULL = {"error": {"message": "Bad value.", "type": "invalid_request_error", "param": None, "code": None}}
AZUREML = {"error": {"code": "UserError", "message": "No."}, "correlation": {"operation": "1"}, "environment": "eastus"}
BARE = {"code": "Bare", "message": "No outer key."}
DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("status", "ours", "theirs"),
    [
        (401, "ClientAuthenticationError", azure.ClientAuthenticationError),
        (404, "ResourceNotFoundError", azure.ResourceNotFoundError),
        (409, "ResourceExistsError", azure.ResourceExistsError),
        (304, "ResourceNotModifiedError", azure.ResourceNotModifiedError),
        (400, "HttpResponseError", azure.HttpResponseError),
        (403, "HttpResponseError", azure.HttpResponseError),
        (422, "HttpResponseError", azure.HttpResponseError),
        (500, "HttpResponseError", azure.HttpResponseError),
        (201, "HttpResponseError", azure.HttpResponseError),
        (204, "HttpResponseError", azure.HttpResponseError),
    ],
)
async def test_each_status_has_its_class(
    status: int, ours: str, theirs: type[Exception], raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(status, reason="Its Reason", headers={"x-ms-request-id": "id-1"})]
    with pytest.raises(theirs) as caught:
        await done(connect(raw).agents.create_agent(model="m"))
    error: Any = caught.value
    assert type(error) is getattr(exceptions, ours)
    assert (error.status_code, error.reason, error.request_id) == (status, "Its Reason", "id-1")
    assert error.response.headers["X-Ms-Request-Id"] == "id-1"
    assert "create_agent failed on /assistants" in str(error)
    assert str(status) in str(error)
    assert "request id id-1" in str(error)


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (AZURE, "NotFound", "No such agent."),
        (OPENAI, "bad_value", "Bad\n  value."),
        (OPENAI_NULL, None, "Bad value."),
        (AZUREML, "UserError", "No."),
        (BARE, "Bare", "No outer key."),
    ],
)
async def test_bodies_of_every_service_are_read(
    body: dict[str, Any], code: str | None, said: str, raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(400, body)]
    with pytest.raises(exceptions.HttpResponseError) as caught:
        await done(connect(raw).agents.get_agent("asst_1"))
    error: Any = caught.value
    assert (error.error.code, error.error.message) == (code, said)
    assert said in error.message
    assert json.loads(error.response.text()) == error.response.json() == body
    assert " ".join(said.split()).rstrip(".") in str(error)
    assert str(code) in str(error) or code is None
    assert "None" not in str(error)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("plain text\nof a gateway", "plain text of a gateway"),
        ("<html>  <b>Bad Gateway</b>", "<html> <b>Bad Gateway</b>"),
        (b"\xff\xfe\x00", "�"),
        ("", "Bad Request"),
        ('{"error": "just words"}', "just words"),
        ('["a list"]', '["a list"]'),
        ('{"error": {"code": 5}}', "5"),
        (DEEP, DEEP[:100]),
        ("x" * 10_000, "x" * 100),
    ],
)
async def test_bodies_that_are_no_error_object_still_make_a_line(
    body: str | bytes, shown: str, raw: RawServer, connect: Connect
) -> None:
    raw.answers = [Answer(400, body)]
    with pytest.raises(exceptions.HttpResponseError) as caught:
        await done(connect(raw).agents.get_agent("asst_1"))
    text = str(caught.value)
    assert text.startswith("get_agent failed on /assistants/asst_1: ")
    assert shown in text
    assert len(text) < 400


@pytest.mark.parametrize("status", [304, 400, 401, 403, 404, 409, 429, 500, 503])
async def test_the_text_is_one_line_without_the_key_and_ends_in_a_step(status: int, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(status, {"error": {"code": "C", "message": "Line one.\r\nLine two."}})]
    with pytest.raises(exceptions.HttpResponseError) as caught:
        await done(connect(raw, retry_total=0).agents.get_agent("asst_1"))
    for text in (str(caught.value), repr(caught.value)):
        assert KEY not in text
    assert not {"\n", "\r"} & set(str(caught.value))
    assert str(caught.value).endswith(".")
    if status in (401, 403):
        assert "AGENTKIT_LOCAL_KEY" in str(caught.value)
    if status in (304, 401, 403, 404):
        assert raw.url.removeprefix("http://") in str(caught.value)


@pytest.mark.parametrize("body", ["", "<html>a portal</html>", "[]", "5", '{"id": ', b"\xff"])
async def test_a_good_status_with_no_json_object_is_a_decode_error(body: str | bytes, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(200, body, headers={"Content-Type": "text/html", "x-ms-request-id": "id-1"})]
    with pytest.raises(azure.DecodeError) as caught:
        await done(connect(raw).agents.get_agent("asst_1"))
    error: Any = caught.value
    assert type(error) is exceptions.DecodeError
    assert (error.status_code, error.request_id) == (200, "id-1")
    # JSON with texts in it may hold what nobody is to see.
    shown = "EOF while parsing" if body == '{"id": ' else repr(body) if isinstance(body, str) else "'�'"
    for part in (
        "get_agent failed on /assistants/asst_1",
        "no JSON object",
        "text/html",
        shown,
        "Check that the endpoint",
    ):
        assert part in str(error)


class Mapped(azure.HttpResponseError):
    """An error of a script of its own."""


@pytest.mark.parametrize(
    ("own", "said"), [(Mapped, "(NotFound)"), (KeyError, "get_agent failed"), (azure.AzureError, "get_agent")]
)
async def test_error_map_replaces_the_class(own: type[Exception], said: str, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(404, AZURE)]
    client = connect(raw, error_map={400: ValueError})
    with pytest.raises(own) as caught:
        await done(client.agents.get_agent("asst_1", error_map={404: own}))
    assert type(caught.value) is own
    assert said in str(caught.value)
    raw.answers = [Answer(400, AZURE)]
    with pytest.raises(ValueError, match="get_agent failed"):
        await done(client.agents.get_agent("asst_1", error_map={404: own}))


async def test_error_map_may_name_a_function(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(404, AZURE)]
    with pytest.raises(LookupError, match="404 for me"):
        await done(
            connect(raw).agents.get_agent("a", error_map={404: lambda response: LookupError(f"{response.status_code} for me")})
        )


async def test_a_body_that_was_not_read_says_so(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=b"content")]
    responses: list[Any] = []
    stream = await done(connect(raw).agents.get_file_content("f", raw_response_hook=responses.append))
    with pytest.raises(RuntimeError, match="streamed"):
        responses[0].http_response.text()
    async with inside(stream):
        pass


@pytest.mark.parametrize("name", ["get_agnt", "create_agents", "wholly_other"])
async def test_an_unknown_method_is_an_attribute_error(name: str, raw: RawServer, connect: Connect) -> None:
    agents = connect(raw).agents
    assert not hasattr(agents, name)
    with pytest.raises(AttributeError, match=name) as caught:
        getattr(agents, name)
    assert ("Did you mean" in str(caught.value)) is (name != "wholly_other")
