"""Citations: markers of a text turned into what a person can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agentkit._citations import render_text
from agentkit.exceptions import HttpResponseError
from agentkit.local import LocalService
from agentkit.models import ThreadMessage
from client.faces import Connect, done
from client.fixtures import *  # noqa: F403
from client.servers import Answer, RawServer

NAMES = {"f1": "one.md", "f2": "two.pdf", "f3": "chart 1.png"}


def cited(marker: Any, start: Any = None, file_id: str = "f1", quote: str | None = "a quote") -> dict[str, Any]:
    citation = {"file_id": file_id} | ({} if quote is None else {"quote": quote})
    return {"type": "file_citation", "text": marker, "file_citation": citation} | _range(marker, start)


def made(marker: Any, start: Any = None, file_id: str = "f3") -> dict[str, Any]:
    return {"type": "file_path", "text": marker, "file_path": {"file_id": file_id}} | _range(marker, start)


def linked(marker: str, start: Any = None, title: str | None = "A page") -> dict[str, Any]:
    target = {"url": "https://example.org/a b", **({} if title is None else {"title": title})}
    return {"type": "url_citation", "text": marker, "url_citation": target} | _range(marker, start)


def _range(marker: Any, start: Any) -> dict[str, Any]:
    return {"start_index": start, "end_index": start + len(marker)} if isinstance(start, int) else {}


def text(value: Any, *annotations: Any) -> dict[str, Any]:
    return {"type": "text", "text": {"value": value, "annotations": list(annotations)}}


def message(*content: Any) -> ThreadMessage:
    return ThreadMessage({"id": "msg_1", "object": "thread.message", "role": "assistant", "content": list(content)})


def by_replacement(read: ThreadMessage, names: Mapping[str, str]) -> str:
    """What scripts for these services do by hand: each marker replaced wherever it stands, the files listed at the end."""
    part: Any = read.content[0]
    value, notes = part.text.value, []
    for number, annotation in enumerate(part.text.annotations):
        value = value.replace(annotation.text, f" [{number}]")
        if (citation := getattr(annotation, "file_citation", None)) is not None:
            notes.append(f"[{number}] {citation.quote} from {names[citation.file_id]}")
        elif (path := getattr(annotation, "file_path", None)) is not None:
            notes.append(f"[{number}] Click <here> to download {names[path.file_id]}")
    return str(value) + "\n" + "\n".join(notes)


M1, M2, PATH = "【4:0†source】", "【4:1†two.pdf】", "sandbox:/mnt/data/chart 1.png"

PLAIN: dict[str, dict[str, Any]] = {
    "one": text(f"It is so{M1}.", cited(M1, 8)),
    "two files": text(f"A{M1} and b{M2}", cited(M1, 1), cited(M2, 18, "f2", "another\nquote")),
    "side by side": text(f"{M1}{M2}", cited(M1, 0), cited(M2, 12, "f2")),
    "in another order": text(f"A{M1} and b{M2}", cited(M2, 18, "f2"), cited(M1, 1)),
    "a made file": text(f"See [the chart]({PATH}).", made(PATH, 16)),
    "both kinds": text(f"So{M1}: {PATH}", cited(M1, 2), made(PATH, 16)),
    "wrong indices": text(f"A{M1} and b{M2}", cited(M1, 999), cited(M2, -5, "f2")),
    "indices of another marker": text(f"A{M1} and b{M2}", cited(M1, 18), cited(M2, 1, "f2")),
    "no indices": text(f"A{M1} and b{M2}", cited(M1), cited(M2, None, "f2")),
    "astral characters, by code points": text(f"😀😀 so{M1}", cited(M1, 5)),
    "astral characters, by UTF-16 units": text(f"😀😀 so{M1}", cited(M1, 7)),
    "a marker that is not there": text("Nothing is marked.", cited(M1, 3)),
    "an unknown kind": text(f"So{M1}.", {"type": "of_tomorrow", "text": M1, "start_index": 2, "end_index": 14}),
    "special characters": text("a(b)*[c]\\d", cited("(b)*[c]\\", 1)),
}


@pytest.mark.parametrize("name", PLAIN)
def test_footnotes_are_what_scripts_make_by_hand(name: str) -> None:
    read = message(PLAIN[name])
    assert read.render(files=NAMES) == read.render("footnotes", NAMES) == by_replacement(read, NAMES)


REPEATED = f"A{M1} b{M1} c{M1}"
TABLE: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "a marker twice with two annotations": (
        text(f"A{M1} b{M1}", cited(M1, 1, "f1", "first"), cited(M1, 15, "f2", "second")),
        "A [0] b [1]\n[0] first from one.md\n[1] second from two.pdf",
        "A[^0] b[^1]\n\n[^0]: first from one.md\n[^1]: second from two.pdf",
        "A b",
    ),
    "a marker twice with two annotations and no indices": (
        text(f"A{M1} b{M1}", cited(M1, None, "f1", "first"), cited(M1, None, "f2", "second")),
        "A [0] b [1]\n[0] first from one.md\n[1] second from two.pdf",
        "A[^0] b[^1]\n\n[^0]: first from one.md\n[^1]: second from two.pdf",
        "A b",
    ),
    "a marker twice with one annotation": (
        text(f"A{M1} b{M1}", cited(M1, 15, quote="q")),
        "A [0] b [0]\n[0] q from one.md",
        "A[^0] b[^0]\n\n[^0]: q from one.md",
        "A b",
    ),
    "a marker three times with two annotations": (
        text(REPEATED, cited(M1, 15, quote="b"), cited(M1, 29, "f2", "c")),
        "A [0] b [0] c [1]\n[0] b from one.md\n[1] c from two.pdf",
        "A[^0] b[^0] c[^1]\n\n[^0]: b from one.md\n[^1]: c from two.pdf",
        "A b c",
    ),
    "identical ranges": (
        text(f"A{M1}.", cited(M1, 1, quote="q"), cited(M1, 1, "f2", "r")),
        "A [0] [1].\n[0] q from one.md\n[1] r from two.pdf",
        "A[^0][^1].\n\n[^0]: q from one.md\n[^1]: r from two.pdf",
        "A.",
    ),
    "overlapping ranges": (
        text("0123456789", cited("2345", 2, quote="q"), cited("456", 4, "f2", "r")),
        "01 [0] [1]789\n[0] q from one.md\n[1] r from two.pdf",
        "01[^0][^1]789\n\n[^0]: q from one.md\n[^1]: r from two.pdf",
        "01789",
    ),
    "one range inside another": (
        text("0123456789", cited("34", 3, quote="q"), cited("12345", 1, "f2", "r")),
        "0 [1] [0]6789\n[0] q from one.md\n[1] r from two.pdf",
        "0[^1][^0]6789\n\n[^0]: q from one.md\n[^1]: r from two.pdf",
        "06789",
    ),
    "no quote": (
        text(f"A{M1} b{M2}", cited(M1, 1, quote=None), cited(M2, 15, "f2", "")),
        "A [0] b [1]\n[0] one.md\n[1] two.pdf",
        "A[^0] b[^1]\n\n[^0]: one.md\n[^1]: two.pdf",
        "A b",
    ),
    "a quote of several lines": (
        text(f"A{M1}", cited(M1, 1, quote="one\n\n two")),
        "A [0]\n[0] one\n\n two from one.md",
        "A[^0]\n\n[^0]: one two from one.md",
        "A",
    ),
    "a file without a name": (
        text(f"A{M1} [b](sandbox:/mnt/data/x.csv)", cited(M1, 1, "f9", "q"), made("sandbox:/mnt/data/x.csv", None, "f8")),
        "A [0] [b]( [1])\n[0] q from f9\n[1] Click <here> to download x.csv",
        "A[^0] [b](x.csv)\n\n[^0]: q from f9",
        "A b",
    ),
    "links to made files": (
        text(f"[A]({PATH}), ![b [c]]({PATH}) and {PATH}", made(PATH, 4)),
        "[A]( [0]), ![b [c]]( [0]) and  [0]\n[0] Click <here> to download chart 1.png",
        "[A](chart%201.png), ![b [c]](chart%201.png) and chart 1.png",
        "A, b [c] and ",
    ),
    "a citation in the text of a link": (
        text(f"See [A{M1}]({PATH}).", made(PATH, 19), cited(M1, 6, quote="q")),
        "See [A [1]]( [0]).\n[0] Click <here> to download chart 1.png\n[1] q from one.md",
        "See [A[^1]](chart%201.png).\n\n[^1]: q from one.md",
        "See A.",
    ),
    "web pages": (
        text(f"A{M1} b{M2}", linked(M1, 1, "On [b]"), linked(M2, 15, None)),
        "A [0] b [1]\n[0] On [b] at https://example.org/a b\n[1] https://example.org/a b",
        "A [On \\[b\\]](https://example.org/a%20b) b [https://example.org/a b](https://example.org/a%20b)",
        "A b",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_each_style_makes(name: str) -> None:
    part, footnotes, markdown, stripped = TABLE[name]
    read = message(part)
    before = read.as_dict()
    assert read.render("footnotes", NAMES) == footnotes
    assert read.render("markdown", NAMES) == markdown
    assert read.render("strip") == stripped
    assert read.render("keep") == part["text"]["value"]
    assert read.as_dict() == before, "rendering changes nothing"


def test_numbers_go_on_from_part_to_part() -> None:
    """Each number stands for one citation of the message."""
    read = message(
        text(f"A{M1}", cited(M1, 1)), {"type": "image_file", "image_file": {"file_id": "i"}}, text(f"b{M2}", cited(M2, 1))
    )
    assert read.render() == "A [0]\n[0] a quote from f1\nb [1]\n[1] a quote from f1"
    assert read.render("markdown") == "A[^0]\n\n[^0]: a quote from f1\nb[^1]\n\n[^1]: a quote from f1"


@pytest.mark.parametrize("style", ["footnotes", "markdown", "strip", "keep"])
def test_a_text_without_annotations_stays_as_it_is(style: Any) -> None:
    assert message(text("Plain 【1†x】 text")).render(style) == "Plain 【1†x】 text"
    assert message().render(style) == ""
    assert message(text("a"), text("b")).render(style) == "a\nb"


@pytest.mark.parametrize("style", ["html", "", None, 5, ["strip"]])
def test_an_unknown_style_is_refused(style: Any) -> None:
    for read in (message(text(f"A{M1}", cited(M1, 1))), message(text("plain")), message()):
        with pytest.raises(ValueError, match="citations is one of footnotes, markdown, strip, keep, not"):
            read.render(style)


# --- whatever a service sends ---------------------------------------------------------------------------------------------

# A machine that is busy with other things is no reason to fail.
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="【】"), max_size=20)
MARKERS = st.from_regex(r"【\d{1,2}:\d{1,2}†[a-z]{1,4}】", fullmatch=True)


@relaxed
@given(st.lists(st.tuples(WORDS, MARKERS, st.one_of(st.none(), st.integers(-3, 60)))), WORDS)
def test_strip_leaves_no_marker_and_all_words(pieces: list[tuple[str, str, int | None]], last: str) -> None:
    value = "".join(words + marker for words, marker, _ in pieces) + last
    annotations = [cited(marker, start) for _, marker, start in pieces]
    read = message(text(value, *annotations))
    assert read.render("strip") == "".join(words for words, _, _ in pieces) + last
    assert read.render("keep") == value
    assert all(marker not in read.render(style) for _, marker, _ in pieces for style in ("footnotes", "markdown"))


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.sampled_from([M1, PATH, "", "x", "f1"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["file_id", "quote", "url", "title", "a"]), inner)
    ),
    max_leaves=4,
)
ODD = st.fixed_dictionaries(
    {},
    optional={
        "type": st.one_of(JUNK, st.sampled_from(["file_citation", "file_path", "url_citation", "of_tomorrow"])),
        **dict.fromkeys(("text", "start_index", "end_index", "file_citation", "file_path", "url_citation"), JUNK),
    },
)


@relaxed
@given(
    st.one_of(JUNK, WORDS),
    st.one_of(JUNK, st.lists(st.one_of(JUNK, ODD))),
    st.sampled_from(["footnotes", "markdown", "strip", "keep"]),
)
@example(f"A{M1}", [{"type": "file_citation", "text": [M1], "file_citation": {"file_id": ["f"], "quote": 5}}], "footnotes")
@example("", [{"type": "file_path", "text": PATH, "file_path": "f"}], "markdown")
@example(f"](){M1}", [{"type": "file_path", "text": M1, "file_path": {}}, {}], "strip")
@example(f"x]({M1})", [{"type": "file_path", "text": M1, "file_path": {}}], "strip")
def test_odd_annotations_never_raise(value: Any, annotations: Any, style: Any) -> None:
    read = message({"type": "text", "text": {"value": value, "annotations": annotations}}, {"type": "text", "text": value})
    assert isinstance(read.render(style, NAMES), str)


@relaxed
@given(WORDS, st.lists(ODD))
def test_keep_is_the_text(value: str, annotations: list[Any]) -> None:
    assert message({"type": "text", "text": {"value": value, "annotations": annotations}}).render("keep") == value


def test_a_text_by_itself_can_be_rendered() -> None:
    part: Any = message(text(f"A{M1}", cited(M1, 1))).content[0]
    assert render_text(part.text.value, part.text.annotations, first=3) == "A [3]\n[3] a quote from f1"


# --- with a client --------------------------------------------------------------------------------------------------------


def _file(file_id: str, name: str | None) -> Answer:
    return Answer(body={"id": file_id, "object": "file", "filename": name, "purpose": "assistants"})


BOTH = message(
    text(f"A{M1} b{M2} c{PATH}", cited(M1, 1), cited(M2, 15, "f2"), made(PATH, 29), cited("gone", None, "f1")),
    text(f"d{M1}", cited(M1, 1, "f2"), linked(M2)),
)


async def test_a_client_fetches_each_name_once(raw: RawServer, connect: Connect) -> None:
    agents = connect(raw).agents
    for style in ("footnotes", "markdown"):
        raw.seen.clear()
        raw.answers = [_file("f1", "one.md"), _file("f2", "two.pdf"), _file("f3", "chart 1.png")]
        assert await done(agents.render_message(BOTH, citations=style)) == BOTH.render(style, NAMES)
        assert [seen.path.rpartition("/")[2] for seen in raw.seen] == ["f1", "f2", "f3"]


@pytest.mark.parametrize("style", ["strip", "keep"])
async def test_a_client_fetches_nothing_where_no_name_is_shown(style: Any, raw: RawServer, connect: Connect) -> None:
    assert await done(connect(raw).agents.render_message(BOTH, citations=style)) == BOTH.render(style)
    assert not raw.seen


async def test_a_deleted_file_is_called_by_its_id(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(404), _file("f2", None), _file("f3", "chart 1.png")]
    rendered = await done(connect(raw).agents.render_message(BOTH, headers={"X-Mine": "1"}))
    assert rendered == BOTH.render(files={"f3": "chart 1.png"})
    assert "[0] a quote from f1\n[1] a quote from f2" in rendered
    assert {seen.headers["X-Mine"] for seen in raw.seen} == {"1"}


async def test_other_refusals_come_out(raw: RawServer, connect: Connect) -> None:
    raw.answers = [Answer(403, {"error": {"message": "not yours"}})]
    with pytest.raises(HttpResponseError, match="not yours"):
        await done(connect(raw).agents.render_message(BOTH))


async def test_a_client_refuses_an_unknown_style_before_it_asks(raw: RawServer, connect: Connect) -> None:
    with pytest.raises(ValueError, match="citations is one of"):
        await done(connect(raw).agents.render_message(BOTH, citations="html"))
    assert not raw.seen


async def test_names_of_the_local_service(service: LocalService, connect: Connect) -> None:
    agents = connect(service).agents
    file = await done(agents.upload_file(file=("é 1.md", b"words"), purpose="assistants"))
    read = message(text(f"A{M1}", cited(M1, 1, file.id, "words")))
    assert await done(agents.render_message(read)) == "A [0]\n[0] words from é 1.md"
    await done(agents.delete_file(file.id))
    assert await done(agents.render_message(read)) == f"A [0]\n[0] words from {file.id}"
