"""Ids as the services write them: a prefix for the kind of object, then 24 random letters and digits."""

from __future__ import annotations

import secrets
import string

__all__ = ["AGENT", "CALL", "COMPLETION", "FILE", "FILE_BATCH", "MESSAGE", "RUN", "STEP", "THREAD", "VECTOR_STORE", "new_id"]

AGENT = "asst_"
CALL = "call_"
COMPLETION = "chatcmpl-"
FILE = "assistant-"
FILE_BATCH = "vsfb_"
MESSAGE = "msg_"
RUN = "run_"
STEP = "step_"
THREAD = "thread_"
VECTOR_STORE = "vs_"

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 24


def new_id(prefix: str) -> str:
    """A fresh id that begins with ``prefix``."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
