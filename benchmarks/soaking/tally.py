"""What is counted while the work goes on: pieces of work, calls, errors by their exact class, and what cannot be."""

from __future__ import annotations

import threading
from collections import Counter

from agentkit.exceptions import AzureError, DecodeError, ResourceNotFoundError, ServiceRequestError, ServiceResponseError
from soaking.gate import TOLD


class Wrong(Exception):
    """The service or the client gave something that cannot be."""


class Tally:
    """Counts that threads may add to at the same time.

    :ivar works: pieces of work that came to their end, by name.
    :ivar broken: pieces of work that an error ended, by name.
    :ivar errors: by call and class of the error.
    :ivar out_of_time: charts whose code was stopped at its limit of time.
    :ivar wrong: what cannot be, in words.
    """

    def __init__(self) -> None:
        self.works: Counter[str] = Counter()
        self.broken: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.errors: Counter[tuple[str, str]] = Counter()
        self.out_of_time = 0
        self.wrong: list[str] = []
        self._lock = threading.Lock()

    def called(self, name: str) -> None:
        """A call is made."""
        with self._lock:
            self.calls[name] += 1

    def failed(self, name: str, error: AzureError) -> None:
        """A call ended with an error of the client's; one that no fault of the gate explains is wrong."""
        with self._lock:
            self.errors[name, type(error).__name__] += 1
        if not is_explained(name, error):
            self.is_wrong(f"{name}: no fault explains {type(error).__name__}: {error}")

    def ended(self, work: str, *, whole: bool) -> None:
        """A piece of work came to its end, or an error ended it."""
        with self._lock:
            (self.works if whole else self.broken)[work] += 1

    def ran_out_of_time(self) -> None:
        """The code of a chart was stopped at its limit of time."""
        with self._lock:
            self.out_of_time += 1

    def is_wrong(self, text: str) -> None:
        """Something cannot be; it is printed at once."""
        with self._lock:
            self.wrong.append(text)
            print(f"wrong: {text}", flush=True)

    def totals(self) -> tuple[int, int, int, int]:
        """How many pieces of work, calls, errors and wrong things there were."""
        with self._lock:
            works = self.works.total() + self.broken.total()
            return works, self.calls.total(), self.errors.total(), len(self.wrong)


def is_explained(call: str, error: AzureError) -> bool:
    """Whether a fault of the gate can have led to an error."""
    if isinstance(error, (ServiceRequestError, ServiceResponseError, DecodeError)) or TOLD in str(error):
        return True
    # The answer to a deletion was lost; it was sent again, and there was nothing left.
    return isinstance(error, ResourceNotFoundError) and call.startswith("delete_")
