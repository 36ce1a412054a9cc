"""Uploads and downloads of the local service."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_wire import Wire

from agentkit.local import uploads


def form(*parts: tuple[bytes, bytes], boundary: bytes = b"edge") -> bytes:
    """A multipart body of parts, each given by its Content-Disposition parameters and its content."""
    pieces = [b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (boundary, head, body) for head, body in parts]
    return b"".join(pieces) + b"--%s--\r\n" % boundary


def send(wire: Wire, body: bytes | Iterator[bytes], content_type: str = "multipart/form-data; boundary=edge") -> httpx.Response:
    return wire.http.post("/files", content=body, headers={"content-type": content_type})


PURPOSE = (b'name="purpose"', b"assistants")


def test_a_file_comes_back_as_it_was_sent(serve: Callable[..., Wire]) -> None:
    wire = serve(allow_download=True)
    content = bytes(range(256)) * 1000
    file = wire.upload(content, "données 1.csv")
    assert file["id"].startswith("assistant-")
    assert (file["filename"], file["bytes"], file["purpose"]) == ("données 1.csv", len(content), "assistants")
    assert (file["status"], file["status_details"]) == ("processed", None)
    assert wire.get(f"/files/{file['id']}") == file
    response = wire.http.get(f"/files/{file['id']}/content")
    assert response.content == content
    assert response.headers["content-type"].startswith("text/csv")
    assert response.headers["content-disposition"] == "attachment; filename*=utf-8''donn%C3%A9es%201.csv"


def test_what_was_uploaded_for_agents_is_not_given_out_unless_that_is_allowed(serve: Callable[..., Wire]) -> None:
    wire = serve()
    file = wire.upload(b"content", "data.csv", "assistants")
    error = wire.refused("GET", f"/files/{file['id']}/content")
    assert error["param"] == "file_id"
    for words in (file["id"], "'assistants'", "cannot be downloaded", "allow_download=True"):
        assert words in error["message"]
    for purpose in ("vision", "assistants_output", "batch_output"):
        other = wire.upload(b"content", "data.csv", purpose)
        assert wire.http.get(f"/files/{other['id']}/content").content == b"content"
    assert wire.refused("GET", "/files/assistant-none/content", 404)["code"] == "NotFound"


def test_files_are_listed_by_purpose_newest_first(serve: Callable[..., Wire]) -> None:
    wire = serve()
    files = [wire.upload(name=f"{number}.txt", purpose=purpose) for number, purpose in enumerate(["assistants", "vision"] * 2)]
    assert wire.get("/files")["data"] == files[::-1]
    assert wire.get("/files", purpose="vision")["data"] == [files[3], files[1]]
    assert wire.refused("GET", "/files", params={"purpose": "fun"})["param"] == "purpose"


def test_a_deleted_file_is_gone_with_its_content(serve: Callable[..., Wire], tmp_path: Path) -> None:
    wire = serve(tmp_path)
    file = wire.upload()
    assert [path.name for path in (tmp_path / "files").iterdir()] == [file["id"]]
    assert wire.delete(f"/files/{file['id']}") == {"id": file["id"], "object": "file", "deleted": True}
    assert list((tmp_path / "files").iterdir()) == []
    for path in (f"/files/{file['id']}", f"/files/{file['id']}/content"):
        assert file["id"] in wire.refused("GET", path, 404)["message"]


@pytest.mark.parametrize(
    ("head", "extra", "name"),
    [
        (b'name="file"; filename="plain.txt"', [], "plain.txt"),
        (b'name="file"; filename="gr\xc3\xbc\xc3\x9fe.txt"', [], "grüße.txt"),
        (b'name="file"; filename="x"; filename*=UTF-8\'\'%E6%95%B0%E6%8D%AE.csv', [], "数据.csv"),
        (b"name=\"file\"; filename*=utf-8''a%20b.csv", [], "a b.csv"),
        (b'name="file"; filename="say %22hi%22.txt"', [], 'say "hi".txt'),
        (b'name="file"; filename="say \\"hi\\".txt"', [], 'say "hi".txt'),
        (b'name="file"; filename="%C3%9Cbersicht%20%E6%9D%B1%E4%BA%AC.csv"', [], "Übersicht 東京.csv"),
        (b'name="file"; filename="50% off.txt"', [], "50% off.txt"),
        (b'name="file"; filename="a%20b c.txt"', [], "a%20b c.txt"),
        (b'name="file"; filename="a%FFb.txt"', [], "a%FFb.txt"),
        (b'name="file"; filename="../../etc/passwd"', [], "passwd"),
        (b'name="file"; filename="C:\\docs\\plan.txt"', [], "plan.txt"),
        (b'name="file"; filename=".."', [], "file"),
        (b'name="file"', [], "file"),
        (b'name="file"; filename="part.txt"', [(b'name="filename"', b"chosen.txt")], "chosen.txt"),
        (b'name="file"', [(b'name="filename"', "wählbar.txt".encode())], "wählbar.txt"),
    ],
)
def test_the_name_of_a_file(shared: Wire, head: bytes, extra: Any, name: str) -> None:
    response = send(shared, form(PURPOSE, *extra, (head, b"content")))
    assert response.status_code == 200, response.text
    assert response.json()["filename"] == name


@pytest.mark.parametrize(
    ("body", "content_type", "param", "words"),
    [
        (form(PURPOSE), "multipart/form-data; boundary=edge", "file", "no content was received"),
        (form(PURPOSE, (b'name="file"; filename="x"', b"")), "multipart/form-data; boundary=edge", "file", "empty file"),
        (b"purpose=assistants", "application/x-www-form-urlencoded", "file", "empty file"),
        (b"{}", "application/json", "file", "multipart/form-data"),
        (form((b'name="file"', b"x")), "multipart/form-data; boundary=edge", "purpose", "nothing was sent"),
        (
            form((b'name="purpose"', b"fun"), (b'name="file"', b"x")),
            "multipart/form-data; boundary=edge",
            "purpose",
            "'fun' was sent",
        ),
        (form(PURPOSE, (b'name="file"', b"x"))[:-12], "multipart/form-data; boundary=edge", None, "broke off"),
        (b"no form at all", "multipart/form-data; boundary=edge", None, "cannot be read"),
        (
            form(PURPOSE, (b'name="file"', b"x"), (b'name="file"', b"y")),
            "multipart/form-data; boundary=edge",
            "file",
            "two file",
        ),
    ],
)
def test_a_bad_upload_is_refused_and_leaves_nothing(
    serve: Callable[..., Wire], tmp_path: Path, body: bytes, content_type: str, param: str | None, words: str
) -> None:
    wire = serve(tmp_path)
    error = wire.refused("POST", "/files", content=body, headers={"content-type": content_type})
    assert error["param"] == param
    assert words in error["message"]
    assert list((tmp_path / "files").iterdir()) == []
    assert wire.get("/files")["data"] == []


def test_a_large_file_goes_through_in_pieces(serve: Callable[..., Wire]) -> None:
    wire = serve(allow_download=True)
    piece, count = bytes(range(256)) * 256, 160
    digest = hashlib.sha256(piece * count).hexdigest()

    def pieces() -> Iterator[bytes]:
        yield form(PURPOSE, (b'name="file"; filename="large.bin"', b""))[: -len(b"\r\n--edge--\r\n")]
        for _ in range(count):
            yield piece
        yield b"\r\n--edge--\r\n"

    file = send(wire, pieces()).json()
    assert file["bytes"] == len(piece) * count
    received = hashlib.sha256()
    with wire.http.stream("GET", f"/files/{file['id']}/content") as response:
        for chunk in response.iter_bytes():
            received.update(chunk)
    assert received.hexdigest() == digest


def test_a_file_beyond_the_limit_is_a_413(serve: Callable[..., Wire], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 1000)
    wire = serve(tmp_path)
    assert wire.upload(b"x" * 1000)["bytes"] == 1000
    error = wire.refused("POST", "/files", 413, data={"purpose": "assistants"}, files={"file": ("x", b"x" * 300_000)})
    assert "1000 bytes" in error["message"]
    assert len(list((tmp_path / "files").iterdir())) == 1
