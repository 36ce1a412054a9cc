from __future__ import annotations

from typing import Any

import pytest

from agentkit._core.endpoint import from_url, hub_project, is_loopback, parse_connection_string, require_secure

SECRET = "s3cr3tV4lue"


@pytest.mark.parametrize(
    "text",
    [
        f"https://user:{SECRET}@res.openai.azure.com",
        f"https://{SECRET}@res.openai.azure.com:99999",
        f"https://user:1/{SECRET}@host.example/",
        f"https://user:#{SECRET}@res.openai.azure.com",
        f"https://res.openai.azure.com/?api-key={SECRET}",
        f"https://res.openai.azure.com/#{SECRET}",
        f"https://res.openai.azure.com:{SECRET}",
        f"https://{SECRET}%.openai.azure.com",
        SECRET,
        f"{SECRET}==",
        f"AccountKey={SECRET}",
        f"https://eastus.api.azureml.ms?sig={SECRET};sub;rg;proj",
        f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={SECRET}==;EndpointSuffix=core.windows.net",
        f"eastus.api.azureml.ms;sub;key={SECRET};proj",
        f"eastus.api.azureml.ms;sub;rg;a/{SECRET}",
        f"{SECRET};sub;rg;proj",
        f"{SECRET};sub",
        f"'{SECRET}'",
        f"<{SECRET}>",
        f"{SECRET}\n{SECRET}",
    ],
)
def test_no_error_repeats_what_may_be_a_secret(text: str) -> None:
    reads: list[Any] = [from_url, parse_connection_string, lambda text: hub_project(text, text, text, text)]
    for read in reads:
        with pytest.raises(ValueError, match=r"\S") as raised:
            read(text)
        assert SECRET.lower() not in str(raised.value).lower()
        assert raised.value.__cause__ is None
        assert raised.value.__context__ is None


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LocalHost", True),
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("::1", True),
        ("[::1]", True),
        ("0:0:0:0:0:0:0:1", True),
        ("128.0.0.1", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("::", False),
        ("::2", False),
        ("::ffff:127.0.0.1", False),
        ("127.1", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("", False),
    ],
)
def test_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com:8443/a?b=c",
        "http://127.0.0.1:1/a?b=c",
        "http://localhost/",
        "http://[::1]:2",
        "HTTP://LOCALHOST:8000",
    ],
)
def test_keys_and_tokens_go_to_a_secure_url(url: str) -> None:
    require_secure(url)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://example.com/a?code=abc", "http://example.com;"),
        ("http://127.0.0.1.example.com", "http://127.0.0.1.example.com;"),
        ("ws://localhost", "ws://localhost;"),
        ("http://localhost@example.com", "a URL of this form"),
        ("http://example.com\\@127.0.0.1", "a URL of this form"),
        ("https://exa mple.com", "a URL of this form"),
        ("https://example.com\r\n", "a URL of this form"),
        ("https://[::1", "a URL of this form"),
        ("/relative", "a URL of this form"),
        ("", "a URL of this form"),
    ],
)
def test_keys_and_tokens_go_nowhere_else(url: str, target: str) -> None:
    with pytest.raises(ValueError, match="over https, or over http to a loopback host, only") as raised:
        require_secure(url)
    assert f"no key or token is sent to {target}" in str(raised.value)
    assert "code" not in str(raised.value)
