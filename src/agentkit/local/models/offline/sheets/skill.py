"""Answers questions about uploaded CSV files in three turns: describe the files, run the analysis, tell what it came to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ...base import ModelRequest, ModelTurn, ToolResult
from ..dark import dark_name, darkened, wants_dark
from ..pairs import read_pairs
from ..programs.describe_csv import words
from ..source import program
from ..voice import failure, link, listed, quoted, say, with_code
from .analysis import chart_file, results, write_analysis
from .description import Sheet, Unclear, read_description
from .question import Question, continued, is_numeric_question, read_question

__all__ = ["answer", "is_named"]

_TABLE = re.compile(r"\.(?:csv|tsv|tab|psv)$", re.IGNORECASE)
_CSV = re.compile(r"\b(?:csv|tsv|spreadsheets?)\b", re.IGNORECASE)
_UPLOADED = re.compile(r"\b(?:uploaded|upload|attached|attachment)\b", re.IGNORECASE)
_OF_A_FILE = re.compile(
    rf"{_UPLOADED.pattern}|\b(?:data\s?sets?|(?:the|my|this|that|data)\s+(?:file|data|table|sheet))\b", re.I
)
_LOOKS_UP = re.compile(
    r"\b(?:what(?:'s|\s+is|\s+are|\s+was|\s+were)|which|how\s+much|show|list|compare|rank|sort|tell\s+me|give\s+me)\b", re.I
)
_OF_ITS_SHAPE = re.compile(
    r"\b(?:columns?|headers?|fields|describe|structure|rows|what(?:'s| is) in|contents?|summari[sz]e|summary|overview)\b", re.I
)
_CONTINUES = re.compile(
    r"^\W*(?:and|now|also|then|ok(?:ay)?|same|the same|what about|how about|instead)\b|\b(?:there|those|again)\b", re.I
)
_MOST_FILES, _MOST_MESSAGES, _LONGEST = 10, 3, 2000


def answer(request: ModelRequest) -> ModelTurn | None:
    """The turn that a question about an uploaded CSV file needs next; None where the newest message asks none."""
    text = request.last_user_text
    tables = [file.filename for file in request.files if _TABLE.search(file.filename)]
    if not _asks(request, tables):
        return None
    if not tables:
        return _no_table(request)
    questions = _questions(request)
    describing = program("describe_csv", FILES=_wanted(text, tables), QUESTION="\n".join(questions))
    if not request.results:
        return with_code(request, describing, f"You ask about {', '.join(tables[:3])}.")
    described, last = request.results[0], request.results[-1]
    if described.failed:
        return failure(f"a look at {', '.join(tables[:3])}", described)
    try:
        sheets = read_description(described.output)
    except ValueError:  # what a program prints is cut where it is very long
        return say(
            f"The description of {', '.join(tables[:3])} is too long for me. Name one of the files, or give fewer columns."
        )
    found = _choose(sheets, questions)
    if isinstance(found, Unclear):
        if not found.known and not _CSV.search(text) and request.offers("file_search"):
            return None
        return say(_shape(sheets) if _OF_ITS_SHAPE.search(text) else found.why)
    if len(request.results) == 1:
        code = write_analysis(found)
        return with_code(request, darkened(code) if wants_dark(text) else code, f"You ask about {found.sheet.name}.")
    return _tell(found, last)


def is_named(request: ModelRequest) -> bool:
    """Whether the newest message names a table of the run, or speaks of a file, of rows or of columns."""
    text = request.last_user_text
    named = any(_names(text, file.filename) for file in request.files if _TABLE.search(file.filename))
    return named or any(pattern.search(text) for pattern in (_CSV, _OF_A_FILE, _OF_ITS_SHAPE))


def _asks(request: ModelRequest, tables: Sequence[str]) -> bool:
    """Whether the newest message is about a table that was uploaded rather than about data of its own."""
    text = request.last_user_text
    named = any(_names(text, name) for name in tables)
    if not named and not _UPLOADED.search(text) and len(read_pairs(text).pairs) > 1:
        return False
    if named or _CSV.search(text):
        return bool(tables) or not request.offers("file_search")
    reckons = is_numeric_question(text) or bool(_OF_ITS_SHAPE.search(text))
    earlier = [message for message in request.messages if message.role == "user"][:-1]
    if tables and earlier and _CONTINUES.search(text):
        if len(read_pairs(earlier[-1].text).pairs) > 1:
            return False
        return reckons or _asks(replace(request, messages=earlier), tables)
    may_be_meant = _OF_A_FILE.search(text) or _LOOKS_UP.search(text)
    return bool(tables) and (reckons or bool(may_be_meant and not request.offers("file_search")))


def _names(text: str, table: str) -> bool:
    """Whether a message names a file, with or without its ending; a short name such as a.csv has to stand there with it."""
    stem = table.rsplit(".", 1)[0]
    return table.lower() in text.lower() or (len(stem) > 3 and words(stem) in words(text))


def _wanted(text: str, tables: Sequence[str]) -> list[str]:
    """The tables that a message names, or the newest of all."""
    named = [name for name in tables if _names(text, name)]
    return list(named or tables)[-_MOST_FILES:]


def _questions(request: ModelRequest) -> list[str]:
    """The newest message, and behind it those before it, which it may be the continuation of."""
    texts = [message.text[:_LONGEST] for message in request.messages if message.role == "user"]
    return texts[::-1][:_MOST_MESSAGES]


def _choose(sheets: Sequence[Sheet], questions: Sequence[str]) -> Question | Unclear:
    """The question as the sheet has it that knows the most of its words, the newest of them.

    "And for the BANKING sector?" is read together with the message before it.
    """
    newest, *earlier = questions
    readings = [read_question(sheet, newest) for sheet in reversed(sheets) if sheet.columns]
    unreadable = [f"{sheet.name} is no text file: {sheet.no_text}" for sheet in sheets if sheet.no_text]
    if unreadable and not readings:
        return Unclear(f"{'. '.join(unreadable)}. Upload a CSV file that is text, in UTF-8 if you can.", 2)
    if not readings:
        return Unclear(f"There are no rows in {', '.join(sheet.name for sheet in sheets)}.", 1)
    if _CONTINUES.search(newest):
        for sheet, now in zip((sheet for sheet in reversed(sheets) if sheet.columns), readings, strict=True):
            for text in earlier:
                if (joined := continued(sheet, text, newest, now)) is not None:
                    return joined
    clear = [reading for reading in readings if isinstance(reading, Question)]
    if not clear:
        return max((reading for reading in readings if isinstance(reading, Unclear)), key=lambda unclear: unclear.known)
    best = max(clear, key=lambda question: (len(question.filters), not question.notes))
    others = ", ".join(question.sheet.name for question in clear if question is not best)
    note = f"I looked at {best.sheet.name}; {others} could be meant too."
    return replace(best, notes=(*best.notes, note)) if others else best


def _tell(question: Question, result: ToolResult) -> ModelTurn:
    """What the analysis came to, from what it printed and made."""
    name = question.sheet.name
    if result.failed:
        return failure(f"a look at {name}", result)
    lines = [line for line in result.output.splitlines() if not line.startswith("Note: ")]
    notes = [line for line in result.output.splitlines() if line.startswith("Note: ")]
    notes += [f"Note: {note}" for note in (*question.notes, *_assumptions(question))]
    wanted = tuple(f"{found}{at}: " for found in results(question) for at in ("", " at"))
    if len(lines) < 2:
        return say(f"I read {name}. {result.output.strip()}", *notes)
    split = next((at for at in range(2, len(lines)) if all(line.startswith(wanted) for line in lines[at:])), len(lines))
    made = "\n".join(f"**{line}**" if line.startswith(wanted[0]) else line for line in lines[split:])
    head = f"From {name}: {lines[0]} ({lines[1]})."
    if question.chart is not None:
        file = chart_file(question)
        names = [made_file.filename for made_file in result.files]
        if not {file, dark_name(file)} & {*names}:
            return say(f"The code ran, but it left no file named {file}.", head, made)
        head = f"Here is the chart you asked for, from {name}: {lines[0]} ({lines[1]})."
    return say(head, listed(lines[2:split]), made.replace("\n", "  \n"), *notes, link(result, "Download the chart"))


def _assumptions(question: Question) -> list[str]:
    column, notes = question.value, []
    if column is not None and column.assumed:
        mark = "decimal point" if column.decimal == "." else "decimal comma"
        notes.append(
            f'The numbers of "{column.header}", such as {column.assumed}, are read with a {mark}; nothing in the file proves it.'
        )
    if column is not None and column.unread:
        notes.append(f'Some cells of "{column.header}" hold no number and are left out, such as "{column.unread[0]}".')
    if question.sheet.odd:
        notes.append(f"{question.sheet.odd} rows have more or fewer cells than the first one.")
    if question.sheet.headless:
        notes.append("The file has no line of headers, so the columns are numbered.")
    return notes


def _shape(sheets: Sequence[Sheet]) -> str:
    """What the files hold, in words."""
    parts = []
    for sheet in sheets:
        lines = []
        for column in sheet.columns:
            values = ", ".join(quoted(value) for value in column.values[:8])
            more = ", …" if column.distinct > min(8, len(column.values)) else ""
            kind = "numbers" if column.type == "number" else column.type
            lines.append(f"{column.header} ({kind}{f': {values}{more}' if values else ''})")
        if sheet.no_text:
            parts.append(f"{sheet.name} is no text file: {sheet.no_text}.")
            continue
        parts.append(f"{sheet.name} has {sheet.rows} rows and {len(sheet.columns)} columns:\n\n{listed(lines)}")
    return "\n\n".join(parts)


def _no_table(request: ModelRequest) -> ModelTurn:
    names = ", ".join(file.filename for file in request.files[:5])
    have = f"The files of this run are: {names}." if names else "No file reached the code interpreter of this run."
    return say(
        f"You ask about a CSV file, but there is none. {have} Upload it with purpose assistants, and name it in the "
        "tool_resources of the agent or thread (code_interpreter, file_ids) or attach it to the message for code_interpreter."
    )
