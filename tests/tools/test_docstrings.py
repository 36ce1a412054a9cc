"""What is read of a docstring."""

from __future__ import annotations

import inspect

import pytest

from agentkit._core.docstrings import first_line, parameter_texts

SPHINX = """
Looks the weather up.

:param city: The city,
    with its country.
:param int days: How many days: 1 to 5.
:param Dict[str, int] table: A table.
:param unit (Literal["c", "f"]): The unit.
:parameter late:
    On the next line.
:keyword key: A keyword.
:param *rest: The rest.
:param empty:
:param last: The last.
:return: the weather
:rtype: str
"""

GOOGLE = """Looks the weather up.

Longer text: with a colon.

Args:
    city: The city,
        with its country.
    days (int, optional): How many days: 1 to 5.
    *rest: The rest.
    **options (str): The options.

Keyword Args:
    key: A keyword.

Returns:
    str: the weather

Raises:
    ValueError: never
"""

NUMPY = """Looks the weather up.

Parameters
----------
city : str
    The city,
    with its country.
days, hours : int, optional
    How many.
*rest
    The rest.

Other Parameters
----------------
key : str
    A keyword.

Returns
-------
weather : str
    The weather.
"""

STYLES = [
    (
        SPHINX,
        {
            "city": "The city,",
            "days": "How many days: 1 to 5.",
            "table": "A table.",
            "unit": "The unit.",
            "late": "On the next line.",
            "key": "A keyword.",
            "rest": "The rest.",
            "last": "The last.",
        },
    ),
    (
        GOOGLE,
        {
            "city": "The city, with its country.",
            "days": "How many days: 1 to 5.",
            "rest": "The rest.",
            "options": "The options.",
            "key": "A keyword.",
        },
    ),
    (
        NUMPY,
        {
            "city": "The city, with its country.",
            "days": "How many.",
            "hours": "How many.",
            "rest": "The rest.",
            "key": "A keyword.",
        },
    ),
]


@pytest.mark.parametrize(("docstring", "texts"), STYLES, ids=["sphinx", "google", "numpy"])
def test_three_styles_are_read(docstring: str, texts: dict[str, str]) -> None:
    docstring = inspect.cleandoc(docstring)
    assert parameter_texts(docstring) == texts
    assert first_line(docstring) == "Looks the weather up."


@pytest.mark.parametrize(
    "docstring",
    [
        "",
        "One line.",
        "Example: one line",
        "Two lines,\nargs: none",
        "A list:\n\n- one: 1\n- two: 2",
        "Args:\nnot indented",
        "Returns:\n    int: a number",
        "Attributes:\n    size: of the object",
        "Parameters\n----------",
        ":return: only this\n:raises ValueError: and this",
        ":param: nameless",
        ":broken field\nArgs:",
    ],
)
def test_what_describes_no_parameter_gives_none(docstring: str) -> None:
    assert parameter_texts(docstring) == {}


@pytest.mark.parametrize(
    ("docstring", "line"),
    [
        ("", ""),
        ("One.\nTwo.", "One."),
        ("\n  Indented.  \n", "Indented."),
        (":param x: An x.", ""),
        (":mod:`agentkit` is it.", ":mod:`agentkit` is it."),
    ],
)
def test_the_first_line_is_what_a_function_does(docstring: str, line: str) -> None:
    assert first_line(docstring) == line
