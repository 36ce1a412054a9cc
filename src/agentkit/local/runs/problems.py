"""What ends a run as failed."""

from __future__ import annotations

__all__ = ["RunProblem"]


class RunProblem(Exception):
    """A run cannot go on; the text becomes its last error.

    :param code: The code of the last error.
    """

    def __init__(self, text: str, code: str = "server_error") -> None:
        super().__init__(text)
        self.code = code
