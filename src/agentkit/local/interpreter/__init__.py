"""Runs Python code that a model wrote, in a subprocess with its own ``/mnt/data`` and with limits.

:class:`Interpreter` runs code, :func:`containment` says how strongly it is kept from the rest of the machine, and
:func:`warm_up` does the slow parts of the first chart ahead of time. The rungs are described in
:mod:`agentkit.local.interpreter.rungs`. Importing this package imports nothing but the standard library.
"""

from __future__ import annotations

from .engine import Interpreter
from .fonts import warm_up
from .outcome import InputFile, Limits, MadeFile, Outcome
from .rungs import containment

__all__ = ["InputFile", "Interpreter", "Limits", "MadeFile", "Outcome", "containment", "warm_up"]
