"""The documentation site: every page is in the menu, every link leads to a place, generated pages are current, examples run.

``make docs`` builds it and looks at what was built; this looks at what it is built from.
"""

from __future__ import annotations

import re
import shutil
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from codegen import pages

import documentation
from test_docs import CHECKOUT, SHELLS, blocks, commands, run_python, wrong_with

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCS = CHECKOUT / "docs"
CONFIGURATION: dict[str, Any] = yaml.safe_load((CHECKOUT / "mkdocs.yml").read_text(encoding="utf-8"))
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
BELOW = [page for page in PAGES if "/" in page and not page.startswith("reference/")]

_FENCE = re.compile(r"^( *)```.*?^\1```[ \t]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)")
_HEADING = re.compile(r"^#{1,6} +(?P<text>.+?)(?: *\{ *#(?P<id>[\w-]+) *\})?$", re.MULTILINE)


def entries(menu: list[Any]) -> Iterator[str]:
    """The pages of a menu, in its order."""
    for entry in menu:
        inside = next(iter(entry.values())) if isinstance(entry, dict) else entry
        yield from [inside] if isinstance(inside, str) else entries(inside)


def anchor(heading: str) -> str:
    """The place that a heading makes, as the site names it."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


@cache
def places(path: Path) -> frozenset[str]:
    """Every place of a page that a link may lead to."""
    found: set[str] = set()
    for heading in _HEADING.finditer(_FENCE.sub("", path.read_text(encoding="utf-8"))):
        name = plain = heading["id"] or anchor(heading["text"])
        number = 0
        while name in found:
            number += 1
            name = f"{plain}_{number}"
        found.add(name)
    return frozenset(found)


def dead_links(path: Path) -> list[str]:
    """The links of a page that lead to no file of the checkout, or to no place of a page."""
    text = _CODE.sub("", _COMMENT.sub("", _FENCE.sub("", path.read_text(encoding="utf-8"))))
    dead = []
    for link in _LINK.finditer(text):
        target, _, place = link["target"].partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (path.parent / target).resolve() if target else path
        if not file.exists() or (place and file.suffix == ".md" and place not in places(file)):
            dead.append(link["target"])
    return dead


def test_every_page_is_in_the_menu_once_and_every_entry_is_a_page() -> None:
    assert sorted(entries(CONFIGURATION["nav"])) == PAGES


def test_the_first_page_leads_to_every_other() -> None:
    first = _FENCE.sub("", (DOCS / "index.md").read_text(encoding="utf-8"))
    linked = {link["target"].partition("#")[0] for link in _LINK.finditer(first)}
    # The reference has a first page of its own.
    others = {
        page for page in PAGES if page != "index.md" and (page == "reference/index.md" or not page.startswith("reference/"))
    }
    assert sorted(others - linked) == []


def test_the_table_of_extras_names_all_that_users_install() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for_work_on_the_project = {"dev", "docs"}
    section = (DOCS / "quickstart.md").read_text(encoding="utf-8").partition("\n## Extras\n")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)
    assert sorted(named) == sorted(project["optional-dependencies"].keys() - for_work_on_the_project)


@pytest.mark.parametrize("page", ["../README.md", *PAGES])
def test_the_links_of_a_page_lead_to_places(page: str) -> None:
    assert dead_links((DOCS / page).resolve()) == []


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("reference/")])
def test_a_page_of_the_site_links_to_pages_of_the_site(page: str) -> None:
    text = _FENCE.sub("", (DOCS / page).read_text(encoding="utf-8"))
    targets = [link["target"].partition("#")[0] for link in _LINK.finditer(text)]
    inside = [target for target in targets if target and not re.match(r"[a-z]+:", target)]
    assert [target for target in inside if DOCS not in ((DOCS / page).parent / target).resolve().parents] == []


@pytest.mark.parametrize("page", BELOW)
def test_the_python_of_a_page_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_python((DOCS / page).read_text(encoding="utf-8"), page) > 0


@pytest.mark.parametrize("page", BELOW)
def test_the_commands_of_a_page_exist(page: str) -> None:
    shell = [block for block in blocks((DOCS / page).read_text(encoding="utf-8")) if block.language in SHELLS]
    typed = [words for block in shell for words in commands(block)]
    assert [reason for words in typed if (reason := wrong_with(words, CHECKOUT))] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_begins_with_its_only_title(page: str) -> None:
    text = _FENCE.sub("", _COMMENT.sub("", (DOCS / page).read_text(encoding="utf-8")))
    assert text.lstrip().startswith("# ")
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1


def test_generated_pages_are_as_they_should_be() -> None:
    assert pages.differences() == [], "run `python -m codegen.pages`"


def test_a_page_that_is_stale_missing_or_not_made_any_more_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(DOCS / "reference", tmp_path / "docs" / "reference")
    (tmp_path / "docs" / "reference" / "tools.md").write_text("# Tools\n", encoding="utf-8")
    (tmp_path / "docs" / "reference" / "more.md").rename(tmp_path / "docs" / "reference" / "less.md")
    wanted = pages.pages()
    monkeypatch.setattr(pages, "pages", lambda: wanted)
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    assert pages.differences() == [
        "missing: docs/coverage.md",
        "missing: docs/reference/more.md",
        "orphan:  docs/reference/less.md",
        "stale:   docs/reference/tools.md",
    ]


def test_everything_that_is_mirrored_is_here_and_is_named_in_a_test() -> None:
    rows = [line for line in pages.coverage().splitlines() if line.startswith("| `")]
    assert len(rows) > 450
    assert [row for row in rows if "**" in row] == []
    assert [row for row in rows if row.endswith("missing |")] == []


def test_every_public_class_is_in_the_reference() -> None:
    import agentkit.models
    from agentkit import exceptions, local, operations, tools

    text = "\n".join(path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md"))
    shown = set(re.findall(r"^::: agentkit\.[\w.]*?(\w+)$", text, re.MULTILINE)) | set(
        re.findall(r"^## (\w+)$", text, re.MULTILINE)
    )
    # Unions and second names are no classes of their own; azure-core's errors are named in the text.
    models = {
        name for name in vars(agentkit.models)["__all__"] if getattr(getattr(agentkit.models, name), "__name__", "") == name
    }
    assert models - shown == {"BaseAgentEventHandlerT", "BaseAsyncAgentEventHandlerT"} & models
    for module in (local, operations, tools):
        assert set(module.__all__) - shown == set()
    assert [name for name in exceptions.__all__ if name not in shown and f"`{name}`" not in text] == []


def test_the_readme_is_short_and_shows_the_chart() -> None:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    pictures = re.findall(r'<img src="([^"]+)"', text)
    assert pictures == ["docs/images/quickstart-chart.png"]
    assert (CHECKOUT / pictures[0]).read_bytes().startswith(b"\x89PNG")


# --- pictures and styles --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((DOCS / "images").glob("*.svg")), ids=lambda path: path.name)
def test_a_drawing_is_read_in_light_and_dark_and_fetches_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ElementTree.fromstring(text)
    assert tree.find("{http://www.w3.org/2000/svg}title") is not None
    assert "prefers-color-scheme:dark" in text
    assert re.findall(r"https?://(?!www\.w3\.org/)", text) == []
    assert "<script" not in text


def test_pictures_are_small_and_every_one_is_shown() -> None:
    text = "\n".join((DOCS / page).read_text(encoding="utf-8") for page in PAGES)
    pictures = sorted(path for path in (DOCS / "images").iterdir() if path.is_file())
    assert [path.name for path in pictures if path.stat().st_size >= 60 * 1024] == []
    assert [path.name for path in pictures if path.name not in text] == []


def test_the_site_asks_for_no_fonts_scripts_or_styles_of_other_hosts() -> None:
    assert CONFIGURATION["theme"]["font"] is False
    added = [*CONFIGURATION.get("extra_css", []), *CONFIGURATION.get("extra_javascript", [])]
    assert [name for name in added if not (DOCS / name).is_file()] == []


# --- what looks at the built site -----------------------------------------------------------------------------------------


def test_dead_links_and_things_of_other_hosts_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documentation, "SITE", tmp_path)
    (tmp_path / "style.css").write_text("@import 'https://fonts.example/a.css'", encoding="utf-8")
    (tmp_path / "a.html").write_text(
        '<script src="https://cdn.example/x.js"></script><a href="b.html#there">b</a><a href="b.html#not">b</a>'
        '<a href="c.html">c</a><a href="https://elsewhere.example/">away</a><a href="#">top</a>',
        encoding="utf-8",
    )
    (tmp_path / "b.html").write_text('<h1 id="there">There</h1><a href="./">index</a>', encoding="utf-8")
    built = {path: documentation.Page(path) for path in sorted(tmp_path.glob("*.html"))}
    assert list(documentation.dead_links(built)) == [
        "a.html: b.html#not: that page has no such place",
        "a.html: c.html: there is no such file",
        "b.html: ./: there is no such file",
    ]
    assert list(documentation.fetched_from_elsewhere(built)) == [
        "a.html: https://cdn.example/x.js",
        "style.css: a style from another host",
    ]


def test_a_link_to_a_heading_that_is_not_there_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One\n## A `b`: c, d\n## Twice\n## Twice\n[a](#a-b-c-d) [b](#twice_1) [c](page.md#nowhere) [d](none.md) [e](https://a.b/)\n"
        "```text\n[f](none.md)\n```\n`[g](none.md)`\n",
        encoding="utf-8",
    )
    assert dead_links(page) == ["page.md#nowhere", "none.md"]
