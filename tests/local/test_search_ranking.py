"""Words of questions, and the ranking: tables of what goes in and what comes out, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.local.search.english import COMMON_WORDS, STOP_WORDS, SYNONYMS
from agentkit.local.search.ranking import (
    Concept,
    File,
    Passage,
    Postings,
    Ranked,
    inverse_frequency,
    rank,
    saturation,
    select,
)
from agentkit.local.search.words import indexed, query_pairs, query_words, word_weight


class TestWordsOfAQuestion:
    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("How do I cancel my subscription?", ["cancel", "subscription"]),
            ("Don't you've isn't", ["don", "t", "you", "ve", "isn", "t"]),
            ("what is it", ["what", "is", "it"]),
            ("A b c 7", ["7"]),
            ('"quoted" AND NOT (NEAR/3) col:umn* ^x -y', ["quoted", "near", "3", "col", "umn"]),
            ("max_size of callLater", ["max_size", "max", "size", "calllater", "call", "later"]),
            ("HTTPServer", ["httpserver", "http", "server"]),
            ("Ünïcode Straße", ["ünïcode", "straße"]),
            ("cafe\u0301", ["café"]),
            ("全文検索 X線", ["全文", "文検", "検索", "線"]),
            ("가격 목록", ["가격", "목록"]),
            ("🎉 🎂", []),
            ("", []),
            ("twice Twice TWICE", ["twice"]),
        ],
    )
    def test_are_those_that_tell_something(self, query: str, words: list[str]) -> None:
        assert list(dict.fromkeys(query_words(query))) == list(dict.fromkeys(words))

    def test_are_bounded(self) -> None:
        assert len(query_words(" ".join(f"word{n}" for n in range(5000)))) == 64
        assert len(query_pairs(" ".join(f"word{n}" for n in range(5000)))) == 64

    @given(st.text(max_size=200))
    def test_hold_nothing_that_a_query_language_could_mean(self, query: str) -> None:
        found = {character for word in query_words(query) for character in word if character.isascii()}
        assert all(character.isalnum() or character == "_" for character in found)

    @pytest.mark.parametrize(
        ("query", "pairs"),
        [
            ("the load of the balancer", [("load", "balancer")]),
            ("load load", []),
            ("a word", []),
            ("one two one two", [("one", "two"), ("two", "one")]),
        ],
    )
    def test_pairs_are_neighbours(self, query: str, pairs: list[tuple[str, str]]) -> None:
        assert query_pairs(query) == pairs

    def test_words_of_any_conversation_weigh_less(self) -> None:
        assert word_weight("usually") < word_weight("subscription") == 1


class TestIndexedText:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("plain words, no more.", "plain words, no more."),
            ("max_size", "max_size max size"),
            ("callLater()", "callLater call Later ()"),
            ("__init__", "__init__ init"),
            ("検索 ok", "検 索 検索 ok"),
            ("文", "文"),
            ("McDonald", "McDonald Mc Donald"),
        ],
    )
    def test_spells_out_what_hides_words(self, text: str, words: str) -> None:
        assert " ".join(indexed(text).split()) == words


class TestTables:
    def test_are_lower_case_and_apart(self) -> None:
        words = [*STOP_WORDS, *COMMON_WORDS, *(word for group in SYNONYMS for word in group)]
        assert all(word == word.lower() and word.isalnum() for word in words)
        assert not STOP_WORDS & COMMON_WORDS

    def test_groups_of_synonyms_are_no_repetitions(self) -> None:
        assert all(len(set(group)) == len(group) > 1 for group in SYNONYMS)
        assert len({frozenset(group) for group in SYNONYMS}) == len(SYNONYMS)


class TestFormulas:
    @pytest.mark.parametrize(
        ("total", "containing", "value"), [(10, 0, 3.0910), (10, 1, 1.9924), (10, 5, 0.6931), (10, 10, 0.0465), (1, 1, 0.2877)]
    )
    def test_a_rare_term_tells_more(self, total: int, containing: int, value: float) -> None:
        assert inverse_frequency(total, containing) == pytest.approx(value, abs=1e-4)

    @pytest.mark.parametrize(
        ("count", "length", "value"), [(0, 100, 0.0), (1, 100, 0.4545), (2, 100, 0.625), (10, 100, 0.8929), (1, 200, 0.3049)]
    )
    def test_each_occurrence_counts_less(self, count: int, length: int, value: float) -> None:
        assert saturation(count, length, 100) == pytest.approx(value, abs=1e-4)


def postings(
    passages: dict[int, int] | None = None, headings: list[int] | None = None, names: list[int] | None = None
) -> Postings:
    return Postings(passages or {}, dict.fromkeys(headings or [], 1), dict.fromkeys(names or [], 1))


def word(term: str, *synonyms: str, weight: float = 1.0) -> Concept:
    return Concept(((term, 1.0), *((synonym, 0.5) for synonym in synonyms)), weight)


# Three files of 100 words: the first in two passages, 1 and 2, the others in one each, 3 and 4.
PASSAGES = {1: Passage(1, 50), 2: Passage(1, 50), 3: Passage(2, 100), 4: Passage(3, 100)}
FILES = {key: File(100, 5) for key in (1, 2, 3)}
NOWHERE = postings()


class TestRanking:
    @pytest.mark.parametrize(
        ("concepts", "where", "order"),
        [
            pytest.param([word("a")], {"a": postings({3: 1, 4: 3})}, [4, 3], id="more often is better"),
            pytest.param(
                [word("a"), word("b")], {"a": postings({3: 2, 4: 1}), "b": postings({4: 1})}, [4, 3], id="both is better"
            ),
            pytest.param([word("a")], {"a": postings({2: 1, 3: 1})}, [2, 3], id="a short passage is better"),
            pytest.param(
                [word("a"), word("b")], {"a": postings({1: 1}), "b": postings({2: 1, 3: 1})}, [1, 2, 3], id="one file is better"
            ),
            pytest.param([word("a")], {"a": postings({3: 1, 4: 1}, headings=[3])}, [4, 3], id="a heading counts"),
            pytest.param([word("a")], {"a": postings({3: 1, 4: 1}, names=[3])}, [4, 3], id="a name counts"),
            pytest.param([word("a")], {"a": postings(names=[1])}, [1], id="a name alone shows the beginning"),
            pytest.param([word("a", "s")], {"a": postings({3: 1}), "s": postings({4: 1})}, [3, 4], id="a synonym counts less"),
            pytest.param(
                [word("a", "s"), word("b")],
                {"a": postings({3: 1}), "s": postings({3: 1}), "b": postings({4: 1})},
                [3, 4],
                id="a word and its synonym count once",
            ),
            pytest.param(
                [word("a", weight=0.4), word("b")], {"a": postings({3: 1}), "b": postings({4: 1})}, [4, 3], id="weights count"
            ),
            pytest.param([word("a")], {"a": postings({99: 5, 3: 1}, [99], [99])}, [3], id="other stores do not"),
            pytest.param([word("a")], {"a": NOWHERE}, [], id="nothing is found"),
            pytest.param([], {}, [], id="nothing is asked"),
        ],
    )
    def test_puts_the_better_passage_first(self, concepts: list[Concept], where: dict[str, Postings], order: list[int]) -> None:
        assert [one.passage for one in rank(concepts, where, PASSAGES, FILES)] == order

    def test_a_rare_synonym_tells_no_more_than_its_word(self) -> None:
        where = {"a": postings({1: 1, 2: 1, 3: 1}), "rare": postings({4: 1})}
        scores = {one.passage: one.score for one in rank([word("a", "rare")], where, PASSAGES, FILES)}
        assert scores[4] < scores[3]

    def test_no_files_no_passages(self) -> None:
        assert rank([word("a")], {"a": postings({1: 1})}, {}, {}) == []

    @given(
        st.dictionaries(
            st.sampled_from("abcdef"),
            st.builds(
                Postings,
                st.dictionaries(st.integers(1, 5), st.integers(1, 50)),
                st.dictionaries(st.integers(1, 4), st.integers(1, 5)),
                st.dictionaries(st.integers(1, 4), st.integers(1, 2)),
            ),
        )
    )
    def test_scores_are_above_0_and_up_to_1_in_order(self, where: dict[str, Postings]) -> None:
        ranked = rank([word(term) for term in where], where, PASSAGES, FILES)
        assert all(0 < one.score <= 1 for one in ranked)
        assert ranked == sorted(ranked, key=lambda one: -one.score)
        assert len({one.passage for one in ranked}) == len(ranked)


class TestSelection:
    RANKED = tuple(Ranked(number, file, 1 - number / 100) for number, file in enumerate([1, 1, 1, 1, 1, 2, 3]))

    @pytest.mark.parametrize(
        ("limit", "shown"), [(0, []), (2, [0, 1]), (5, [0, 1, 2, 5, 6]), (6, [0, 1, 2, 3, 5, 6]), (20, [0, 1, 2, 3, 4, 5, 6])]
    )
    def test_no_file_crowds_out_the_others(self, limit: int, shown: list[int]) -> None:
        assert [one.passage for one in select(self.RANKED, limit)] == shown
