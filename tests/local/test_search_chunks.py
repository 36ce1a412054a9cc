"""Chunks: nothing of a text is lost, none is too large, and the cuts fall where a reader would make them."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.local.search.chunks import AUTO, Chunk, Chunking, chunks, count_tokens

SIZES = st.integers(100, 400).flatmap(lambda size: st.builds(Chunking, st.just(size), st.integers(0, size // 2)))
PIECES = st.sampled_from(["word", "Ünïcode", "end.", "Really?", "\n", "\n\n", " ", "漢字", "x" * 90, "，", "\t", "a-b"])
TEXTS = st.lists(PIECES, min_size=200, max_size=900).map(" ".join)


class TestEveryText:
    @given(TEXTS, SIZES)
    def test_is_covered_but_for_blanks(self, text: str, chunking: Chunking) -> None:
        beyond = 0
        for chunk in chunks(text, chunking):
            assert not text[beyond : chunk.start].strip()
            beyond = chunk.end
        assert not text[beyond:].strip()

    @given(TEXTS, SIZES)
    def test_is_cut_into_pieces_of_bounded_size(self, text: str, chunking: Chunking) -> None:
        pieces = [count_tokens(text[chunk.start : chunk.end]) for chunk in chunks(text, chunking)]
        assert max(pieces) <= chunking.size
        # All but the last are at least three quarters full.
        assert all(piece > chunking.size * 3 // 4 - 1 for piece in pieces[:-1])

    @given(TEXTS, SIZES)
    def test_overlaps_as_much_as_asked_for(self, text: str, chunking: Chunking) -> None:
        cut = chunks(text, chunking)
        for chunk, following in pairwise(cut):
            shared = count_tokens(text[following.start : chunk.end])
            assert chunking.overlap - chunking.overlap // 4 <= shared <= chunking.overlap
            assert chunk.start < following.start
            assert chunk.end < following.end

    @given(st.text(max_size=3000))
    def test_can_be_anything(self, text: str) -> None:
        assert all(text[chunk.start : chunk.end].strip() for chunk in chunks(text, Chunking(100, 50)))


class TestBorders:
    @pytest.mark.parametrize(
        ("border", "ending"),
        [
            pytest.param("\n\n", "\n\n", id="paragraphs come first"),
            pytest.param("\n", "\n", id="then lines"),
            pytest.param(". ", ". ", id="then sentences"),
            pytest.param(" ", " ", id="then words"),
        ],
    )
    def test_the_best_within_reach_is_taken(self, border: str, ending: str) -> None:
        # The better border stands ten tokens before the room is used up.
        before, after = " ".join(["word"] * 90), " ".join(["more"] * 60)
        first, *_ = chunks(before + border + after, Chunking(100, 0))
        expected = len(before) + len(border.rstrip()) if border != " " else len(" ".join(["word"] * 90 + ["more"] * 10))
        assert first == Chunk(0, expected)

    def test_a_better_border_out_of_reach_is_not_taken(self) -> None:
        text = " ".join(["word"] * 50) + "\n\n" + " ".join(["more"] * 100)
        first, *_ = chunks(text, Chunking(100, 0))
        assert count_tokens(text[: first.end]) == 100

    def test_a_quotation_mark_may_follow_the_full_stop(self) -> None:
        text = " ".join(["word"] * 80) + ' end." ' + " ".join(["more"] * 100)
        first, *_ = chunks(text, Chunking(100, 0))
        assert text[first.start : first.end].endswith('end."')

    def test_an_overlap_begins_with_a_sentence(self) -> None:
        text = " ".join(f"This is sentence number {n}." for n in range(200))
        for chunk in chunks(text, Chunking(100, 50)):
            assert re.match(r"This is", text[chunk.start : chunk.end])

    def test_a_word_without_end_is_cut(self) -> None:
        cut = chunks("x" * 2000, Chunking(100, 0))
        assert [chunk.end - chunk.start for chunk in cut] == [400] * 5

    @pytest.mark.parametrize("text", ["", " \n\t "])
    def test_blanks_have_no_chunks(self, text: str) -> None:
        assert chunks(text) == []

    def test_a_short_text_is_one_chunk(self) -> None:
        assert chunks("\n A short text. \n") == [Chunk(2, 15)]


class TestTokens:
    @pytest.mark.parametrize(
        ("text", "tokens"),
        [
            ("", 0),
            ("word", 1),
            ("words", 2),
            ("two words", 3),
            ("漢字", 2),
            ("漢字word", 3),
            ("カナ と", 3),
            ("한글", 2),
            ("a b c", 3),
        ],
    )
    def test_are_four_characters_or_one_of_a_script_without_blanks(self, text: str, tokens: int) -> None:
        assert count_tokens(text) == tokens


class TestStrategies:
    def test_none_and_auto_are_800_and_400(self) -> None:
        assert Chunking.of(None) == Chunking.of({"type": "auto"}) == AUTO == Chunking(800, 400)

    def test_static_gives_its_numbers(self) -> None:
        strategy = {"type": "static", "static": {"max_chunk_size_tokens": 4096, "chunk_overlap_tokens": 2048}}
        assert Chunking.of(strategy) == Chunking(4096, 2048)

    @pytest.mark.parametrize(
        ("static", "said"),
        [
            ({"max_chunk_size_tokens": 99, "chunk_overlap_tokens": 0}, "from 100 to 4096"),
            ({"max_chunk_size_tokens": 4097, "chunk_overlap_tokens": 0}, "from 100 to 4096"),
            ({"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 51}, "half of max_chunk_size_tokens"),
            ({"max_chunk_size_tokens": 100, "chunk_overlap_tokens": -1}, "half of max_chunk_size_tokens"),
            ({"max_chunk_size_tokens": 100}, "chunk_overlap_tokens"),
            (None, "max_chunk_size_tokens"),
        ],
    )
    def test_numbers_out_of_range_are_refused(self, static: dict[str, int] | None, said: str) -> None:
        with pytest.raises(ValueError, match=said):
            Chunking.of({"type": "static", "static": static})

    def test_another_type_is_refused(self) -> None:
        with pytest.raises(ValueError, match="'semantic' is not known"):
            Chunking.of({"type": "semantic"})
