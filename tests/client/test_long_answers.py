"""Answers that are longer than anything that is due: no more of them is read than a bounded number of bytes."""

from __future__ import annotations

import gzip
from importlib import import_module
from typing import Any

import pytest

import agentkit._http
from agentkit._core.kept_body import BEGINNING, KeptBody
from agentkit.exceptions import DecodeError, HttpResponseError, ResourceNotFoundError

from .faces import Connect, Face, done, pieces
from .fixtures import Naps
from .servers import AGENT, Answer, RawServer

MOST = 2 * BEGINNING
ID = {"x-ms-request-id": "req_1"}
LONG = b'{"id": "' + b"x" * 8 * MOST + b'"}'


@pytest.fixture(autouse=True)
def bound(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound that is soon reached."""
    monkeypatch.setattr(import_module(f"{face.package}._pipeline"), "MOST_BYTES", MOST)


def kept_of(error: HttpResponseError) -> bytes:
    """What an error has of the body of its answer."""
    response: Any = error.response
    return bytes(response.content)


class TestAnAnswer:
    @pytest.mark.parametrize("packed", [False, True], ids=["as it is", "packed"])
    async def test_that_is_too_long_is_an_error_that_says_so(self, packed: bool, raw: RawServer, connect: Connect) -> None:
        answer = (
            Answer(body=gzip.compress(LONG), headers={**ID, "Content-Encoding": "gzip"})
            if packed
            else Answer(body=LONG, headers=ID)
        )
        raw.answers = [answer, Answer(body=AGENT)]
        agents = connect(raw).agents
        with pytest.raises(DecodeError, match=r"is longer than anything that such a service gives .*req_1.*limit=") as caught:
            await done(agents.get_agent("asst_1"))
        assert (caught.value.status_code, caught.value.request_id) == (200, "req_1")
        assert len(kept_of(caught.value)) == BEGINNING
        assert len(str(caught.value)) < 1000
        assert (await done(agents.get_agent("asst_1"))).id == "asst_1"
        assert len(raw.seen) == 2

    @pytest.mark.parametrize("aiohttp", [True, False])
    async def test_that_is_too_long_is_not_read_to_its_end(
        self, aiohttp: bool, raw: RawServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(agentkit._http, "USE_AIOHTTP", aiohttp)
        raw.answers = [Answer(body=b"x" * 24 * BEGINNING)]
        with pytest.raises(DecodeError):
            await done(connect(raw).agents.get_agent("asst_1"))
        assert raw.hung_up.wait(10)

    async def test_that_is_just_short_enough_is_given(self, raw: RawServer, connect: Connect) -> None:
        bare = len(Answer(body={**AGENT, "description": ""}).content)
        raw.answers = [Answer(body={**AGENT, "description": "d" * (MOST - bare)})]
        agent = await done(connect(raw).agents.get_agent("asst_1"))
        assert len(agent.description) == MOST - bare

    async def test_that_is_read_piece_by_piece_has_no_bound(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [Answer(body=LONG)]
        read = await pieces(await done(connect(raw).agents.get_agent("asst_1", stream=True)))
        assert b"".join(read) == LONG

    async def test_of_a_secret_in_it_nothing_shows(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [Answer(body=b"k3y-of-the-tests " + LONG)]
        with pytest.raises(DecodeError) as caught:
            await done(connect(raw).agents.get_agent("asst_1"))
        assert b"k3y-of-the-tests" not in kept_of(caught.value)


class TestAnError:
    async def test_keeps_the_beginning(self, raw: RawServer, connect: Connect) -> None:
        raw.answers = [Answer(404, b"no such thing " + b"x" * 24 * BEGINNING, ID)]
        with pytest.raises(ResourceNotFoundError, match=r"no such thing x.*req_1") as caught:
            await done(connect(raw).agents.get_agent("asst_1"))
        assert len(kept_of(caught.value)) == BEGINNING
        assert raw.hung_up.wait(10)

    async def test_is_tried_again_as_any_other(self, raw: RawServer, connect: Connect, naps: Naps) -> None:
        raw.answers = [Answer(500, b"x" * 3 * BEGINNING), Answer(body=AGENT)]
        assert (await done(connect(raw).agents.get_agent("asst_1"))).id == "asst_1"

    async def test_without_an_end_ends(self, raw: RawServer, connect: Connect, naps: Naps) -> None:
        raw.answers = [Answer(500, b"x" * 3 * BEGINNING)]
        with pytest.raises(HttpResponseError, match="retry_status=3"):
            await done(connect(raw).agents.get_agent("asst_1"))
        assert len(raw.seen) == 4


class TestKeptBody:
    def body(self, most: int, *given: bytes) -> tuple[bytes, bool, int]:
        body = KeptBody(most)
        taken = 0
        for piece in given:
            taken += 1
            if not body.takes(piece):
                break
        return body.content(), body.is_whole, taken

    def test_up_to_the_bound_all_is_kept(self) -> None:
        assert self.body(4) == (b"", True, 0)
        assert self.body(4, b"ab", b"cd") == (b"abcd", True, 2)

    def test_beyond_it_the_beginning_is(self) -> None:
        assert self.body(3, b"ab", b"cd", b"ef") == (b"abcd", False, 2)
        content, is_whole, _ = self.body(3 * BEGINNING, *[b"x" * 70_000] * 100)
        assert (len(content), is_whole) == (BEGINNING, False)
