"""The judge of the matrix finds what is wrong: a value that is another's, an error that tells nothing, a second object."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentkit.exceptions import DecodeError, ServiceRequestError, ServiceResponseError

from .acts import TOLD
from .expected import VALUE, Expected
from .faults import faults_named
from .gate import Told
from .judging import problems_of_counts, problems_of_error, problems_of_folder, problems_of_value, shape
from .operations import CONTENT
from .project_operations import operations_named

GET, MAKE, BYTES, SAVE = operations_named("get_run", "create_message", "get_file_content", "save_file")
NONE, PAGE = faults_named("no fault", "200, a web page")


@pytest.mark.parametrize(
    ("error", "told", "words"),
    [
        (ValueError("no"), None, "is no AzureError"),
        (ServiceRequestError("It broke."), None, "says nothing of what to do"),
        (ServiceRequestError("It\nbroke. Try again."), None, "in several lines"),
        (ServiceRequestError("x" * 2000 + ". Try again."), None, "at great length"),
        (ServiceResponseError("It broke. Try again."), Told(200, "req_1"), "carries status and request id (None, None)"),
        (DecodeError("Check it."), Told(200, "req_1"), "does not name the request id req_1"),
    ],
)
def test_an_error_that_is_of_no_use_is_a_problem(error: Exception, told: Told | None, words: str) -> None:
    assert words in "; ".join(problems_of_error(Expected("Any"), error, told))


def test_an_error_that_tells_everything_is_none() -> None:
    error = ServiceResponseError(f"{TOLD}, request id req_1")
    error.status_code, error.request_id = 200, "req_1"  # type: ignore[attr-defined]
    assert list(problems_of_error(Expected("Any", says="so by"), error, Told(200, "req_1"))) == []
    assert "does not say 'x'" in next(problems_of_error(Expected("Any", says="x"), error, None))


@pytest.mark.parametrize(("received", "made", "count"), [(1, 1, 0), (2, 1, 1), (1, 2, 1), (1, 0, 1), (2, 2, 2)])
def test_what_the_service_should_not_have_got_is_a_problem(received: int, made: int, count: int) -> None:
    assert len(list(problems_of_counts(MAKE, Expected(VALUE), received, made))) == count
    several = replace(MAKE, more=True)
    assert len(list(problems_of_counts(several, Expected(VALUE), received, made))) == (made != 1)


def test_another_value_is_a_problem() -> None:
    usual = shape({"id": 1, "object": 2})
    assert list(problems_of_value(GET, NONE, shape({"object": 3, "id": 4}), usual)) == []
    assert len(list(problems_of_value(GET, NONE, shape({"id": 1}), usual))) == 1
    assert list(problems_of_value(BYTES, NONE, CONTENT, None)) == []
    assert len(list(problems_of_value(BYTES, NONE, CONTENT[:-1], None))) == 1
    assert len(list(problems_of_value(BYTES, PAGE, CONTENT, None))) == 1


def test_a_file_that_is_left_is_a_problem() -> None:
    assert list(problems_of_folder(SAVE, VALUE, ["down.txt"])) == []
    assert len(list(problems_of_folder(SAVE, "DecodeError", [".down.txt.1.part"]))) == 1
    assert len(list(problems_of_folder(GET, VALUE, ["down.txt"]))) == 1
