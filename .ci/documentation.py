"""Builds the documentation site, and looks at what was built: no warning, no dead link, nothing that is fetched from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from environment import ROOT

SITE = ROOT / ".make" / "site"

# What a builder says when nothing is wrong.
_USUAL = re.compile(r"Build started|No issues found|Build finished in .*|\s*")

_FETCHED = {
    "img": "src",
    "script": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "link": "href",
    "object": "data",
}
_IN_STYLE = re.compile(r"""(?:@import\s+|url\(\s*)["']?(?:https?:)?//""")


@dataclass
class Page(HTMLParser):
    """What a built page links to and fetches, and the places in it that can be linked to."""

    path: Path
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        # A canonical address is a link that nothing follows.
        if tag in _FETCHED and _FETCHED[tag] in given and given.get("rel") not in ("canonical", "next", "prev"):
            self.fetched.append(given[_FETCHED[tag]])


def dead_links(pages: dict[Path, Page]) -> Iterator[str]:
    """One line for each link within the site that leads to no page, or to no place of it."""
    for page in pages.values():
        for link in (*page.links, *page.fetched):
            target = urlsplit(link)
            if target.scheme or target.netloc or not (target.path or target.fragment) or page.path.name == "404.html":
                continue
            path = (page.path.parent / unquote(target.path)).resolve() if target.path else page.path
            path = path / "index.html" if path.is_dir() else path
            if not path.is_file():
                yield f"{page.path.relative_to(SITE)}: {link}: there is no such file"
            elif target.fragment and path in pages and unquote(target.fragment) not in pages[path].ids | {"__skip", "__search"}:
                yield f"{page.path.relative_to(SITE)}: {link}: that page has no such place"


def fetched_from_elsewhere(pages: dict[Path, Page]) -> Iterator[str]:
    """One line for each thing that a page or a stylesheet would fetch from another host."""
    for page in pages.values():
        yield from (f"{page.path.relative_to(SITE)}: {link}" for link in page.fetched if urlsplit(link).netloc)
    for path in (*SITE.rglob("*.css"), *SITE.rglob("*.svg")):
        if _IN_STYLE.search(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(SITE)}: a style from another host"


def unread_markup(pages: dict[Path, Page]) -> Iterator[str]:
    """One line for each page of the reference that shows the markup of docstrings as it was typed."""
    for page in (page for path, page in pages.items() if path.parent.name == "reference"):
        found = re.search(
            r":(?:class|meth|mod|func|vartype|keyword|param|raises|rtype)\b[^<\n]{0,40}", page.path.read_text(encoding="utf-8")
        )
        if found:
            yield f"{page.path.relative_to(SITE)}: {found[0]}"


def main() -> int:
    """Build, and look; exit status 1 when something is wrong."""
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    wrong = [line for line in (done.stdout + done.stderr).splitlines() if not _USUAL.fullmatch(line)]
    if done.returncode != 0 or wrong:
        print("\n".join(wrong), f"the build ended with status {done.returncode} and {len(wrong)} lines of warnings", sep="\n")
        return 1
    pages = {path: Page(path) for path in sorted(SITE.rglob("*.html"))}
    wrong = [*dead_links(pages), *(f"shown as typed: {line}" for line in unread_markup(pages))]
    wrong += [f"fetched from elsewhere: {line}" for line in fetched_from_elsewhere(pages)]
    print("\n".join([*wrong, f"{len(pages)} pages in {SITE.relative_to(ROOT)}, {len(wrong)} things wrong with them"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
