"""Where else a secret could show or go: objects that are printed or pickled, other ways to give one, proxies, plain http."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from typing import Any

import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential
from sas_tokens import jwt

from agentkit._core.endpoint import from_environment
from agentkit._core.masking import LibraryRecords, masked, masked_url
from agentkit._http import HttpRequest
from agentkit._httpx import Headers
from agentkit.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
from agentkit.local import LocalService
from agentkit.models import ConnectionProperties, SASTokenCredential
from client.faces import Connect, Face, done
from client.servers import AGENT, Answer, RawServer, closed_port

from .secret_search import KEY, SECRETS, TOKEN, Ears, Findings, of_error, of_value

LOGIN = SECRETS["login"]
HUB = "/agents/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
PATHS = {"local": "", "hub": HUB, "foundry": "/api/projects/p", "openai": "/openai"}
CONNECTION = {
    "name": "c",
    "properties": {
        "authType": "ApiKey",
        "category": "AzureOpenAI",
        "target": "https://h/",
        "credentials": {"key": SECRETS["connection"]},
    },
}


class Caller:
    """A token credential."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(TOKEN, 4_000_000_000)


async def failure(client: Any, findings: Findings, kind: type[Exception] = AzureError) -> Exception:
    """The error of a call, whose every word is looked at."""
    with Ears() as ears, pytest.raises(kind) as caught:
        await done(client.agents.create_agent(model="m", logging_enable=True))
    for place, text in [*of_error(caught.value), ("a log record", "".join(ears.heard))]:
        findings.look(place, text)
    return caught.value


class TestObjects:
    @pytest.mark.parametrize("credential", [KEY, AzureKeyCredential(KEY), Caller()])
    async def test_a_client_and_its_parts_show_none(self, credential: Any, raw: RawServer, connect: Connect) -> None:
        client = connect(
            raw,
            credential,
            credential_scopes=["scope"],
            headers={"X-Functions-Key": SECRETS["header"]},
            params={"sig": SECRETS["query"]},
            proxies={"https": f"http://user:{LOGIN}@127.0.0.1:1"},
        )
        await done(client.agents.get_agent("asst_1"))
        pipeline = client._pipeline
        inside = [
            pipeline.endpoint,
            pipeline.defaults,
            pipeline._settings,
            pipeline._connection(),
            pipeline._http,
            pipeline.tokens,
        ]
        findings = Findings()
        for part in (client, client.agents, client.connections, client.telemetry, pipeline):
            for place, text in of_value(part):
                findings.look(place, text)
        for part in inside:
            findings.look(f"repr({type(part).__name__})", repr(part))
        assert findings.found == []

    def test_a_service_shows_none(self) -> None:
        with LocalService(key=KEY) as service:
            assert KEY not in repr(service) + str(service)

    def test_a_connection_shows_none_and_its_pickle_has_none(self) -> None:
        connection = ConnectionProperties(connection=CONNECTION, token_credential=Caller())
        findings = Findings()
        for place, text in of_value(connection):
            findings.look(place, text)
        assert findings.found == []
        kept = pickle.loads(pickle.dumps(connection))
        assert (kept.name, kept.endpoint_url, kept.key, kept.token_credential) == ("c", "https://h", None, None)
        for copied in (copy.copy(connection), copy.deepcopy(connection)):
            assert (copied.key, copied.token_credential) == (SECRETS["connection"], connection.token_credential)

    def test_the_credential_of_a_connection_shows_none(self) -> None:
        token = jwt(4_000_000_000)
        parts = {"subscription_id": "s", "resource_group_name": "g", "project_name": "p", "connection_name": "c"}
        credential = SASTokenCredential(sas_token=token, credential=Caller(), **parts)
        assert token not in repr(credential) + str(vars(credential).keys())
        with pytest.raises((TypeError, AttributeError, pickle.PicklingError)) as caught:
            pickle.dumps(credential)
        assert token not in str(caught.value)

    async def test_the_pickle_of_an_error_says_the_same_and_holds_none(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [
            Answer(401, {"error": {"message": "No."}}, headers={"Set-Cookie": f"id={SECRETS['cookie']}", "X-Place": "7"})
        ]
        with pytest.raises(ClientAuthenticationError) as caught:
            await done(connect(raw, KEY).agents.get_agent("asst_1", params={"sig": SECRETS["query"]}))
        error: Any = caught.value
        assert error.response.request.headers["api-key"] == KEY
        kept = pickle.loads(pickle.dumps(error))
        assert (str(kept), kept.status_code, kept.response.json()) == (str(error), 401, {"error": {"message": "No."}})
        assert kept.response.headers["x-place"] == "7"
        assert kept.response.request.headers["api-key"] == "***"
        assert SECRETS["query"] not in kept.response.request.url

    def test_what_the_environment_says_shows_no_key(self) -> None:
        found = from_environment({"AZURE_OPENAI_ENDPOINT": "https://h.openai.azure.com", "AZURE_OPENAI_API_KEY": KEY})
        assert found is not None
        assert found.key == KEY
        assert KEY not in repr(found)


class TestWhereTheKeyGoes:
    @pytest.mark.parametrize("kind", PATHS)
    @pytest.mark.parametrize("credential", [KEY, AzureKeyCredential(KEY), Caller()])
    async def test_into_one_header(self, kind: str, credential: Any, raw: RawServer, connect: Connect) -> None:
        raw.answers = [Answer(body=AGENT)]
        await done(connect(raw.url + PATHS[kind], credential, credential_scopes=["s"]).agents.create_agent(model="m"))
        holding = [name.lower() for name, value in raw.last.headers.items() if KEY in value or TOKEN in value]
        assert holding == (["authorization"] if isinstance(credential, Caller) else ["api-key"])
        assert not {KEY, TOKEN} & {raw.last.target, raw.last.body.decode()}

    async def test_the_local_key_goes_to_this_machine_alone(
        self, face: Face, raw: RawServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AGENTKIT_LOCAL_KEY", KEY)
        raw.answers = [Answer(401, {"error": {"message": "No."}})]
        findings = Findings()
        await failure(connect(raw, Caller()), findings)
        assert raw.last.headers["api-key"] == KEY
        assert findings.found == []
        remote = connect("https://h.services.ai.azure.com/api/projects/p", Caller())
        assert remote._pipeline.tokens is not None
        assert KEY not in repr(vars(remote._pipeline))

    @pytest.mark.parametrize("host", ["http://h.services.ai.azure.com/api/projects/p", "http://10.0.0.1", "http://0.0.0.0:80"])
    def test_over_plain_http_to_this_machine_alone(self, host: str, face: Face) -> None:
        with pytest.raises(ValueError, match="keys and tokens go over https") as caught:
            face.Client(host, KEY)
        assert KEY not in "".join(traceback.format_exception(caught.value))

    def test_a_connection_string_with_a_secret_in_it_is_not_repeated(self, face: Face) -> None:
        for text in (
            f"https://user:{KEY}@h;s;g;p",
            f"Endpoint=sb://h;SharedAccessKey={KEY}",
            f"h;s;g;p;{KEY}",
            f"https://h/?sig={KEY};s;g;p",
        ):
            with pytest.raises(ValueError, match="connection string") as caught:
                face.Client.from_connection_string(text, KEY)
            assert KEY not in "".join(traceback.format_exception(caught.value))

    @pytest.mark.parametrize("value", [f"{KEY}\nX-Evil: 1", f"{KEY}ä"])
    @pytest.mark.parametrize("change", ["set", "update"])
    async def test_a_hook_cannot_make_an_error_show_it(self, value: str, change: str, raw: RawServer, connect: Connect) -> None:
        """A value that no header can carry is refused by the name of the header, where it is set."""

        def hook(request: Any) -> None:
            headers = request.http_request.headers
            if change == "set":
                headers["X-Mine"] = value
            else:
                headers.update({"X-Mine": value})

        findings = Findings()
        error = await failure(connect(raw, raw_request_hook=hook), findings, ValueError)
        assert "'X-Mine' was given a line break" in str(error)
        assert findings.found == []
        assert raw.seen == []


class TestProxies:
    async def test_a_login_goes_to_its_proxy_and_shows_nowhere(self, raw: RawServer, connect: Connect) -> None:
        """Refused by the proxy, or refused a tunnel, or without a proxy that listens."""
        raw.answers = [Answer(407, "Who are you?")]
        proxy = f"http://user:{LOGIN}@{raw.url.removeprefix('http://')}"
        nobody = f"http://user:{LOGIN}@127.0.0.1:{closed_port()}"
        findings = Findings()
        await failure(connect("http://127.0.0.1:9", KEY, proxies={"http": proxy}), findings)
        assert raw.last.headers["Proxy-Authorization"]
        foundry = "https://h.services.ai.azure.com/api/projects/p"
        for address in (proxy, nobody):
            error = await failure(
                connect(foundry, KEY, proxies={"https": address}, retry_total=0), findings, ServiceRequestError
            )
            assert "create_agent could not be sent" in str(error)
        assert findings.found == []
        assert len(raw.seen) == 1, "the proxy saw what was to go to it, and nothing of what was to go through a tunnel"

    @pytest.mark.parametrize(
        "address", ["user:{}@127.0.0.1:1", "ftp://user:{}@127.0.0.1:1", "http://user:{}@127.0.0.1:1x", "http://{}@"]
    )
    def test_an_address_that_is_none_is_not_repeated(self, address: str, face: Face) -> None:
        with pytest.raises(ValueError, match=r"entry 'https' of proxies= no address of a proxy") as caught:
            face.Client("http://127.0.0.1:9", KEY, proxies={"https": address.format(LOGIN)})
        assert LOGIN not in "".join(traceback.format_exception(caught.value))

    @pytest.mark.parametrize("scheme", ["http", "all"])
    def test_no_proxy_elsewhere_is_shown_what_goes_to_this_machine(self, scheme: str, face: Face) -> None:
        with pytest.raises(ValueError, match=r"the proxy p\.example would be shown the key of a local service") as caught:
            face.Client("http://127.0.0.1:9", KEY, proxies={scheme: f"http://user:{LOGIN}@p.example:8080"})
        assert LOGIN not in str(caught.value)


class TestMasks:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("https://h/x?api-version=v1&limit=2", "https://h/x?api-version=v1&limit=2"),
            ("https://h/x?sv=1&sig=a%2Fb%3D&se=2", "https://h/x?sv=1&sig=***&se=2"),
            ("https://h/x?code=abc#x", "https://h/x?code=***#x"),
            ("https://h/x?subscription-key=abc", "https://h/x?subscription-key=***"),
            ("http://user:pass@h/x", "http://***@h/x"),
            ("GET 'https://h/x?sig=abc' and more", "GET 'https://h/x?sig=***' and more"),
            ("design=1", "design=1"),
            ("https://h/x?a?sig=abc&to=http://i/?key=abc?d&b", "https://h/x?a?sig=***&to=http://i/?key=***&b"),
            ("https://h/x?key=&b=1", "https://h/x?key=&b=1"),
            # A text that somebody else has written is read in no time, whatever it is made of.
            ("?" * 100_000, "?" * 100_000),
            ("https://h/x?" + "key" * 50_000, "https://h/x?" + "key" * 50_000),
        ],
    )
    def test_addresses(self, text: str, shown: str) -> None:
        assert masked_url(text) == shown

    def test_headers(self) -> None:
        told = {"Location": "https://h/?sig=abc", "Set-Cookie": "a=b", "X-Plain": "plain"}
        assert masked(told) == {"Location": "https://h/?sig=***", "Set-Cookie": "***", "X-Plain": "plain"}
        assert repr(Headers(told)) == "Headers({'location': 'https://h/?sig=***', 'set-cookie': '***', 'x-plain': 'plain'})"
        request = HttpRequest("GET", "https://h/?sig=abc", told)
        assert (str(request), repr(request)) == ("GET https://h/?sig=***", "<HttpRequest [GET], url: 'https://h/?sig=***'>")

    def test_what_libraries_log(self) -> None:
        def shown(message: str, *arguments: Any) -> str:
            record = logging.LogRecord("httpcore", logging.DEBUG, "", 0, message, arguments, None)
            assert LibraryRecords().filter(record)
            return record.getMessage()

        headers = """[(b'Set-Cookie', b"it's=1"), (b'X-Plain', b'plain'), (b'Location', b'https://h/?sig=abc')]"""
        assert shown(headers) == "[(b'Set-Cookie', b'***'), (b'X-Plain', b'plain'), (b'Location', b'https://h/?sig=***')]"
        assert shown("HTTP Request: %s %s", "GET", "https://h/?key=abc") == "HTTP Request: GET https://h/?key=***"
        assert shown("100 %") == "100 %"
