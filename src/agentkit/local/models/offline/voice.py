"""What the offline model says of itself, and the sentences that its skills share."""

from __future__ import annotations

import re

from ..base import ModelRequest, ModelTurn, ToolCall, ToolResult

__all__ = ["EXAMPLE", "SIGNATURE", "WHO", "failure", "link", "listed", "quoted", "say", "why_no_code", "with_code"]

WHO = "agentkit's offline model: fixed rules, not a language model"
SIGNATURE = f"(From {WHO}.)"
"""What an answer of the offline model ends with."""
EXAMPLE = '"Make a bar chart of the revenue: North: $1.2 million, South: $2.5 million, West: $0.9 million"'
_MOST_QUOTED = 200
_MOST_LISTED = 30


def say(*paragraphs: str) -> ModelTurn:
    """An answer of these paragraphs, empty ones left out, that ends with what gave it."""
    return ModelTurn(text="\n\n".join([*filter(None, paragraphs), SIGNATURE]))


def with_code(request: ModelRequest, code: str, understood: str) -> ModelTurn:
    """A call of the code interpreter, or, where this run may not call it, what was understood and why nothing came of it."""
    why = why_no_code(request)
    if why:
        return say(f"{understood} {why}")
    return ModelTurn(tool_calls=[ToolCall(kind="code_interpreter", input=code)])


def why_no_code(request: ModelRequest) -> str:
    """Why this run may not run code, and what to do about it; empty when it may."""
    if request.tool_choice == "none":
        return (
            "But I cannot run code for it: this run may call no tool (tool_choice is none). Start a run without that setting."
        )
    if not request.offers("code_interpreter"):
        return (
            "But I cannot run code for it: this agent has no code_interpreter tool. Give it one, with "
            "tools=CodeInterpreterTool().definitions in create_agent or update_agent, and ask again."
        )
    return ""


def failure(what: str, result: ToolResult, missing: str = "result") -> ModelTurn:
    """The answer where code was stopped or raised: its last line, which says why."""
    last = next((line.strip() for line in reversed(result.output.splitlines()) if line.strip()), "it gave no reason")
    return say(f"I wrote code for {what}, but running it failed, so there is no {missing}: {last}")


def link(result: ToolResult, words: str) -> str:
    """A Markdown link for each image that the code left; empty where it left none."""
    names = [
        file.filename for file in result.files if re.search(r"\.(?:png|jpe?g|svg|pdf|webp)$", file.filename, re.IGNORECASE)
    ]
    return "\n".join(f"[{words}](sandbox:/mnt/data/{name})" for name in names)


def quoted(text: str) -> str:
    """A text on one line, cut where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= _MOST_QUOTED else text[: _MOST_QUOTED - 1].rstrip() + "…"


def listed(lines: list[str]) -> str:
    """The lines as a Markdown list, cut where there are very many."""
    rest = len(lines) - _MOST_LISTED
    shown = [f"- {line}" for line in (lines[:_MOST_LISTED] if rest > 1 else lines)]
    return "\n".join([*shown, *([f"- … and {rest} more"] if rest > 1 else [])])
