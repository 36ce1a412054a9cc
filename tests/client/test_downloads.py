"""Downloads: pieces of any size of file, and files on disk that are whole or not there."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentkit.exceptions import ResourceNotFoundError, ServiceResponseError
from agentkit.local import LocalService

from .faces import Connect, Face, done, inside, next_piece, pieces
from .fixtures import Naps
from .servers import Answer, RawServer

CONTENT = bytes(range(256)) * 2000


@pytest.fixture
def content(raw: RawServer) -> RawServer:
    raw.answers = [Answer(body=CONTENT)]
    return raw


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


async def test_content_comes_in_pieces(service: LocalService, connect: Connect) -> None:
    client = connect(service)
    file = await done(client.agents.upload_file(file=("a.bin", CONTENT), purpose="assistants"))
    got = await pieces(await done(client.agents.get_file_content(file.id)))
    assert b"".join(got) == CONTENT
    assert len(got) > 1
    assert max(map(len, got)) <= 64 * 1024


async def test_a_missing_file_is_an_error_of_the_call(service: LocalService, connect: Connect) -> None:
    with pytest.raises(ResourceNotFoundError, match="assistant-none"):
        await done(connect(service).agents.get_file_content("assistant-none"))


async def test_leaving_early_closes_the_connection(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=b"x" * 20_000_000)]
    client = connect(raw)
    async with inside(await done(client.agents.get_file_content("f"))) as stream:
        assert await next_piece(stream)
    assert raw.hung_up.wait(5)


@pytest.mark.parametrize("face", ["sync"], indirect=True)
async def test_dropping_a_begun_download_closes_the_connection(face: Face, raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=b"x" * 20_000_000)]
    for _ in connect(raw).agents.get_file_content("f"):
        break
    assert raw.hung_up.wait(5)


async def test_save_file_returns_the_path_of_the_whole_file(content: RawServer, connect: Connect, tmp_path: Path) -> None:
    path = await done(connect(content).agents.save_file("f", "a b.bin", tmp_path / "new" / "folders"))
    assert path == tmp_path / "new" / "folders" / "a b.bin"
    assert path.read_bytes() == CONTENT
    assert _left(tmp_path) == ["a b.bin", "folders", "new"]


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("plain.png", "plain.png"),
        ("../../x.txt", "x.txt"),
        ("/etc/x.txt", "x.txt"),
        (r"C:\temp\x.txt", "x.txt"),
        ("a/b/", "b"),
        ("ünï 名.txt", "ünï 名.txt"),
        ("...", "..."),
        (".hidden", ".hidden"),
        ("名" * 80, "名" * 80),
    ],
)
async def test_only_the_last_component_of_the_name_counts(
    name: str, saved: str, content: RawServer, connect: Connect, tmp_path: Path
) -> None:
    inner = tmp_path / "inner"
    path = await done(connect(content).agents.save_file("f", name, str(inner)))
    assert path == inner / saved
    assert _left(tmp_path) == sorted(["inner", saved])


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a/..", "a\0b", None, 5])
async def test_what_is_no_file_name_is_refused(name: Any, content: RawServer, connect: Connect, tmp_path: Path) -> None:
    with pytest.raises((ValueError, TypeError), match="file_name"):
        await done(connect(content).agents.save_file("f", name, tmp_path))
    assert (content.seen, _left(tmp_path)) == ([], [])


@pytest.mark.parametrize("given", [None, "", "."])
async def test_the_current_folder_is_the_default(
    given: str | None, content: RawServer, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert await done(connect(content).agents.save_file("f", "x", target_dir=given)) == tmp_path / "x"


async def test_a_tilde_is_the_home_folder(
    content: RawServer, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    path = await done(connect(content).agents.save_file("f", "x", "~/downloads"))
    assert path == tmp_path / "downloads" / "x"


@pytest.mark.parametrize("inner", ["", "deeper", "deeper/still"])
async def test_a_file_in_place_of_the_folder_is_refused(
    inner: str, content: RawServer, connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"kept")
    with pytest.raises(FileExistsError, match="is a file, not a folder"):
        await done(connect(content).agents.save_file("f", "x", tmp_path / "file" / inner))
    assert (content.seen, (tmp_path / "file").read_bytes()) == ([], b"kept")


async def test_a_folder_in_place_of_the_file_is_refused(content: RawServer, connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(IsADirectoryError, match="there is a folder of that name"):
        await done(connect(content).agents.save_file("f", "x", tmp_path))
    assert not content.seen


@pytest.mark.parametrize("bad", ["", "a/b", None])
async def test_a_bad_id_is_refused(bad: Any, content: RawServer, connect: Connect, tmp_path: Path) -> None:
    with pytest.raises((ValueError, TypeError), match=r"save_file\(\): file_id"):
        await done(connect(content).agents.save_file(bad, "x", tmp_path))
    assert not content.seen


async def test_a_missing_file_leaves_nothing(service: LocalService, connect: Connect, tmp_path: Path) -> None:
    with pytest.raises(ResourceNotFoundError):
        await done(connect(service).agents.save_file("assistant-none", "x", tmp_path / "new"))
    assert _left(tmp_path) == []


async def test_a_download_that_breaks_off_leaves_what_was_there(
    raw: RawServer, connect: Connect, naps: Naps, tmp_path: Path
) -> None:
    raw.answers = [Answer(body=CONTENT, cut=True)]
    (tmp_path / "old.bin").write_bytes(b"old")
    client = connect(raw)
    for name in ("old.bin", "new.bin"):
        with pytest.raises(ServiceResponseError, match="broke off"):
            await done(client.agents.save_file("f", name, tmp_path))
    assert _left(tmp_path) == ["old.bin"]
    assert (tmp_path / "old.bin").read_bytes() == b"old"


async def test_a_disk_that_fails_leaves_nothing_and_no_connection(
    raw: RawServer, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw.answers = [Answer(body=b"x" * 20_000_000)]

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("agentkit._files.AtomicFile.write", full)
    with pytest.raises(OSError, match="No space left"):
        await done(connect(raw).agents.save_file("f", "x", tmp_path))
    assert _left(tmp_path) == []
    assert raw.hung_up.wait(5)


async def test_an_existing_file_is_replaced(content: RawServer, connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"longer than what comes" * 100_000)
    path = await done(connect(content).agents.save_file("f", "x", tmp_path))
    assert path.read_bytes() == CONTENT


async def test_an_empty_file_is_saved(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    raw.answers = [Answer(body=b"")]
    path = await done(connect(raw).agents.save_file("f", "x", tmp_path))
    assert path.read_bytes() == b""


@pytest.mark.skipif(os.name != "posix", reason="modes of files exist on POSIX alone")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
async def test_the_mode_follows_the_umask(mask: int, mode: int, content: RawServer, connect: Connect, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        path = await done(connect(content).agents.save_file("f", "x", tmp_path))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("name", ["cls", "stream"])
@pytest.mark.parametrize("call", ["save_file", "upload_file_and_poll", "create_and_process_run"])
async def test_helpers_refuse_what_belongs_to_one_answer(
    call: str, name: str, content: RawServer, connect: Connect, raws: Callable[..., RawServer]
) -> None:
    arguments: dict[str, dict[str, Any]] = {
        "save_file": {"file_id": "f", "file_name": "x"},
        "upload_file_and_poll": {"file": b"x", "purpose": "assistants"},
        "create_and_process_run": {"thread_id": "t", "agent_id": "a"},
    }
    with pytest.raises(TypeError, match=rf"{call}\(\) does not take {name}=: it makes several requests"):
        await done(getattr(connect(content).agents, call)(**arguments[call], **{name: print}))
    assert not content.seen
