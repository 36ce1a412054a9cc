"""What can go wrong when a file is to be made searchable."""

from __future__ import annotations

__all__ = ["InvalidFile", "SearchError", "SearchUnavailable", "UnsupportedFile"]


class SearchError(Exception):
    """Base of the errors of this package; the text says what failed and what to do next."""


class UnsupportedFile(SearchError):
    """A file of a kind that holds no text, or none that can be read here."""


class InvalidFile(SearchError):
    """A file of a kind that can be read, but this one is broken, locked, empty or too large."""


class SearchUnavailable(SearchError):
    """The index itself cannot be used: SQLite lacks a part, or its data has another format."""
