"""Calls functions, other agents, APIs and tools of a cloud, where a message asks for what they do.

``candidates`` brings the tools to one form, ``matching`` finds those that a message means, ``arguments`` takes what they are called
with from its words (``parameters``, ``readings``, ``strings`` and ``message`` are the parts of that), ``planning`` puts the calls in
order, and ``answering`` tells what came of them.
"""

from __future__ import annotations

from .answering import told
from .planning import Plan
from .skill import answer, answer_with_outputs, arguments_for, best_tool, callable_tools, names, plan

__all__ = ["Plan", "answer", "answer_with_outputs", "arguments_for", "best_tool", "callable_tools", "names", "plan", "told"]
