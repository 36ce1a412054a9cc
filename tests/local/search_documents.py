"""PDF and DOCX documents for tests, made on the spot."""

from __future__ import annotations

from pathlib import Path

import docx

__all__ = ["pdf", "report"]


def pdf(*pages: str, title: str = "") -> bytes:
    """A PDF document with one line of text on each page; no text may hold brackets or backslashes."""
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Title ({title}) >>",
    ]
    for number, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    document, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(document))
        document += f"{number} 0 obj\n{content}\nendobj\n"
    entries = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    table = f"xref\n0 {size}\n0000000000 65535 f \n{entries}trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\n"
    return f"{document}{table}startxref\n{len(document)}\n%%EOF\n".encode("latin-1")


def report(path: Path) -> Path:
    """Write a DOCX document with headings, paragraphs, and a table with a merged cell between them."""
    document = docx.Document()
    document.add_heading("Travel policy", level=0)
    document.add_paragraph("Taxis are paid for after ten at night.")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "City", "Rate"
    table.cell(1, 0).merge(table.cell(1, 1)).text = "as in the list"
    document.add_heading("Flights", level=1)
    document.add_paragraph("Economy below six hours.")
    document.save(str(path))
    return path
