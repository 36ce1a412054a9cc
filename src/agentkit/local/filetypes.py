"""Which files a tool takes, by the extension of their names. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath

__all__ = ["CODE_INTERPRETER", "extension"]

CODE_INTERPRETER = frozenset(
    {
        *(".c", ".cpp", ".css", ".csv", ".docx", ".gif", ".html", ".java", ".jpeg", ".jpg", ".js", ".json", ".md"),
        *(".pdf", ".php", ".png", ".pptx", ".py", ".rb", ".tar", ".tex", ".ts", ".txt", ".xlsx", ".xml", ".zip"),
    }
)
"""The extensions of the files that the code interpreter takes."""


def extension(filename: str) -> str:
    """The extension of a name in small letters, with its dot; empty where there is none."""
    return PurePosixPath(filename).suffix.lower()
