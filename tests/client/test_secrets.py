"""Keys and tokens go to their service alone: not to another host, not into logs, reprs and errors."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Callable
from typing import Any, cast

import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential

from agentkit._core.wire_request import is_secret, masked, redirect_target
from agentkit.exceptions import AzureError, HttpResponseError

from .faces import KEY, Connect, done
from .servers import AGENT, Answer, RawServer

TOKEN = "t0ken-of-the-tests"


class Token:
    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(TOKEN, 4_000_000_000)


class Once(io.BytesIO):
    """Content that can be read and not rewound, as that of a pipe."""

    def tell(self) -> int:
        raise io.UnsupportedOperation("a pipe has no place")


OK = Answer(body=AGENT)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_get_follows_a_redirect_on_its_host(status: int, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(status, headers={"Location": "../other?x=1"}), OK]
    await done(connect(raw).agents.get_agent("asst_1"))
    assert raw.last.target == "/api/projects/local/other?x=1"
    assert raw.last.headers["api-key"] == KEY


@pytest.mark.parametrize("credential", [KEY, AzureKeyCredential(KEY), Token()])
async def test_another_host_gets_no_secret(
    credential: Any, raw: RawServer, raws: Callable[..., RawServer], connect: Connect
) -> None:
    other = raws(Answer(302, headers={"Location": f"{raw.url}/back"}))
    raw.answers = [Answer(302, headers={"Location": f"{other.url}/away"}), OK]
    mine = {"X-Functions-Key": "s3cret", "Cookie": "s3cret", "X-Plain": "plain"}
    client = connect(raw, credential, credential_scopes=["scope"], headers=mine)
    await done(client.agents.get_agent("asst_1"))
    (away,) = other.seen
    text = str(away.headers) + away.target
    assert not [secret for secret in (KEY, TOKEN, "s3cret") if secret in text]
    assert away.headers["X-Plain"] == "plain"
    # Back on the service's own host, the key is shown again.
    assert {raw.last.headers["api-key"], raw.last.headers["Authorization"]} & {KEY, f"Bearer {TOKEN}"}


async def test_a_host_that_only_begins_like_the_own_one_is_another(raw: RawServer, connect: Connect) -> None:
    hosts = [f"{raw.url}0", f"{raw.url}@127.0.0.1:1", f"{raw.url}.example.com"]
    pipeline = connect(raw)._pipeline
    assert [pipeline._is_own(f"{host}/x") for host in hosts] == [False] * 3
    assert pipeline._is_own(f"{raw.url}/x")


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_post_follows_no_redirect_that_means_a_get(status: int, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(status, headers={"Location": "/elsewhere"}), OK]
    with pytest.raises(HttpResponseError, match="redirect is not followed") as caught:
        await done(connect(raw).agents.create_agent(model="m"))
    assert caught.value.status_code == status
    assert len(raw.seen) == 1


@pytest.mark.parametrize("status", [307, 308])
async def test_what_changes_something_is_sent_again_on_its_host(status: int, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(status, headers={"Location": "/elsewhere?x=1"}), OK]
    agents = connect(raw).agents
    await done(agents.create_agent(model="m"))
    first, second = raw.seen
    assert (second.method, second.target, second.body) == ("POST", "/elsewhere?x=1", first.body)
    assert second.headers["api-key"] == KEY
    raw.answers = [*raw.answers, Answer(status, headers={"Location": "/elsewhere"}), Answer(body={"deleted": True})]
    await done(agents.delete_agent("asst_1"))
    assert [(seen.method, seen.path) for seen in raw.seen[-1:]] == [("DELETE", "/elsewhere")]


@pytest.mark.parametrize("status", [307, 308])
async def test_another_host_gets_nothing_that_changes_something(
    status: int, raw: RawServer, raws: Callable[..., RawServer], connect: Connect
) -> None:
    other = raws()
    raw.answers = [Answer(status, headers={"Location": f"{other.url}/elsewhere"})]
    agents = connect(raw).agents
    calls: list[Callable[[], Any]] = [lambda: agents.create_agent(model="m"), lambda: agents.delete_agent("asst_1")]
    for call in calls:
        with pytest.raises(HttpResponseError, match="redirect is not followed"):
            await done(call())
    assert other.seen == []


async def test_an_upload_is_sent_again_where_it_can_be_read_again(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(307, headers={"Location": "/elsewhere"}), Answer(body={"id": "f", "object": "file"})]
    agents = connect(raw).agents
    await done(agents.upload_file(file=("a.txt", io.BytesIO(b"words")), purpose="assistants"))
    first, second = raw.seen
    assert (second.path, second.body) == ("/elsewhere", first.body)
    assert b"words" in first.body
    raw.answers = [*raw.answers, Answer(307, headers={"Location": "/elsewhere"}), OK]
    with pytest.raises(HttpResponseError, match=r"source that cannot be read twice: give its bytes") as caught:
        await done(agents.upload_file(file=("a.txt", Once(b"words")), purpose="assistants"))
    assert caught.value.status_code == 307
    assert len(raw.seen) == 3


async def test_a_loop_of_redirects_ends(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(302, headers={"Location": "/round"})]
    with pytest.raises(HttpResponseError, match="redirect is not followed"):
        await done(connect(raw).agents.get_agent("asst_1"))
    assert len(raw.seen) == 11


@pytest.mark.parametrize(
    "location",
    [
        "http://[::1",
        "ftp://127.0.0.1/x",
        "https://127.0.0.1:1/x",
        "",
        "http://127.0.0.1:99999/x",
        "http://127.0.0.1:0/x",
    ],
)
async def test_a_redirect_that_leads_nowhere_good_is_an_error(location: str, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(302, headers={"Location": location})]
    with pytest.raises(AzureError, match=r"302|Invalid URL in location header"):
        await done(connect(raw, retry_total=0).agents.get_agent("asst_1"))
    assert len(raw.seen) == 1


@pytest.mark.parametrize(
    ("method", "url", "status", "location", "target"),
    [
        ("GET", "https://a/x", 302, "/y", "https://a/y"),
        ("GET", "https://a/x", 302, "https://b/y", "https://b/y"),
        ("GET", "https://a/x", 302, "//b/y", "https://b/y"),
        ("GET", "https://a/x", 302, "http://a/y", None),
        ("GET", "http://localhost/x", 302, "https://b/y", None),
        ("GET", "https://a/x", 200, "/y", None),
        ("GET", "https://a/x", 304, "/y", None),
        ("POST", "https://a/x", 301, "/y", None),
        ("POST", "https://a/x", 303, "/y", None),
        ("POST", "https://a/x", 307, "/y?z=1", "https://a/y?z=1"),
        ("POST", "https://a:1/x", 308, "//a:1/y", "https://a:1/y"),
        ("DELETE", "https://a/x", 307, "/y", "https://a/y"),
        ("POST", "https://a/x", 307, "https://b/y", None),
        ("POST", "https://a/x", 307, "https://a:444/y", None),
        ("POST", "https://a/x", 307, "https://u@a/y", None),
        ("POST", "https://a/x", 307, "http://a/y", None),
        ("POST", "https://a/x", 307, "https://[a/y", None),
        ("DELETE", "https://a/x", 308, "https://b/y", None),
        ("GET", "https://a/x", 302, "https://a:65536/y", None),
        ("GET", "https://a/x", 302, "https://a:x/y", None),
        ("GET", "https://a/x", 302, "https://:1/y", None),
    ],
)
def test_where_redirects_lead(method: str, url: str, status: int, location: str, target: str | None) -> None:
    assert redirect_target(method, url, status, {"location": location}) == target


@pytest.mark.parametrize("credential", [KEY, AzureKeyCredential(KEY), Token()])
async def test_no_log_repr_or_error_holds_the_secret(
    credential: Any, raw: RawServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    raw.answers = [
        Answer(body=AGENT, headers={"Set-Cookie": "id=s3cret", "X-Trace": "plain"}),
        Answer(401, {"error": {"code": "Unauthorized", "message": "No."}}),
        Answer(drop=True),
    ]
    client = connect(raw, credential, credential_scopes=["scope"], logging_enable=True, headers={"X-Functions-Key": "s3cret"})
    texts = [repr(client), repr(client.agents), repr(client._pipeline)]
    with caplog.at_level(logging.DEBUG):
        await done(client.agents.get_agent("asst_1"))
        for _ in range(2):
            with pytest.raises(AzureError) as caught:
                await done(client.agents.create_agent(model="m"))
            texts += [str(caught.value), repr(caught.value), caught.value.message]
    told = [record.getMessage() for record in caplog.records if record.name == "agentkit"]
    texts += [record.getMessage() for record in caplog.records]
    assert not [text for text in texts for secret in (KEY, TOKEN) if secret in text]
    assert not [text for text in told if "s3cret" in text]
    assert any("'x-trace': 'plain'" in text for text in told)
    assert any("***" in text for text in told)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=f"you sent api-key: {KEY}".encode()),
        Answer(body=f"[{KEY}".encode()),
        Answer(500, body={"error": {"message": f"no good: {KEY}"}}),
        Answer(500, headers={"x-ms-request-id": KEY, "X-Seen": KEY}),
    ],
)
async def test_no_error_repeats_the_secret_that_the_service_repeats(answer: Answer, raw: RawServer, connect: Connect) -> None:
    raw.answers = [answer]
    with pytest.raises(HttpResponseError) as caught:
        await done(connect(raw, retry_total=0).agents.get_agent("asst_1"))
    error, response = caught.value, cast("Any", caught.value.response)
    shown = [*traceback.format_exception(error), repr(vars(error)), str(response.headers), response.text()]
    assert not [text for text in shown if KEY in text]
    assert "***" in str(error)


async def test_headers_are_logged_on_request_alone(raw: RawServer, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    client = connect(raw)
    with caplog.at_level(logging.DEBUG, logger="agentkit"):
        await done(client.agents.get_agent("asst_1"))
        assert "x-ms-client-request-id" not in caplog.text
        await done(client.agents.get_agent("asst_1", logging_enable=True))
        assert "x-ms-client-request-id" in caplog.text


def test_headers_that_may_hold_a_secret_are_masked() -> None:
    secret = [
        "Authorization",
        "api-key",
        "Ocp-Apim-Subscription-Key",
        "Cookie",
        "Set-Cookie",
        "X-Auth-Token",
        "x-amz-signature",
    ]
    plain = ["Accept", "Content-Type", "Retry-After", "User-Agent", "x-ms-client-request-id", "Keep-Alive", "Location"]
    assert [name for name in secret if not is_secret(name)] == []
    assert [name for name in plain if is_secret(name)] == []
    assert masked({"Api-Key": "a", "Accept": "b"}) == {"Api-Key": "***", "Accept": "b"}
