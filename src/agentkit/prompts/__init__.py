"""Prompts that are kept as text, with placeholders for what changes, and become messages."""

from ._template import PromptTemplate

__all__ = ["PromptTemplate"]
