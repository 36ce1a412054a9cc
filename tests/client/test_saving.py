"""Saving files without going over others, and all files of a message at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentkit import models
from agentkit._files import AtomicFile
from agentkit.exceptions import ResourceNotFoundError
from agentkit.local import LocalService
from agentkit.local.models.base import ModelTurn, ToolCall
from agentkit.local.models.scripted import ScriptedModel

from .faces import Connect, Face, done
from .servers import Answer, RawServer


def _image(file_id: Any) -> dict[str, Any]:
    return {"type": "image_file", "image_file": {"file_id": file_id}}


def _text(*made: tuple[str, Any]) -> dict[str, Any]:
    annotations = [{"type": "file_path", "text": marker, "file_path": {"file_id": file_id}} for marker, file_id in made]
    return {"type": "text", "text": {"value": " ".join(marker for marker, _ in made), "annotations": annotations}}


def _message(*content: Any) -> models.ThreadMessage:
    return models.ThreadMessage({"id": "msg_1", "object": "thread.message", "role": "assistant", "content": list(content)})


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- overwriting ----------------------------------------------------------------------------------------------------------


async def test_a_file_is_kept_where_it_is_not_to_be_replaced(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"old")
    raw.answers = [Answer(body=b"new")]
    agents = connect(raw).agents
    with pytest.raises(FileExistsError, match=r"save_file\(\) found '.*a\.txt' there already; .*overwrite=True"):
        await done(agents.save_file("f", "a.txt", tmp_path, overwrite=False))
    assert not raw.seen, "nothing is fetched"
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert (await done(agents.save_file("f", "b.txt", tmp_path, overwrite=False))).read_bytes() == b"new"
    assert (await done(agents.save_file("f", "a.txt", tmp_path))).read_bytes() == b"new"
    assert _names(tmp_path) == ["a.txt", "b.txt"]


async def test_a_file_that_comes_up_meanwhile_is_kept_too(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    raw.answers = [Answer(body=b"new" * 100_000)]

    def another(received: int, total: int) -> None:
        (tmp_path / "a.txt").write_bytes(b"of another")

    with pytest.raises(FileExistsError, match="there already"):
        await done(connect(raw).agents.save_file("f", "a.txt", tmp_path, overwrite=False, progress=another))
    assert _names(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_bytes() == b"of another"


def test_a_discarded_file_is_not_written_to_any_more(tmp_path: Path) -> None:
    """A thread that writes for a task that was cancelled comes too late."""
    for begun in (False, True):
        target = AtomicFile("a.txt", tmp_path)
        if begun:
            target.write(b"one")
        target.discard()
        target.discard()
        for late in (lambda: target.write(b"two"), target.commit):  # noqa: B023
            with pytest.raises(ValueError, match=r"a\.txt' is not being written any more"):
                late()
        assert _names(tmp_path) == []


@pytest.mark.parametrize("face", ["async"], indirect=True)
async def test_a_cancelled_download_leaves_nothing(face: Face, raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    raw.answers = [Answer(body=b"x" * 5_000_000)]
    begun = asyncio.Event()
    saving = asyncio.create_task(
        connect(raw).agents.save_file("f", "a.bin", tmp_path, progress=lambda received, total: begun.set())
    )
    await begun.wait()
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert _names(tmp_path) == []


# --- all files of a message -----------------------------------------------------------------------------------------------


def _by_id(raw: RawServer, **contents: bytes) -> None:
    """The raw server gives these files, in the order of their names."""
    raw.answers = [Answer(body=content) for content in contents.values()]


async def test_all_files_of_a_message_are_saved(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    _by_id(raw, image=b"PNG", table=b"a,b", notes=b"words")
    message = _message(
        _image("f-image"),
        _text(("sandbox:/mnt/data/table 1.csv", "f-table"), ("sandbox:/mnt/data/sub/notes.md", "f-notes")),
        _image("f-image"),
    )
    saved = await done(connect(raw).agents.save_message_files(message, tmp_path / "new"))
    assert [path.name for path in saved] == ["f-image_image_file.png", "table 1.csv", "notes.md"]
    assert [path.read_bytes() for path in saved] == [b"PNG", b"a,b", b"words"]
    assert {path.parent for path in saved} == {tmp_path / "new"}
    assert [seen.path.split("/")[-2] for seen in raw.seen] == ["f-image", "f-table", "f-notes"], "each is fetched once"


async def test_two_files_of_one_name_do_not_go_over_each_other(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    _by_id(raw, a=b"1", b=b"2", c=b"3", d=b"4", e=b"5")
    made = [("sandbox:/mnt/data/x/a.csv", "f1"), ("sandbox:/mnt/data/a.csv", "f2"), ("sandbox:/mnt/data/A.CSV", "f3")]
    message = _message(_text(*made, ("sandbox:/mnt/data/plain", "f4"), ("sandbox:/mnt/plain", "f5")))
    saved = await done(connect(raw).agents.save_message_files(message, tmp_path))
    assert [path.name for path in saved] == ["a.csv", "a-2.csv", "A-3.CSV", "plain", "plain-2"]
    assert [path.read_bytes() for path in saved] == [b"1", b"2", b"3", b"4", b"5"]


@pytest.mark.parametrize("marker", ["", "sandbox:/mnt/data/", "sandbox:/mnt/data/..", ".", "../.."])
async def test_a_marker_without_a_name_gives_the_id(marker: str, raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    raw.answers = [Answer(body=b"x")]
    (saved,) = await done(connect(raw).agents.save_message_files(_message(_text((marker, "f-1"))), tmp_path))
    assert saved == tmp_path / "f-1"


async def test_a_name_cannot_lead_out_of_the_folder(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    raw.answers = [Answer(body=b"x")]
    message = _message(_text(("sandbox:/mnt/data/..\\..\\evil.txt", "f-1")))
    (saved,) = await done(connect(raw).agents.save_message_files(message, tmp_path / "in"))
    assert saved == tmp_path / "in" / "evil.txt"


@pytest.mark.parametrize(
    "content",
    [
        [],
        [{"type": "text", "text": {"value": "x", "annotations": []}}],
        [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}],
        [_image(None), _image(5), {"type": "image_file", "image_file": "f"}, None, 5],
        [_text(("sandbox:/mnt/data/a", None)), _text(("sandbox:/mnt/data/a", ["f"]))],
        [
            {
                "type": "text",
                "text": {"value": "x", "annotations": [{"type": "file_citation", "file_citation": {"file_id": "f"}}]},
            }
        ],
        [{"type": "text", "text": "x"}, {"type": "text", "text": {"value": "x", "annotations": 5}}],
    ],
)
async def test_a_message_without_files_fetches_nothing(
    content: list[Any], raw: RawServer, connect: Connect, tmp_path: Path
) -> None:
    assert await done(connect(raw).agents.save_message_files(_message(*content), tmp_path)) == []
    assert not raw.seen


async def test_options_and_overwrite_hold_for_every_file(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    _by_id(raw, a=b"1", b=b"2")
    agents = connect(raw).agents
    message = _message(_image("f1"), _image("f2"))
    await done(agents.save_message_files(message, str(tmp_path), headers={"X-Mine": "1"}))
    assert [seen.headers["X-Mine"] for seen in raw.seen] == ["1", "1"]
    with pytest.raises(FileExistsError, match="f1_image_file"):
        await done(agents.save_message_files(message, tmp_path, overwrite=False))
    with pytest.raises(TypeError, match=r"save_message_files\(\).*targetdir"):
        await done(agents.save_message_files(_message(), targetdir=tmp_path))


async def test_a_failed_download_is_known_by_the_call(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    raw.answers = [Answer(404)]
    with pytest.raises(ResourceNotFoundError, match=r"^save_file failed on /files/f/content"):
        await done(connect(raw).agents.save_file("f", "a.txt", tmp_path))
    assert _names(tmp_path) == []


async def test_a_file_that_is_gone_is_an_error(raw: RawServer, connect: Connect, tmp_path: Path) -> None:
    raw.answers = [Answer(body=b"1"), Answer(404)]
    with pytest.raises(ResourceNotFoundError):
        await done(connect(raw).agents.save_message_files(_message(_image("f1"), _image("f2")), tmp_path))
    assert _names(tmp_path) == ["f1_image_file.png"]


async def test_what_the_code_interpreter_made_is_saved(
    serve: Callable[..., LocalService], connect: Connect, tmp_path: Path
) -> None:
    code = "open('/mnt/data/one.txt', 'w').write('1')\nopen('/mnt/data/zwei é.csv', 'w').write('2')"
    text = "Here: [one](sandbox:/mnt/data/one.txt), [two](sandbox:/mnt/data/zwei é.csv)"
    model = ScriptedModel([ModelTurn(tool_calls=[ToolCall(kind="code_interpreter", input=code)]), text])
    agents = connect(serve(model=model)).agents
    agent = await done(agents.create_agent(model="m", tools=models.CodeInterpreterTool().definitions))
    thread = await done(agents.create_thread(messages=[{"role": "user", "content": "go"}]))
    run = await done(agents.create_and_process_run(thread.id, agent_id=agent.id))
    assert run.status == "completed", run.last_error
    message = (await done(agents.list_messages(thread.id))).get_last_message_by_role("assistant")
    saved = await done(agents.save_message_files(message, tmp_path))
    assert {path.name: path.read_text() for path in saved} == {"one.txt": "1", "zwei é.csv": "2"}
    assert await done(agents.render_message(message, citations="markdown")) == "Here: [one](one.txt), [two](zwei%20é.csv)"
