"""Where requests go, and under which names files are kept: connection strings, endpoints, names of files and uploads."""

from __future__ import annotations

import atexit
import errno
import os
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from agentkit._core.endpoint import (
    Endpoint,
    from_environment,
    from_url,
    hub_project,
    is_loopback,
    parse_connection_string,
    require_secure,
)
from agentkit._core.files import content_type_of, file_part, multipart_frame
from agentkit._files import AtomicFile
from agentkit._generated import requests
from agentkit._naming import check_id, safe_file_name

from ..mutate import Mutator
from ..target import Target, says

__all__ = ["TARGETS"]

_SECRET = "s3cr3t"
"""It stands where keys stand by mistake, and no error may repeat it."""

_KEYS = re.compile(rf"(?:user:|[Kk]ey=){_SECRET}(?=[@;]|$)")

# --- endpoints --------------------------------------------------------------------------------------------------------------------

_URLS = (
    "https://res.services.ai.azure.com/api/projects/my project",
    "https://res.openai.azure.com",
    "http://127.0.0.1:5000",
    "http://[::1]:5000/api/projects/p",
    f"https://user:{_SECRET}@res.openai.azure.com/openai?key={_SECRET}",
    "http://localhost/agents/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w",
)
_STRINGS = (
    "eastus.api.azureml.ms;00000000-0000-0000-0000-000000000000;group;project",
    "http://127.0.0.1:5000;sub;group;project",
    "https://private.example:8443;sub;group;my project",
    f"Endpoint=https://a;SharedAccessKey={_SECRET}",
)
_WORDS = (
    *(
        "@",
        "//",
        "\\",
        ":",
        "://",
        ";",
        "?",
        "#",
        "%",
        "%2e%2e",
        "%00",
        "..",
        ".",
        "/",
        "http://",
        "https://",
        "HTTPS://",
        "ftp://",
    ),
    *(
        "evil.example",
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fe80::1%25eth0]",
        "localhost",
    ),
    *(
        ".openai.azure.com",
        ".api.azureml.ms",
        "。",
        "ⓛocalhost",
        "xn--",
        ":0",
        ":99999",
        ":-1",
        "/api/projects/",
        "=",
        '"',
        "'",
    ),
)


def _make_url(mutator: Mutator) -> str:
    return mutator.text(mutator.random.choice(_URLS), _WORDS)


def _check_url(given: str) -> None:
    try:
        require_secure(given)
    except ValueError:
        pass
    else:
        _goes_safely(given)
    try:
        endpoint = from_url(given)
    except ValueError as error:
        _is_clear(error, given)
        return
    _is_sound(endpoint)
    assert (
        from_url(endpoint.origin if endpoint.base_url.endswith("/api/projects/local") else endpoint.base_url).origin
        == endpoint.origin
    )


def _make_string(mutator: Mutator) -> str:
    return mutator.text(mutator.random.choice(_STRINGS), _WORDS)


def _check_string(given: str) -> None:
    try:
        parts = parse_connection_string(given)
    except ValueError as error:
        _is_clear(error, given)
    else:
        endpoint = hub_project(parts.endpoint, parts.subscription_id, parts.resource_group_name, parts.project_name)
        _is_sound(endpoint)
    for variable in ("PROJECT_CONNECTION_STRING", "PROJECT_ENDPOINT"):
        try:
            chosen = from_environment({variable: given, "AGENTKIT_LOCAL_KEY": _SECRET})
        except ValueError as error:
            says(error, variable)
            _is_clear(error, given)
        else:
            assert chosen is None or chosen.key is None or chosen.endpoint.loopback


def _is_clear(error: Exception, given: str) -> None:
    """The text says something, and no key, unless a change has put the key where a name stands."""
    says(error)
    text = str(error)
    assert _SECRET not in text or given.count(_SECRET) != len(_KEYS.findall(given)), text


def _is_sound(endpoint: Endpoint) -> None:
    assert endpoint.base_url.startswith(endpoint.origin)
    assert endpoint.where()
    assert endpoint.describe()
    assert endpoint.form()
    require_secure(endpoint)
    _goes_safely(endpoint.base_url)
    # Names keep to their own segments of the path.
    assert not {"", ".", ".."} & set(urlsplit(endpoint.base_url).path.split("/")[1:]), endpoint.base_url


def _goes_safely(url: str) -> None:
    """What the HTTP library makes of a URL is what was checked: https, or http to this machine."""
    try:
        read = httpx.URL(url)
        host = read.host
    except (httpx.InvalidURL, UnicodeError):
        return
    assert read.scheme == "https" or is_loopback(host), url
    written = (urlsplit(url).hostname or "").lower()
    # The library encodes what is no character of a host, or no ASCII; that is still the host that was checked.
    assert unquote(host) == unquote(written) or not written.isascii() or "xn--" in written, url


# --- names of files ---------------------------------------------------------------------------------------------------------------

_NAMES = (
    *(
        "chart.png",
        "../../etc/passwd",
        "C:\\Windows\\system.ini",
        "a/b\\c.txt",
        "CON",
        "nul.txt",
        "..",
        ".",
        "",
        "~/x",
        "~root",
        "$HOME",
    ),
    *(
        "a" * 4096,
        "é" * 200,
        "\u202egnp.exe",
        "a\0b",
        "a\nb",
        ".hidden",
        "-rf",
        "a:b",
        "d:e:f",
        "con .txt",
        "a. ",
        "\ud800.txt",
        "👩‍👩‍👧.png",
    ),
)
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10))}
_PARTS = (
    "/",
    "\\",
    "..",
    "../",
    "C:",
    ":",
    "\0",
    "~",
    "CON",
    " ",
    ".",
    "\u202e",
    "%2e%2e%2f",
    "\r\n",
    '"',
    "\udcff",
    "x" * 250,
)


def _make_name(mutator: Mutator) -> str:
    return mutator.text(mutator.random.choice(_NAMES), _PARTS)


@cache
def _folder() -> Path:
    """Where names are tried: a folder in a folder, of which only the inner one may change."""
    outer = Path(tempfile.mkdtemp(prefix="fuzz-"))
    atexit.register(shutil.rmtree, outer, ignore_errors=True)
    inner = outer / "inner"
    inner.mkdir()
    return inner


def _check_name(given: str) -> None:
    try:
        name = safe_file_name(given)
    except ValueError as error:
        says(error, "file_name")
    else:
        assert name == os.path.basename(name)
        assert name not in ("", ".", "..")
        assert not set("/\\\0") & set(name)
        assert safe_file_name(name) == name
    _check_name_for_windows(given)
    folder = _folder()
    try:
        file = AtomicFile(given, folder)
    except ValueError as error:
        says(error, "file_name")
        return
    except OSError as error:
        _is_of_the_system(error)
        return
    try:
        file.write(b"content")
        path = file.commit()
    except OSError as error:
        _is_of_the_system(error)
    else:
        assert path.parent == folder.resolve()
        assert path.read_bytes() == b"content"
        assert [one.name for one in folder.iterdir()] == [path.name]
        path.unlink()
    finally:
        file.discard()
    assert not list(folder.iterdir())
    assert [one.name for one in folder.parent.iterdir()] == ["inner"]


def _is_of_the_system(error: OSError) -> None:
    assert error.errno == errno.ENAMETOOLONG, error


def _check_name_for_windows(given: str) -> None:
    try:
        name = safe_file_name(given, windows=True)
    except ValueError:
        return
    assert name.partition(".")[0].rstrip(" ").upper() not in _DEVICES
    assert name.rstrip(" .")


def _check_upload(given: str) -> None:
    for part in (file_part(b"x", given), file_part((given, b"x"), None)):
        assert part.name
        assert "/" not in part.name
        head, tail = multipart_frame({"purpose": "assistants"}, part, "b0undary")
        lines = head.split(b"\r\n")
        # However the file is called, there is the one field, and the one file.
        assert [line for line in lines if line.startswith(b"--")] == [b"--b0undary", b"--b0undary"]
        assert len(lines) == 10 - 1
        assert lines[5].startswith(b'Content-Disposition: form-data; name="file"; filename="')
        assert lines[5].count(b'"') == 4
        assert b"\n" not in head.replace(b"\r\n", b"")
        assert tail == b"\r\n--b0undary--\r\n"
    assert "/" in content_type_of(given)


def _make_id(mutator: Mutator) -> str:
    return mutator.text(mutator.random.choice(("asst_abc123", "thread_x", "file-1", "..", "a b", "")), _PARTS)


def _check_id(given: str) -> None:
    try:
        made = check_id("get_agent", "agent_id", given)
    except ValueError as error:
        says(error, "get_agent(): agent_id")
        return
    path = requests.get_agent(made).path
    url = httpx.URL("https://host.example/base" + path)
    assert url.raw_path == b"/base" + path.encode()
    assert path.startswith("/assistants/")
    assert path.count("/") == 2


TARGETS = (
    Target("endpoints", _make_url, _check_url),
    Target("connection strings", _make_string, _check_string),
    Target("file names", _make_name, _check_name),
    Target("names of uploads", _make_name, _check_upload),
    Target("ids in paths", _make_id, _check_id),
)
