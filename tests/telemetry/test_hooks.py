"""Watching: what an observer is told, and that each end is told once."""

from __future__ import annotations

import gc
import threading
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider

from agentkit import _hooks


class Span:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def enter(self) -> str:
        self.told.append("enter")
        return "token"

    def leave(self, token: Any) -> None:
        self.told.append(("leave", token))

    def saw(self, value: Any) -> None:
        self.told.append(("saw", value))

    def end(self, error: BaseException | None) -> None:
        self.told.append(("end", error))


def test_a_block_is_entered_left_and_ended() -> None:
    span = Span()
    with _hooks.Watched(span) as watched:
        assert watched.saw(3) == 3
        assert not watched.has_ended
    assert watched.has_ended
    assert span.told == ["enter", ("saw", 3), ("leave", "token"), ("end", None)]


def test_an_error_that_leaves_a_block_is_told_and_goes_on() -> None:
    span, error = Span(), KeyError("k")
    with pytest.raises(KeyError), _hooks.Watched(span):
        raise error
    assert span.told[-1] == ("end", error)


def test_a_part_ends_nothing_unless_an_error_leaves_it() -> None:
    span = Span()
    watched = _hooks.Watched(span)
    with watched.part():
        pass
    assert span.told == ["enter", ("leave", "token")]
    with pytest.raises(GeneratorExit), watched.part():
        raise GeneratorExit
    watched.end()
    assert [told[0] for told in span.told].count("end") == 1


def test_of_many_who_end_it_one_does() -> None:
    span = Span()
    watched = _hooks.Watched(span)
    gate = threading.Barrier(8)

    def end(watched: _hooks.Watched) -> None:
        gate.wait()
        watched.end()

    threads = [threading.Thread(target=end, args=(watched,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    del watched, threads, thread
    gc.collect()
    assert span.told == [("end", None)]


def test_what_nobody_keeps_has_ended() -> None:
    span = Span()
    watched = _hooks.Watched(span)
    del watched
    gc.collect()
    assert span.told == [("end", None)]


def test_an_observer_may_not_care(provider: TracerProvider) -> None:
    class Indifferent:
        """Watches nothing."""

        def request(self, *facts: Any) -> None: ...

        run = helper = function = request

    assert _hooks.function(None) is _hooks.NOTHING
    _hooks.observe(Indifferent())
    assert _hooks.request(None, None, None) is _hooks.NOTHING  # type: ignore[arg-type]
    with _hooks.NOTHING as nothing, nothing.part():
        assert nothing.saw(1) == 1
    nothing.end()
    assert nothing.has_ended
