"""Readers of text: what each kind of file is read as, in every encoding."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.local.search.errors import InvalidFile, UnsupportedFile
from agentkit.local.search.readers import extract
from agentkit.local.search.readers.decoding import decoded, is_binary
from agentkit.local.search.readers.extracted import Extracted
from agentkit.local.search.readers.markup import html_text
from agentkit.local.search.readers.plain import markdown_text, plain_text
from agentkit.local.search.readers.records import csv_text, json_text

Read = Callable[[str, "str | bytes"], Extracted]
UMLAUTS = "Größe: 5 €, naïve façade"


@pytest.fixture
def write(tmp_path: Path) -> Read:
    """Writes a file and reads its text."""

    def read(name: str, content: str | bytes) -> Extracted:
        path = tmp_path / "content"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return extract(path, name)

    return read


class TestEncodings:
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(UMLAUTS.encode(), id="utf-8"),
            pytest.param(codecs.BOM_UTF8 + UMLAUTS.encode(), id="utf-8 with a mark"),
            pytest.param(codecs.BOM_UTF16_LE + UMLAUTS.encode("utf-16-le"), id="utf-16 le"),
            pytest.param(codecs.BOM_UTF16_BE + UMLAUTS.encode("utf-16-be"), id="utf-16 be"),
            pytest.param(codecs.BOM_UTF32_LE + UMLAUTS.encode("utf-32-le"), id="utf-32 le"),
            pytest.param(UMLAUTS.encode("utf-16-le"), id="utf-16 le without a mark"),
            pytest.param(UMLAUTS.encode("utf-16-be"), id="utf-16 be without a mark"),
            pytest.param(UMLAUTS.encode("cp1252"), id="windows-1252"),
        ],
    )
    def test_are_told_apart(self, content: bytes) -> None:
        assert decoded(content) == UMLAUTS
        assert not is_binary(content)

    def test_latin_1_is_the_last_resort(self) -> None:
        assert decoded(b"caf\xe9 \x81") == "café \x81"

    @pytest.mark.parametrize("head", ["<meta charset='koi8-r'>", '<?xml version="1.0" encoding="koi8-r"?>'])
    def test_a_declaration_counts(self, head: str) -> None:
        assert decoded((head + "Привет").encode("koi8-r")) == head + "Привет"

    @pytest.mark.parametrize("name", ["no-such-set", "base64", "rot13"])
    def test_a_declaration_of_no_character_set_does_not(self, name: str) -> None:
        content = f"<meta charset={name}>é".encode("cp1252")
        assert decoded(content).endswith("é")

    @pytest.mark.parametrize("content", [b"\x7fELF\x02\x01\x01\x00\x00", b"\x89PNG\r\n\x1a\n\x00\x00", bytes(range(32)) * 9])
    def test_what_is_no_text_is_seen(self, content: bytes) -> None:
        assert is_binary(content)

    @given(st.binary(max_size=400))
    def test_no_bytes_raise(self, content: bytes) -> None:
        assert isinstance(decoded(content), str)
        assert is_binary(content) in (True, False)


class TestPlainText:
    def test_stays_as_it_is(self) -> None:
        code = "def f(x):\n    return x  # doubled\n"
        assert plain_text(code) == Extracted(code)

    @pytest.mark.parametrize(
        ("text", "headings"),
        [
            ("Title\n=====\n\nBody\n\nPart\n----\n", ("Title", "Part")),
            ("=====\nTitle\n=====\n", ("Title",)),
            ("a\n==\n", ()),
            ("-----\n-----\n", ()),
            ("Windows\r\n=======\r\n", ("Windows",)),
        ],
    )
    def test_underlined_lines_are_headings(self, text: str, headings: tuple[str, ...]) -> None:
        assert plain_text(text).headings == headings

    def test_a_hash_is_a_heading_in_markdown_only(self) -> None:
        assert markdown_text("# One #\ntext\n### Two\n").headings == ("One", "Two")
        assert plain_text("# One\n").headings == ()

    def test_a_comment_in_a_fence_is_none(self) -> None:
        assert markdown_text("# Real\n```sh\n# not one\n```\n~~~\n# nor this").headings == ("Real",)


class TestHtml:
    @pytest.mark.parametrize(
        ("page", "text"),
        [
            ("<p>One</p><p>Two</p>", "One\n\nTwo"),
            ("<p>a\n  b <b>c</b>d</p>", "a b cd"),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("<script>let x = '<p>'</script><style>p {}</style>Text", "Text"),
            ("&lt;tag&gt; &amp; caf&eacute; &#8364;", "<tag> & café €"),
            ("<ul><li>one<li>two</ul>", "one\ntwo"),
            ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
            ("<pre>a\n   b</pre> c", "a\n   b\n\nc"),
            ("a <b> b</b> <i>c</i>d", "a b cd"),
            ("<p>unclosed <b>tags", "unclosed tags"),
            ("<svg><title>icon</title></svg>Text", "Text"),
            ("<!-- no --><!doctype html>Text", "Text"),
            ("</p></pre></script>Text", "Text"),
        ],
    )
    def test_is_read_without_its_tags(self, page: str, text: str) -> None:
        assert html_text(page).text == text

    def test_title_and_headings_are_headings(self) -> None:
        page = "<title>Site</title><h1>The <em>big</em>\n one</h1><p>Text</p><h2></h2>"
        assert html_text(page).headings == ("Site", "The big one", "")

    @given(st.text(alphabet="<>/ap=\"'!-&;hr1script ", max_size=80))
    def test_no_page_raises(self, page: str) -> None:
        assert isinstance(html_text(page).text, str)


class TestCsv:
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    def test_each_row_names_its_values(self, separator: str) -> None:
        rows = [["Name", "Year", "Note"], ["Ada", "1815", "first"], ["Grace", "1906", ""]]
        text = "\r\n".join(separator.join(row) for row in rows)
        assert csv_text(text) == Extracted("Name: Ada; Year: 1815; Note: first\nName: Grace; Year: 1906", ("Name Year Note",))

    def test_quotes_hold_separators_and_lines(self) -> None:
        assert csv_text('a,b\n"1, 2","x\ny"\n').text == "a: 1, 2; b: x\ny"

    @pytest.mark.parametrize(
        ("text", "read"),
        [
            ("1,2\n3,4\n", "1; 2\n3; 4"),
            ("only,a header\n", "only; a header"),
            ("", ""),
            ("\n\n", ""),
            ("a,b\n1,2,3\n", "a: 1; b: 2; 3"),
        ],
    )
    def test_odd_tables_are_read_too(self, text: str, read: str) -> None:
        assert csv_text(text).text == read

    def test_a_cell_may_be_long(self) -> None:
        assert len(csv_text("a,b\n" + "x" * 300_000 + ",1\n").text) > 300_000


class TestJson:
    @pytest.mark.parametrize(
        ("value", "lines"),
        [
            ({"people": [{"name": "Ada"}, {"name": "Grace"}]}, ["people.0.name: Ada", "people.1.name: Grace"]),
            ({"a": None, "b": True, "c": 1.5, "d": [], "e": {}}, ["a: null", "b: true", "c: 1.5", "d: []", "e: {}"]),
            ("text", ["text"]),
            (3, ["3"]),
        ],
    )
    def test_each_value_names_its_place(self, value: object, lines: list[str]) -> None:
        assert json_text(json.dumps(value)).text.split("\n") == lines

    def test_one_document_a_line_is_a_list(self) -> None:
        assert json_text('{"a": 1}\n\n{"a": 2}\n').text == "0.a: 1\n1.a: 2"

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('{"a": ', "line 1 column 7"),
            ('{"a": 1}\n{"a"', "broken in line 2"),
            ("[" * 200_000, "nested too deeply"),
            ('{"a": ' + "9" * 5000 + "}", "integer"),
        ],
    )
    def test_broken_json_is_refused(self, text: str, said: str) -> None:
        with pytest.raises(ValueError, match=said):
            json_text(text)


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "content", "text"),
        [
            ("a.txt", "plain", "plain"),
            ("a.md", "# Head", "# Head"),
            ("a.HTML", "<p>page", "page"),
            ("a.json", '{"k": "v"}', "k: v"),
            ("a.jsonl", '{"k": 1}\n{"k": 2}', "0.k: 1\n1.k: 2"),
            ("a.csv", "k,l\nv,w", "k: v; l: w"),
            ("a.tsv", "k\tl\nv\tw", "k: v; l: w"),
            ("a.py", "x = 1", "x = 1"),
            ("Makefile", "all:\n\ttrue", "all:\n\ttrue"),
            ("a.rare", "words", "words"),
            ("a.txt", "one\r\ntwo\rthree", "one\ntwo\nthree"),
        ],
    )
    def test_are_read_by_their_names(self, write: Read, name: str, content: str, text: str) -> None:
        assert write(name, content).text == text

    def test_what_cannot_be_stored_is_replaced(self, write: Read) -> None:
        assert write("a.json", r'{"k": "\ud800 \u0000 ok"}').text == "k: \ufffd \ufffd ok"

    @pytest.mark.parametrize(
        ("name", "content", "error", "said"),
        [
            ("a.png", b"\x89PNG\r\n\x1a\n\x00\x00", UnsupportedFile, "'a.png' is not a kind of file"),
            ("a.txt", b"\x00\x01\x02\x03", UnsupportedFile, "'a.txt'"),
            ("a.zip", b"PK\x03\x04\x14\x00\x00", UnsupportedFile, "'a.zip'"),
            ("a.txt", b"", InvalidFile, "'a.txt' has no text"),
            ("a.html", b"<script>only</script>", InvalidFile, "no text"),
            ("a.json", b"{", InvalidFile, "'a.json' cannot be read: its JSON is broken"),
            ("a.pdf", b"plain", InvalidFile, "'a.pdf' is no PDF document"),
            ("a.docx", b"plain", InvalidFile, "'a.docx' is no DOCX document"),
        ],
    )
    def test_what_cannot_be_read_is_refused(
        self, write: Read, name: str, content: bytes, error: type[Exception], said: str
    ) -> None:
        with pytest.raises(error, match=said):
            write(name, content)

    def test_too_much_text_is_refused(self, write: Read, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("agentkit.local.search.readers.MOST_CHARACTERS", 10)
        with pytest.raises(InvalidFile, match="more than 10 characters"):
            write("a.txt", "x" * 11)

    def test_too_large_a_file_is_not_even_read(self, write: Read, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("agentkit.local.search.readers._MOST_TEXT_BYTES", 1000)
        with pytest.raises(InvalidFile, match=r"'a.json' has 1,001 bytes, at most 1,000"):
            write("a.json", "{" * 1001)
