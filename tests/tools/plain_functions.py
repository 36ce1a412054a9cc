"""Functions whose annotations are types at run time: this module must not import annotations from __future__."""

from typing import Dict, List, Optional, Union  # noqa: UP035  (the older spellings are what is tested)


def plain(  # type: ignore[no-untyped-def]
    text: str,
    count: int,
    share: float,
    flag: bool,
    items: list,  # type: ignore[type-arg]
    table: dict,  # type: ignore[type-arg]
    names: List[str],  # noqa: UP006
    rows: List[List[int]],  # noqa: UP006
    maybe: Optional[int],  # noqa: UP045
    either: Union[int, str],  # noqa: UP007
    any_of: Union[int, str, None],  # noqa: UP007
    anything,
    tables: Optional[List[Dict[str, str]]] = None,  # noqa: UP006, UP045
    size: int = 3,
):
    """Takes the plain types.

    :param text: A text.
    :param count (int): A number.
    :param List[str] names: Some names.
    """
    return text


async def doubled(number: int) -> int:
    """Doubles a number."""
    return number * 2


def shout(text: str, times: int = 1) -> str:
    """Shouts a text."""
    return (text.upper() + "!") * times


def add(a: int, b: int = 1) -> int:
    """Adds."""
    return a + b
