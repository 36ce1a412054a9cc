"""PDF and DOCX: what they hold is read, and what is broken, locked or a bomb is refused with the reason."""

from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from pypdf import PdfWriter
from search_documents import pdf, report

from agentkit.local.search.errors import InvalidFile
from agentkit.local.search.readers import extract
from agentkit.local.search.readers.extracted import Extracted


@pytest.fixture
def document(tmp_path: Path) -> Path:
    return report(tmp_path / "policy.docx")


class TestPdf:
    def test_the_text_of_all_pages_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "content"
        path.write_bytes(pdf("The vault opens at noon.", "Ada has the keys.", title="House rules"))
        assert extract(path, "rules.pdf") == Extracted("The vault opens at noon.\n\nAda has the keys.", ("House rules",))

    def test_the_name_need_not_say_so(self, tmp_path: Path) -> None:
        path = tmp_path / "content"
        path.write_bytes(pdf("Some text."))
        assert extract(path, "download").text == "Some text."

    def test_a_page_without_text_has_to_be_recognised_first(self, tmp_path: Path) -> None:
        path = tmp_path / "content"
        path.write_bytes(pdf(""))
        with pytest.raises(InvalidFile, match=r"'scan.pdf' has no text .* needs text recognition"):
            extract(path, "scan.pdf")

    @pytest.mark.parametrize(("password", "opens"), [("", True), ("secret", False)])
    def test_only_a_document_without_a_password_opens(self, tmp_path: Path, password: str, opens: bool) -> None:
        writer = PdfWriter(clone_from=io.BytesIO(pdf("Hidden.")))
        writer.encrypt(password, "owner", algorithm="RC4-128")
        locked = tmp_path / "locked.pdf"
        with locked.open("wb") as file:
            writer.write(file)
        if opens:
            assert extract(locked, "locked.pdf").text == "Hidden."
        else:
            with pytest.raises(InvalidFile, match=r"'locked.pdf' is locked by a password"):
                extract(locked, "locked.pdf")

    def test_too_many_pages_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("agentkit.local.search.readers.pdf._MOST_PAGES", 1)
        path = tmp_path / "long.pdf"
        path.write_bytes(pdf("one", "two"))
        with pytest.raises(InvalidFile, match=r"'long.pdf' has more than 1 pages"):
            extract(path, "long.pdf")

    def test_too_much_text_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("agentkit.local.search.readers.pdf.MOST_CHARACTERS", 3)
        path = tmp_path / "long.pdf"
        path.write_bytes(pdf("four"))
        with pytest.raises(InvalidFile, match=r"'long.pdf' has more than 3 characters"):
            extract(path, "long.pdf")


class TestDocx:
    def test_paragraphs_and_tables_are_read_in_their_order(self, document: Path) -> None:
        assert extract(document, "policy.docx") == Extracted(
            "Travel policy\n\nTaxis are paid for after ten at night.\n\nCity | Rate\nas in the list\n\nFlights\n\n"
            "Economy below six hours.",
            ("Travel policy", "Flights"),
        )

    def test_another_archive_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "other.docx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("notes.txt", "text")
        with pytest.raises(InvalidFile, match=r"'other.docx' is a ZIP file without word/document.xml"):
            extract(path, "other.docx")

    def test_a_bomb_is_not_unpacked(self, document: Path) -> None:
        with zipfile.ZipFile(document, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/more.xml", " " * 60_000_000)
        assert document.stat().st_size < 1_000_000
        with pytest.raises(InvalidFile, match=r"'policy.docx' unpacks to 60,"):
            extract(document, "policy.docx")

    def test_entities_are_not_unfolded(self, document: Path, tmp_path: Path) -> None:
        bomb = tmp_path / "entities.docx"
        entities = '<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        with zipfile.ZipFile(document) as source, zipfile.ZipFile(bomb, "w") as target:
            for member in source.namelist():
                content = source.read(member)
                if member == "word/document.xml":
                    declaration, _, body = content.partition(b"?>")
                    content = declaration + b"?>" + entities.encode() + body.replace(b"Taxis are", b"Taxis &b; are")
                target.writestr(member, content)
        assert "lol" not in extract(bomb, "entities.docx").text

    def test_too_much_text_is_refused(self, document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("agentkit.local.search.readers.docx.MOST_CHARACTERS", 3)
        with pytest.raises(InvalidFile, match=r"'policy.docx' has more than 3 characters"):
            extract(document, "policy.docx")


@pytest.mark.parametrize("name", ["broken.pdf", "broken.docx"])
@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_document_is_read_or_refused(tmp_path: Path, document: Path, name: str, seed: int) -> None:
    content = bytearray(document.read_bytes() if name.endswith("docx") else pdf("Some text.", "More of it."))
    chance = random.Random(seed)
    if chance.random() < 0.5:
        del content[chance.randrange(8, len(content)) :]
    for _ in range(chance.randrange(1, 30)):
        content[chance.randrange(8, len(content)) if len(content) > 9 else 0] = chance.randrange(256)
    path = tmp_path / "content"
    path.write_bytes(content)
    with suppress(InvalidFile):
        assert extract(path, name).text.strip()
