"""The index: what is added is found, what is removed is not, whatever is asked and by however many at once."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from search_documents import pdf, report

from agentkit.local.search import Added, Hit, Index, InvalidFile, SearchUnavailable, UnsupportedFile
from agentkit.local.search import schema as index_schema

Put = Callable[..., Added]

FACTS = {
    "holidays.md": "# Holidays\n\nEvery employee has thirty days of leave a year. Unused days expire in March.",
    "expenses.txt": "Hotels are refunded up to 120 euros a night. Send the invoice to the accounts department.",
    "servers.html": "<h1>Servers</h1><p>The database is backed up nightly; a crashed machine is restored from the copy.</p>",
    "prices.csv": "Article,Price\nDesk lamp,39.90\nOffice chair,189.00\n",
    "limits.json": '{"limits": {"max_upload_size": "25 MB", "sessions": 10}}',
    "paint.py": "def mix_colours(first, second):\n    return blend(first, second)\n",
}


@pytest.fixture
def index() -> Iterator[Index]:
    with closing(Index(":memory:")) as index:
        yield index


@pytest.fixture
def put(index: Index, tmp_path: Path) -> Put:
    """Adds a file, by default to the store ``s`` and with its name as its id."""

    def add(name: str, content: str | bytes, *, store: str = "s", file_id: str | None = None, size: int = 0) -> Added:
        path = tmp_path / "content"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        static = {"type": "static", "static": {"max_chunk_size_tokens": size, "chunk_overlap_tokens": 0}}
        return index.add(store, file_id or name, name, path, static if size else {"type": "auto"})

    return add


@pytest.fixture
def facts(index: Index, put: Put) -> Index:
    for name, content in FACTS.items():
        put(name, content)
    return index


def names(hits: list[Hit]) -> list[str]:
    return [hit.file_name for hit in hits]


class TestSearching:
    @pytest.mark.parametrize(
        ("question", "name"),
        [
            ("How many days of leave do employees have?", "holidays.md"),
            ("When does unused leave expire?", "holidays.md"),
            ("holidays", "holidays.md"),
            ("Who gets my hotel bill?", "expenses.txt"),
            ("restoring a computer after a crash", "servers.html"),
            ("What does the lamp cost?", "prices.csv"),
            ("maximum upload size", "limits.json"),
            ("max_upload_size", "limits.json"),
            ("mixing colors", "paint.py"),
        ],
    )
    def test_finds_the_file_that_answers(self, facts: Index, question: str, name: str) -> None:
        assert names(facts.search(["s"], question))[0] == name

    def test_a_hit_says_where_it_stands(self, index: Index, put: Put) -> None:
        text = "\n\n".join(f"Paragraph {n} is about {'zebras' if n == 40 else 'horses'} and what they eat." for n in range(80))
        put("animals.txt", text, size=100)
        best = index.search(["s"], "zebras")[0]
        assert (best.store_id, best.file_id, best.file_name) == ("s", "animals.txt", "animals.txt")
        assert "zebras" in best.text
        assert best.text == text[best.start : best.end]
        assert best.start > 0

    def test_documents_are_found_too(self, index: Index, put: Put, tmp_path: Path) -> None:
        put("rules.pdf", pdf("The vault opens at noon.", title="House rules"))
        index.add("s", "policy", "policy.docx", report(tmp_path / "policy.docx"))
        assert names(index.search(["s"], "opening the vault")) == ["rules.pdf"]
        assert names(index.search(["s"], "paid taxis")) == ["policy.docx"]
        assert names(index.search(["s"], "in this house")) == ["rules.pdf"]

    def test_limit_and_threshold_bound_the_hits(self, index: Index, put: Put) -> None:
        put(
            "long.txt",
            "\n\n".join(f"The word zebra, {'zebra ' * (n % 7)} number {n}." + " filler" * 60 for n in range(60)),
            size=100,
        )
        every = index.search(["s"], "zebra", limit=100)
        assert len(every) > 30
        assert [hit.score for hit in every] == sorted((hit.score for hit in every), reverse=True)
        assert all(0 < hit.score <= 1 for hit in every)
        assert len(index.search(["s"], "zebra")) == 20
        assert index.search(["s"], "zebra", limit=3) == every[:3]
        middle = every[len(every) // 2].score
        assert all(hit.score >= middle for hit in index.search(["s"], "zebra", limit=100, score_threshold=middle))
        assert index.search(["s"], "zebra", score_threshold=1.0) == []

    def test_one_large_file_does_not_hide_the_others(self, index: Index, put: Put) -> None:
        put("large.txt", "The zebra. " * 2000, size=100)
        for n in range(3):
            put(f"small{n}.txt", "Once there was a zebra among many other animals of the steppe.")
        assert set(names(index.search(["s"], "zebra", limit=6))) == {"large.txt", "small0.txt", "small1.txt", "small2.txt"}

    def test_the_only_chunk_of_the_only_file_is_found(self, index: Index, put: Put) -> None:
        put("a.txt", "zebra")
        assert index.search(["s"], "zebra")[0].score > 0.2


class TestStores:
    def test_are_searched_apart_and_together(self, index: Index, put: Put) -> None:
        put("a.txt", "zebra in a", store="one")
        put("b.txt", "zebra in b", store="two")
        assert names(index.search(["one"], "zebra")) == ["a.txt"]
        assert sorted(names(index.search(["one", "two"], "zebra"))) == ["a.txt", "b.txt"]
        assert index.search(["three"], "zebra") == index.search([], "zebra") == []

    def test_others_do_not_change_the_score(self, index: Index, put: Put) -> None:
        put("a.txt", "zebra and horse", store="one")
        alone = index.search(["one"], "zebra horse")
        for n in range(5):
            put(f"{n}.txt", "zebra " * 10, store="two")
        assert index.search(["one"], "zebra horse") == alone

    def test_one_file_can_be_in_several(self, index: Index, put: Put) -> None:
        put("a.txt", "zebra", store="one")
        put("a.txt", "zebra", store="two")
        index.remove("one", "a.txt")
        assert index.search(["one"], "zebra") == []
        assert names(index.search(["two"], "zebra")) == ["a.txt"]

    def test_drop_takes_all_files_out_of_one(self, index: Index, put: Put) -> None:
        for n in range(3):
            put(f"{n}.txt", "zebra", store="one")
        put("a.txt", "zebra", store="two")
        index.drop("one")
        index.drop("never was")
        assert names(index.search(["one", "two"], "zebra")) == ["a.txt"]


class TestFiles:
    def test_adding_says_what_became_of_it(self, put: Put) -> None:
        assert put("a.txt", "Größe") == Added(1, 7)
        added = put("long.txt", "word " * 1000)
        assert added.chunks == 2
        # 800 tokens, and the last 600 with an overlap of 400.
        assert added.usage_bytes == 5 * (800 + 600) - 2

    def test_adding_again_replaces(self, index: Index, put: Put) -> None:
        put("a.txt", "zebra " * 900, file_id="f")
        put("b.txt", "horse", file_id="f")
        assert index.search(["s"], "zebra") == []
        assert names(index.search(["s"], "horse")) == ["b.txt"]

    def test_removing_leaves_nothing_behind(self, index: Index, put: Put, tmp_path: Path) -> None:
        with closing(sqlite3.connect(tmp_path / "i", check_same_thread=False, isolation_level=None)) as connection:
            own = Index(connection)
            path = tmp_path / "text"
            path.write_text("# Zebra_Head\n\n検索 callLater " * 300, encoding="utf-8")
            own.add("s", "f", "zebra_file.md", path)
            own.remove("s", "f")
            own.remove("s", "f")
            for table in ("search_files", "search_passages", "temp.search_passage_terms", "temp.search_title_terms"):
                assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
            for table in ("search_passage_words", "search_title_words"):
                connection.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")

    @pytest.mark.parametrize(
        ("name", "content", "error"),
        [
            ("a.png", b"\x89PNG\r\n\x1a\n\x00\x00", UnsupportedFile),
            ("a.pdf", b"%PDF-1.4 broken", InvalidFile),
            ("a.txt", b" ", InvalidFile),
        ],
    )
    def test_what_cannot_be_read_changes_nothing(
        self, index: Index, put: Put, name: str, content: bytes, error: type[Exception]
    ) -> None:
        put("kept.txt", "zebra", file_id="f")
        with pytest.raises(error, match=f"'{name}'"):
            put(name, content, file_id="f")
        assert names(index.search(["s"], "zebra")) == ["kept.txt"]

    def test_a_strategy_that_is_not_valid_is_refused(self, put: Put) -> None:
        with pytest.raises(ValueError, match="from 100 to 4096"):
            put("a.txt", "text", size=5)


class TestLanguages:
    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("Die Größe der Straße", "grosse OR größe"),
            ("Die Größe der Straße", "GROSSE Größe"),
            ("naïve façade", "naive facade"),
            ("naive facade", "naïve façade"),
            ("Привет, мир", "привет"),
            ("Ελληνικά κείμενα", "ΚΕΊΜΕΝΑ"),
            ("日本語の全文検索は便利です", "全文検索"),
            ("日本語の全文検索は便利です", "検索"),
            ("この本は高い", "本"),
            ("中文分词很难", "分词"),
            ("한국어 문서 검색", "검색"),
            ("ภาษาไทยค้นหา", "ค้นหา"),
            ("مرحبا بالعالم", "مرحبا"),
            ("e\u0301te\u0301", "été"),
        ],
    )
    def test_words_are_found_in_any(self, index: Index, put: Put, text: str, query: str) -> None:
        put("a.txt", text)
        assert names(index.search(["s"], query)) == ["a.txt"]

    @pytest.mark.parametrize("query", ["検便", "zebra", "分中"])
    def test_what_is_not_there_is_not_found(self, index: Index, put: Put, query: str) -> None:
        put("a.txt", "日本語の全文検索は便利です 中文分词很难")
        assert index.search(["s"], query) == []

    @pytest.mark.parametrize("query", ["connecting", "connection", "connected"])
    def test_english_endings_do_not_matter(self, index: Index, put: Put, query: str) -> None:
        put("a.txt", "They connect.")
        assert names(index.search(["s"], query)) == ["a.txt"]


class TestOddQueries:
    @pytest.mark.parametrize(
        "query",
        [
            "",
            " ",
            "🎉",
            '"',
            "'",
            '"unclosed',
            "zebra AND",
            "NOT zebra",
            "NEAR(zebra, 3)",
            "body : zebra",
            "zebra*",
            "^zebra",
            "(zebra",
            "-zebra +horse",
            "{zebra horse}: x",
            "zebra'; DROP TABLE search_files; --",
            "%_\\",
            "\x00zebra\x00",
            "\ud800 zebra",
            "what is it",
            "zebra " * 1700,
            " ".join(f"w{n}" for n in range(2000)),
        ],
    )
    def test_mean_nothing_but_their_words(self, facts: Index, put: Put, query: str) -> None:
        put("zebra.txt", "A zebra.")
        assert (names(facts.search(["s"], query))[:1] == ["zebra.txt"]) == ("zebra" in query)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
    @given(st.text(max_size=60))
    def test_never_raise(self, facts: Index, query: str) -> None:
        assert all(hit.text for hit in facts.search(["s"], query))


class TestStorage:
    def test_an_index_outlives_its_process(self, tmp_path: Path) -> None:
        text = tmp_path / "a.txt"
        text.write_text("zebra")
        for question, found in (("horse", []), ("zebra", ["a.txt"])):
            with closing(Index(tmp_path / "index")) as index:
                index.add("s", "f", "a.txt", text)
                assert names(index.search(["s"], question)) == found

    def test_a_connection_stays_open(self, tmp_path: Path) -> None:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            Index(connection).close()
            assert connection.execute("SELECT count(*) FROM search_files").fetchone() == (0,)

    def test_a_failed_addition_is_undone(self, index: Index, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
        put("a.txt", "zebra", file_id="f")
        monkeypatch.setattr("agentkit.local.search.index._titles", lambda *_: (object(), ""))
        with pytest.raises(sqlite3.Error):
            put("b.txt", "horse", file_id="g")
        monkeypatch.undo()
        assert names(index.search(["s"], "zebra horse")) == ["a.txt"]

    def test_an_index_of_another_version_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        Index(tmp_path / "index").close()
        monkeypatch.setattr(index_schema, "_FORMAT", 99)
        with pytest.raises(SearchUnavailable, match="has format 1, this version of agentkit reads 99"):
            Index(tmp_path / "index")

    def test_sqlite_without_full_text_search_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(index_schema, "_has_full_text_search", lambda _connection: False)
        with pytest.raises(SearchUnavailable, match="needs SQLite with the FTS5 extension"):
            Index(":memory:")


class TestManyAtOnce:
    def test_ten_thousand_chunks_are_searched(self, index: Index, put: Put) -> None:
        paragraph = "Records of the archive, volume {0}, mention grain, cattle, rents and the weather of the season. " * 5
        for file in range(10):
            added = put(f"volume{file}.txt", "\n\n".join(paragraph.format(file * 1000 + n) for n in range(1000)), size=140)
            assert added.chunks >= 1000
        put("needle.txt", "The comet was seen over the harvest, and grain was dear.")
        assert names(index.search(["s"], "Which records of the archive mention a comet over the harvest?"))[0] == "needle.txt"
        assert "volume 4321," in index.search(["s"], "volume 4321")[0].text

    def test_two_threads_add_while_one_searches(self, tmp_path: Path) -> None:
        text = tmp_path / "text"
        text.write_text("A zebra and a horse.\n\n" * 200)
        failures: list[Exception] = []
        added = threading.Event()

        def guarded(work: Callable[[], None]) -> threading.Thread:
            def run() -> None:
                try:
                    work()
                except Exception as error:  # noqa: BLE001 - whatever fails in a thread, the test is to show it
                    failures.append(error)

            return threading.Thread(target=run)

        with closing(Index(tmp_path / "index")) as index:

            def adding(store: str) -> None:
                for n in range(20):
                    index.add(store, str(n), f"{n}.txt", text)
                    if n % 3 == 0:
                        index.remove(store, str(n))

            def searching() -> None:
                while not added.is_set():
                    assert all("zebra" in hit.text for hit in index.search(["one", "two"], "zebra"))

            writers = [guarded(lambda: adding("one")), guarded(lambda: adding("two"))]
            reader = guarded(searching)
            for thread in (*writers, reader):
                thread.start()
            for thread in writers:
                thread.join()
            added.set()
            reader.join()
            assert failures == []
            assert {hit.file_id for hit in index.search(["one"], "zebra", limit=100)} == {str(n) for n in range(20) if n % 3}
