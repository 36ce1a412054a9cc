"""Progress of uploads and downloads: what is told, when, and to whom."""

from __future__ import annotations

import asyncio
import io
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from agentkit.exceptions import HttpResponseError
from agentkit.models import ThreadMessage

from .faces import Connect, Face, done, pieces
from .fixtures import Naps
from .servers import AGENT, Answer, RawServer

STORED = Answer(body={"id": "f", "object": "file", "bytes": 1, "filename": "n", "purpose": "assistants", "status": "processed"})
SIZE = 1_000_000
CHUNK = 256 * 1024


class Told(list[tuple[int, int]]):
    """What a progress was told."""

    def __call__(self, sent: int, total: int) -> None:
        self.append((sent, total))


class Pipe(io.RawIOBase):
    """A stream that can be read once and does not know its length."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._content.read(size)


def _sources(tmp_path: Path) -> dict[str, dict[str, Any]]:
    path = tmp_path / "a.bin"
    path.write_bytes(os.urandom(SIZE))
    return {
        "path": {"file_path": path},
        "bytes": {"file": ("a.bin", path.read_bytes())},
        "stream": {"file": ("a.bin", io.BytesIO(path.read_bytes()))},
    }


@pytest.mark.parametrize("source", ["path", "bytes", "stream"])
async def test_an_upload_tells_the_bytes_of_the_file_as_they_are_sent(
    source: str, raw: RawServer, connect: Connect, tmp_path: Path
) -> None:
    raw.answers = [STORED]
    told = Told()
    await done(connect(raw).agents.upload_file(**_sources(tmp_path)[source], purpose="assistants", progress=told))
    assert told == [(CHUNK, SIZE), (2 * CHUNK, SIZE), (3 * CHUNK, SIZE), (SIZE, SIZE)], "what frames the file does not count"


async def test_the_rest_of_a_file_counts_as_all_of_it(raw: RawServer, connect: Connect) -> None:
    raw.answers = [STORED]
    stream, told = io.BytesIO(b"0123456789"), Told()
    stream.seek(4)
    await done(connect(raw).agents.upload_file(file=("a", stream), purpose="assistants", progress=told))
    assert told == [(6, 6)]


async def test_a_stream_of_unknown_length_tells_its_length_at_the_end(raw: RawServer, connect: Connect) -> None:
    raw.answers = [STORED]
    for stream in (Pipe(b"x" * 300_000), io.StringIO("é" * 150_000)):
        told = Told()
        await done(connect(raw).agents.upload_file(file=("a", stream), purpose="assistants", progress=told))
        assert {total for _, total in told[:-1]} == {0}, "0 stands for not known yet"
        assert told[-1] == (300_000, 300_000)
        assert [sent for sent, _ in told] == sorted(sent for sent, _ in told)


async def test_an_upload_that_is_sent_again_is_told_again(raw: RawServer, connect: Connect, naps: Naps) -> None:
    raw.answers = [Answer(503), STORED]
    told = Told()
    await done(connect(raw).agents.upload_file(file=b"x" * (CHUNK + 1), purpose="assistants", progress=told))
    assert told == [(CHUNK, CHUNK + 1), (CHUNK + 1, CHUNK + 1)] * 2


async def test_an_upload_that_is_waited_for_tells_its_progress_too(raw: RawServer, connect: Connect) -> None:
    raw.answers = [STORED]
    told = Told()
    await done(connect(raw).agents.upload_file_and_poll(file=b"abc", purpose="assistants", progress=told))
    await done(connect(raw).agents.upload_file_and_poll({"file": b"abcd", "purpose": "assistants"}, progress=told))
    assert told == [(3, 3), (4, 4)]


@pytest.mark.parametrize("length", [True, False])
async def test_a_download_tells_the_bytes_as_they_come(length: bool, raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    content = os.urandom(SIZE)
    raw.answers = [Answer(body=content, headers={} if length else {"Content-Encoding": "identity"})]
    told = Told()
    saved = await done(connect(raw).agents.save_file("f", "a.bin", tmp_path, progress=told))
    assert saved.read_bytes() == content
    received = [count for count, _ in told]
    assert received == sorted(received)
    assert told[-1] == (SIZE, SIZE)
    assert {total for _, total in told[:-1]} == {SIZE if length else 0}
    assert len(told) > 10


async def test_an_empty_download_tells_nothing(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    raw.answers = [Answer(body=b"")]
    told = Told()
    saved = await done(connect(raw).agents.save_file("f", "a.bin", tmp_path, progress=told))
    assert (saved.read_bytes(), told) == (b"", [])


async def test_where_there_is_no_terminal_true_shows_nothing(
    raw: RawServer, connect: Connect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agents = connect(raw).agents
    raw.answers = [STORED]
    await done(agents.upload_file(file=("my.bin", b"x" * SIZE), purpose="assistants", progress=True))
    raw.answers = [Answer(body=b"y" * 2_000_000)]
    await done(agents.save_file("f", "sub/got.bin", tmp_path, progress=True))
    assert capsys.readouterr() == ("", "")


async def test_a_content_that_is_read_tells_the_bytes_as_they_come(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(body=os.urandom(SIZE))]
    told = Told()
    content = await done(connect(raw).agents.get_file_content("f", progress=told))
    received = [len(piece) for piece in await pieces(content)]
    assert [count for count, _ in told] == [sum(received[: number + 1]) for number in range(len(received))]
    assert told[-1] == (SIZE, SIZE)


async def test_the_files_of_a_message_tell_one_after_the_other(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    raw.answers = [Answer(body=b"abc")]
    images = [{"type": "image_file", "image_file": {"file_id": file_id}} for file_id in ("f1", "f2")]
    message = ThreadMessage({"id": "m", "content": images})
    told = Told()
    saved = await done(connect(raw).agents.save_message_files(message, tmp_path, progress=told))
    assert len(saved) == 2
    assert told == [(3, 3), (3, 3)]


@pytest.mark.parametrize("progress", [None, False])
async def test_without_it_nothing_is_shown(
    progress: Any, raw: RawServer, connect: Connect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw.answers = [STORED]
    await done(connect(raw).agents.upload_file(file=b"x", purpose="assistants", progress=progress))
    await done(connect(raw).agents.save_file("f", "a", tmp_path, progress=progress))
    assert capsys.readouterr() == ("", "")


async def _awaited(sent: int, total: int) -> None:
    """A progress that would have to be awaited."""


@pytest.mark.parametrize("progress", [1, "yes", [], _awaited], ids=["a number", "a text", "a list", "a coroutine function"])
async def test_another_kind_is_refused_before_anything_is_sent(
    progress: Any, raw: RawServer, connect: Connect, tmp_path: Path
) -> None:
    agents = connect(raw).agents
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    for source in ({"file": b"x"}, {"file_path": path}):
        with pytest.raises(TypeError, match=r"upload_file\(\) takes progress= as"):
            await done(agents.upload_file(**source, purpose="assistants", progress=progress))
    with pytest.raises(TypeError, match=r"save_file\(\) takes progress= as"):
        await done(agents.save_file("f", "b.txt", tmp_path, progress=progress))
    assert not raw.seen
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


class Stop(Exception):
    """Raised by a progress."""


def _stop(sent: int, total: int) -> None:
    raise Stop


async def test_what_a_progress_raises_comes_out_and_nothing_is_left(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    agents = connect(raw).agents
    raw.answers = [Answer(body=b"x" * SIZE)]
    with pytest.raises(Stop):
        await done(agents.save_file("f", "a.bin", tmp_path, progress=_stop))
    assert list(tmp_path.iterdir()) == []
    raw.answers = [STORED]
    with pytest.raises(Stop):
        await done(agents.upload_file(file=b"x" * SIZE, purpose="assistants", progress=_stop))
    raw.answers = [Answer(body=AGENT)]
    assert (await done(agents.get_agent("asst_1"))).id == "asst_1", "the client goes on"


async def test_a_refused_download_tells_nothing(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    raw.answers = [Answer(404)]
    told = Told()
    with pytest.raises(HttpResponseError):
        await done(connect(raw).agents.save_file("f", "a.bin", tmp_path, progress=told))
    assert told == []


async def test_it_is_told_in_the_thread_of_the_caller(face: Face, raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    agents = connect(raw).agents
    threads: set[threading.Thread] = set()
    loops: set[Any] = set()

    def note(sent: int, total: int) -> None:
        threads.add(threading.current_thread())
        if face.waits:
            loops.add(asyncio.get_running_loop())

    raw.answers = [STORED, Answer(body=b"x" * SIZE)]
    await done(agents.upload_file(file=b"x" * SIZE, purpose="assistants", progress=note))
    await done(agents.save_file("f", "a.bin", tmp_path, progress=note))
    assert threads == {threading.current_thread()}
    assert loops == ({asyncio.get_running_loop()} if face.waits else set())
