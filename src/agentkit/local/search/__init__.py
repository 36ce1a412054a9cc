"""Full-text search over files on SQLite: reads them, cuts them into chunks, and ranks these by BM25. Needs nothing of the service."""

from __future__ import annotations

from agentkit.local.search.errors import InvalidFile, SearchError, SearchUnavailable, UnsupportedFile
from agentkit.local.search.index import Added, Hit, Index

__all__ = ["Added", "Hit", "Index", "InvalidFile", "SearchError", "SearchUnavailable", "UnsupportedFile"]
