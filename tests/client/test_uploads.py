"""Uploads: whatever a file is given as, its bytes and its name arrive, in constant memory."""

from __future__ import annotations

import io
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentkit._core.files import FilePart, multipart_frame
from agentkit.exceptions import HttpResponseError
from agentkit.local import LocalService
from agentkit.models import FilePurpose, OpenAIFile

from .faces import Connect, done, pieces
from .fixtures import Naps
from .servers import Answer, RawServer

STORED = {
    "id": "f",
    "object": "file",
    "bytes": 1,
    "filename": "n",
    "purpose": "assistants",
    "created_at": 1,
    "status": "processed",
}
NAMES = [
    "plain.txt",
    "Žluťoučký kůň.csv",
    "名前 レポート.txt",
    'say "hi".txt',
    "percent %20 name.txt",
    "semi;colon=1.txt",
    "it's.txt",
    "😀.txt",
    "-dash",
    "no ending",
]


@pytest.fixture
def stored(raw: RawServer) -> RawServer:
    raw.answers = [Answer(body=STORED)]
    return raw


async def _content(client: Any, file: OpenAIFile) -> bytes:
    return b"".join(await pieces(await done(client.agents.get_file_content(file.id))))


class Pipe(io.RawIOBase):
    """A stream that can neither be rewound nor measured."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._chunks.pop(0) if self._chunks else b""
        buffer[: len(chunk)] = chunk
        return len(chunk)


class Text(io.StringIO):
    """Text with a name."""

    name = "/some/where/notes.md"


@pytest.mark.parametrize(
    ("given", "name", "content"),
    [
        ({"file": b"a,b\n1,2\n"}, "file", b"a,b\n1,2\n"),
        ({"file": bytearray(b"abc")}, "file", b"abc"),
        ({"file": memoryview(b"abcdef")[::2].tobytes()}, "file", b"ace"),
        ({"file": memoryview(b"\x01\x00\x02\x00").cast("H")}, "file", b"\x01\x00\x02\x00"),
        ({"file": "text é"}, "file", "text é".encode()),
        ({"file": b"x", "filename": "given.csv"}, "given.csv", b"x"),
        ({"file": ("a.csv", b"x")}, "a.csv", b"x"),
        ({"file": ("a.csv", "text")}, "a.csv", b"text"),
        ({"file": (None, b"x")}, "file", b"x"),
        ({"file": ("folder/a.csv", b"x", "text/csv")}, "a.csv", b"x"),
        ({"file": (Path("folder") / "a.csv", b"x", None)}, "a.csv", b"x"),
        ({"file": io.BytesIO(b"buffer")}, "file", b"buffer"),
        ({"file": ("b.bin", io.BytesIO(b"buffer"))}, "b.bin", b"buffer"),
        ({"file": Text("über")}, "notes.md", "über".encode()),
        ({"file": Pipe([b"one,", b"two"])}, "file", b"one,two"),
        ({"body": {"file": ("c.txt", b"x"), "purpose": "assistants"}}, "c.txt", b"x"),
        ({"body": {"file": b"x", "purpose": FilePurpose.AGENTS, "filename": "d.txt"}}, "d.txt", b"x"),
    ],
)
async def test_what_a_file_may_be_given_as(
    given: Any, name: str, content: bytes, service: LocalService, connect: Connect
) -> None:
    client = connect(service)
    # A stream is used up by the first of the two clients.
    given = {key: _fresh(value) for key, value in given.items()}
    purpose = {} if "body" in given else {"purpose": FilePurpose.AGENTS}
    file = await done(client.agents.upload_file(**given, **purpose))
    assert (file.filename, file.bytes, file.purpose) == (name, len(content), "assistants")
    assert await _content(client, file) == content


def _fresh(value: Any) -> Any:
    if isinstance(value, Pipe):
        return Pipe(list(value._chunks))
    if isinstance(value, Text):
        return Text(value.getvalue())
    if isinstance(value, io.BytesIO):
        return io.BytesIO(value.getvalue())
    return tuple(_fresh(item) for item in value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("kind", [str, Path])
async def test_a_file_by_its_path(kind: type, service: LocalService, connect: Connect, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"a,b\n")
    client = connect(service)
    file = await done(client.agents.upload_file(file_path=kind(path), purpose="assistants"))
    assert (file.filename, await _content(client, file)) == ("data.csv", b"a,b\n")
    renamed = await done(client.agents.upload_file(file_path=kind(path), filename="other.csv", purpose="assistants"))
    assert renamed.filename == "other.csv"


@pytest.mark.parametrize("mode", ["rb", "r", "r+b"])
async def test_an_open_file_is_read_from_where_it_stands_and_stays_open(
    mode: str, service: LocalService, connect: Connect, tmp_path: Path
) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"headline\na,b\n")
    client = connect(service)
    with path.open(mode) as opened:
        opened.seek(len(b"headline\n"))
        file = await done(client.agents.upload_file(file=opened, purpose="assistants"))
        assert not opened.closed
    assert (file.filename, await _content(client, file)) == ("data.csv", b"a,b\n")


@pytest.mark.parametrize("name", NAMES)
async def test_names_arrive_intact(name: str, service: LocalService, connect: Connect, tmp_path: Path) -> None:
    client = connect(service)
    (tmp_path / name).write_bytes(b"x")
    by_path = await done(client.agents.upload_file(file_path=tmp_path / name, purpose="assistants"))
    by_tuple = await done(client.agents.upload_file(file=(name, b"x"), purpose="assistants"))
    by_keyword = await done(client.agents.upload_file(file=b"x", filename=name, purpose="assistants"))
    assert [by_path.filename, by_tuple.filename, by_keyword.filename] == [name] * 3


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a backslash separates folders")
@pytest.mark.parametrize("name", [r"back\slash.txt", r"two\\end\.txt", "last\\", "ü\\"])
async def test_backslashes_are_part_of_a_name(name: str, stored: RawServer, connect: Connect) -> None:
    await done(connect(stored).agents.upload_file(file=(f"folder/{name}", b"x"), purpose="assistants"))
    doubled = name.replace("\\", r"\\")
    assert f'filename="{doubled}"'.encode() in stored.last.body


@pytest.mark.skipif(os.name != "posix", reason="names that are no text exist on POSIX alone")
async def test_a_name_that_is_no_text_is_sent_as_near_as_can_be(stored: RawServer, connect: Connect, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_bytes(b"x")
    await done(connect(stored).agents.upload_file(file_path=path, purpose="assistants"))
    assert b'filename="caf?.txt"' in stored.last.body


async def test_the_form_as_it_travels(stored: RawServer, connect: Connect) -> None:
    await done(connect(stored).agents.upload_file(file=("a.csv", b"\x00\r\n--x"), purpose=FilePurpose.AGENTS, filename="b.csv"))
    seen = stored.last
    assert (seen.method, seen.path) == ("POST", "/api/projects/local/files")
    assert seen.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert int(seen.headers["Content-Length"]) == len(seen.body)
    assert "Transfer-Encoding" not in seen.headers
    parts = seen.parts()
    assert list(parts) == ["purpose", "filename", "file"]
    assert [parts[name].get_payload(decode=True) for name in parts] == [b"assistants", b"b.csv", b"\x00\r\n--x"]
    assert (parts["file"].get_filename(), parts["file"].get_content_type()) == ("a.csv", "text/csv")


def test_the_frame_cannot_be_broken_by_a_name() -> None:
    head, tail = multipart_frame({"purpose": "p"}, FilePart('a"\r\nX: y\\', b"", "text/plain"), "BOUNDARY")
    assert head.decode().split("\r\n") == [
        "--BOUNDARY",
        'Content-Disposition: form-data; name="purpose"',
        "",
        "p",
        "--BOUNDARY",
        r'Content-Disposition: form-data; name="file"; filename="a%22%0D%0AX: y\\"',
        "Content-Type: text/plain",
        "",
        "",
    ]
    assert tail == b"\r\n--BOUNDARY--\r\n"
    with pytest.raises(ValueError, match="line ends"):
        multipart_frame({}, FilePart("a", b"", "text/plain\r\nX: y"), "BOUNDARY")


def _at_its_end() -> io.BytesIO:
    buffer = io.BytesIO(b"written")
    buffer.seek(0, io.SEEK_END)
    return buffer


def _closed() -> io.BytesIO:
    buffer = io.BytesIO(b"x")
    buffer.close()
    return buffer


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"purpose": "assistants"}, ValueError, "needs file_path="),
        ({"file": b"x"}, ValueError, "needs purpose="),
        ({"file": b"x", "purpose": ""}, ValueError, "needs purpose="),
        ({"file": b"x", "purpose": 5}, TypeError, "purpose="),
        ({"file": b"", "purpose": "p"}, ValueError, "empty"),
        ({"file": ("a", ""), "purpose": "p"}, ValueError, "empty"),
        ({"file": io.BytesIO(), "purpose": "p"}, ValueError, "empty"),
        ({"file": _at_its_end(), "purpose": "p"}, ValueError, r"seek\(0\)"),
        ({"file": _closed(), "purpose": "p"}, ValueError, "closed"),
        ({"file": Path("a.txt"), "purpose": "p"}, TypeError, "file_path"),
        ({"file": 5, "purpose": "p"}, TypeError, "int"),
        ({"file": ("a", b"x", "text/plain", "more"), "purpose": "p"}, TypeError, "4 items"),
        ({"file": ("a", b"x", 5), "purpose": "p"}, TypeError, "content type"),
        ({"file": ("a", b"x", "text/plain\r\n"), "purpose": "p"}, ValueError, "line ends"),
        ({"body": {"purpose": "p"}}, ValueError, "needs file_path="),
        ({"body": {"file": b"x"}}, ValueError, "needs purpose="),
        ({"body": b"x"}, TypeError, "mapping"),
        ({"file_path": "missing.txt", "purpose": "p"}, FileNotFoundError, r"missing\.txt"),
        ({"file_path": ".", "purpose": "p"}, FileNotFoundError, "no file"),
        ({"file_path": "empty.txt", "purpose": "p"}, ValueError, r"empty\.txt"),
    ],
)
@pytest.mark.parametrize("call", ["upload_file", "upload_file_and_poll"])
async def test_what_is_no_upload_is_refused_before_anything_is_sent(
    call: str,
    given: Any,
    error: type[Exception],
    said: str,
    stored: RawServer,
    connect: Connect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.txt").touch()
    with pytest.raises(error, match=said):
        await done(getattr(connect(stored).agents, call)(**given))
    assert not stored.seen


@pytest.mark.parametrize("given", ["path", "file", "bytes"])
async def test_a_retry_sends_the_same_bytes(
    given: str, stored: RawServer, connect: Connect, naps: Naps, tmp_path: Path
) -> None:
    content = os.urandom(700_000)
    (tmp_path / "data.bin").write_bytes(b"head" + content)
    stored.answers = [Answer(503), Answer(429), Answer(body=STORED)]
    agents = connect(stored).agents
    with (tmp_path / "data.bin").open("rb") as opened:
        opened.seek(4)
        what: Any = {"path": {"file_path": tmp_path / "data.bin"}, "file": {"file": opened}, "bytes": {"file": content}}[given]
        await done(agents.upload_file(purpose="assistants", **what))
        assert not opened.closed
    sent = [seen.parts()["file"].get_payload(decode=True) for seen in stored.seen]
    assert sent == [b"head" + content if given == "path" else content] * 3


async def test_what_cannot_be_read_twice_is_sent_once(stored: RawServer, connect: Connect, naps: Naps) -> None:
    stored.answers = [Answer(503), Answer(body=STORED)]
    with pytest.raises(HttpResponseError, match=r"Not sent again .* cannot be read twice"):
        await done(connect(stored).agents.upload_file(file=("p.txt", Pipe([b"one,", b"two"])), purpose="assistants"))
    (seen,) = stored.seen
    assert seen.headers["Transfer-Encoding"] == "chunked"
    assert seen.parts()["file"].get_payload(decode=True) == b"one,two"


async def test_a_file_that_grows_meanwhile_is_sent_as_long_as_it_was(
    stored: RawServer, connect: Connect, tmp_path: Path
) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"x" * 1000)

    def grow(_: Any) -> None:
        with path.open("ab") as log:
            log.write(b"more")

    await done(connect(stored).agents.upload_file(file_path=path, purpose="assistants", raw_request_hook=grow))
    assert stored.last.parts()["file"].get_payload(decode=True) == b"x" * 1000


async def test_memory_stays_flat_for_a_large_file(service: LocalService, connect: Connect, tmp_path: Path) -> None:
    size, path = 40 * 1024 * 1024, tmp_path / "large.bin"
    with path.open("wb") as large:
        large.truncate(size)
    client = connect(service)
    tracemalloc.start()
    try:
        file = await done(client.agents.upload_file(file_path=path, purpose="assistants"))
        saved = await done(client.agents.save_file(file.id, "copy.bin", tmp_path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert file.bytes == saved.stat().st_size == size
    assert peak < 8 * 1024 * 1024
    await done(client.agents.delete_file(file.id))


async def test_upload_and_poll_gives_the_file_at_rest(stored: RawServer, connect: Connect, naps: Naps) -> None:
    stored.answers = [Answer(body={**STORED, "status": status}) for status in ("uploaded", "pending", "running", "processed")]
    file = await done(connect(stored).agents.upload_file_and_poll(file=("a", b"x"), purpose="assistants", params={"p": "1"}))
    assert file.status == "processed"
    assert [seen.method for seen in stored.seen] == ["POST", "GET", "GET", "GET"]
    assert [seen.query.get("p") for seen in stored.seen] == ["1", None, None, None]


@pytest.fixture(autouse=True)
def _no_file_stays_open(recwarn: pytest.WarningsRecorder) -> Iterator[None]:
    yield
    assert [str(warning.message) for warning in recwarn if warning.category is ResourceWarning] == []
