"""Ids as the services write them: a prefix for the kind of object, then 24 random letters and digits."""

from __future__ import annotations

import secrets
import string

__all__ = [
    "AGENT",
    "CALL",
    "COMPLETION",
    "CONTAINER",
    "CONVERSATION",
    "EVALUATION",
    "FILE",
    "FILE_BATCH",
    "ITEMS",
    "MESSAGE",
    "RESPONSE",
    "RUN",
    "STEP",
    "THREAD",
    "VECTOR_STORE",
    "new_id",
]

AGENT = "asst_"
CALL = "call_"
COMPLETION = "chatcmpl-"
CONTAINER = "cntr_"
CONVERSATION = "conv_"
EVALUATION = "eval_"
FILE = "assistant-"
FILE_BATCH = "vsfb_"
MESSAGE = "msg_"
RESPONSE = "resp_"
RUN = "run_"
STEP = "step_"
THREAD = "thread_"
VECTOR_STORE = "vs_"

ITEMS = {
    "code_interpreter_call": "ci_",
    "file_search_call": "fs_",
    "function_call": "fc_",
    "function_call_output": "fco_",
    "message": MESSAGE,
}
"""Prefixes of the items of responses, by their types."""

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 24


def new_id(prefix: str) -> str:
    """A fresh id that begins with ``prefix``."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
