"""Every target with some made-up input, and with whatever once did harm; ``tests/fuzz/run.py`` gives them a thousand times as much."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.local.embeddings.reading import text_inputs
from agentkit.local.errors import ApiError

from .cases import CASES, Case
from .mutate import Mutator, depth_of
from .target import Target, drive, shown, tried
from .targets import TARGETS

SLOW = {"scripts to migrate": 40, "prompts with settings": 60}


@pytest.mark.parametrize("name", TARGETS)
def test_made_up_input_does_no_harm(name: str) -> None:
    result = drive(TARGETS[name], SLOW.get(name, 300), seed=1)
    assert not result.crashes, [(crash.kind, crash.error, shown(crash.given)) for crash in result.crashes.values()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.target}: {case.told}")
def test_what_once_did_harm_does_no_more(case: Case) -> None:
    TARGETS[case.target].check(case.given)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["thread.message.delta", "thread.run.completed", "thread.run.step.delta", "error"]), JSON)
    )
)
def test_events_of_any_shape_do_no_harm(events: list[tuple[str, object]]) -> None:
    TARGETS["accumulated runs"].check(events)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_the_mutator_leaves_its_samples_as_they_are_and_makes_the_same_of_a_seed(seed: int) -> None:
    sample = {"a": [1, {"b": "c"}], "d": {"e": None}}
    first, second = Mutator(Random(seed)), Mutator(Random(seed))
    for _ in range(5):
        assert repr(first.json(sample)) == repr(second.json(sample))
        assert first.bytes(b"a line\n", (b"x",)) == second.bytes(b"a line\n", (b"x",))
        assert first.text("a line\n", ("x",)) == second.text("a line\n", ("x",))
    assert sample == {"a": [1, {"b": "c"}], "d": {"e": None}}


def test_crashes_are_told_apart_by_class_and_place_and_the_shortest_input_is_kept() -> None:
    def check(given: int) -> None:
        if given > 2:
            raise ValueError(str(given))
        _ = [][given]

    target = Target("a parser", lambda mutator: mutator.random.randint(0, 10_000), check)
    result = drive(target, 500, seed=3)
    assert result.inputs == 500
    assert [kind.partition(" at ")[0] for kind in result.crashes] == ["ValueError"]
    assert len(str(next(iter(result.crashes.values())).given)) <= 3
    assert [crash.kind.split()[0] for crash in tried(target, [5, 1])] == ["ValueError", "IndexError"]


@pytest.mark.parametrize("sent", [[True, [], None], [None], [{}], [[True]]])
def test_inputs_of_embeddings_of_another_kind_are_refused(sent: list[object]) -> None:
    """What schemathesis found: the local service answered with a status of 500."""
    with pytest.raises(ApiError) as refused:
        text_inputs({"input": sent})
    assert refused.value.status == 400


def test_depth() -> None:
    assert [*map(depth_of, (1, [], {"a": [1]}, [[[]], {}]))] == [0, 1, 2, 3]
