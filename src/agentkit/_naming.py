"""Checks on the names that callers give: renamed keywords, ids that go into a path, names of files to write."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import Any

__all__ = ["check_id", "either", "safe_file_name"]

# What ends or changes a URL path, or cannot stand in one: separators, control characters, lone surrogates.
_SEPARATORS = frozenset("/\\?#")
_UNPRINTABLE = frozenset({"Cc", "Cs"})

_DRIVE = r"[A-Za-z]:"
# What Windows takes for a device, whatever its ending, and for the folder itself.
_NO_FILE_OF_WINDOWS = r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?|[ .]*"


def either(
    function: str,
    current: str,
    current_value: Any,
    old: str,
    old_value: Any,
    *,
    unset: object,
    required: bool = True,
) -> Any:
    """Take the value of an argument that was renamed and may come under its current or its old name.

    :param function: The function's name, for the error text.
    :param current: The argument's name today, such as ``agent_id``.
    :param current_value: What was given under it, or ``unset``.
    :param old: The name that it had before, such as ``assistant_id``.
    :param old_value: What was given under that, or ``unset``.
    :param unset: The object that stands for "not given".
    :param required: Whether one of the two must be given.
    :return: The given value; ``unset`` where neither is given and none is required.
    :raises TypeError: Both are given and differ, or neither is and one is required.
    """
    if old_value is unset:
        if current_value is unset and required:
            raise TypeError(f"{function}() missing 1 required argument: {current!r}")
        return current_value
    if current_value is unset or current_value == old_value:
        return old_value
    raise TypeError(
        f"{function}() got {current}={current_value!r} and {old}={old_value!r}: "
        f"{old!r} is the older name of {current!r}, so give only one of them"
    )


def check_id(function: str, name: str, value: object) -> str:
    """Check an id before it becomes a segment of a URL path.

    :param function: The function's name, for the error text.
    :param name: The parameter's name, such as ``thread_id``.
    :param value: What was given; the number of a version may be given as one.
    :return: The id, as it is.
    :raises TypeError: It is no string; where it is an object with an id, the text says to pass that.
    :raises ValueError: It is blank, or has a character that would lead the request to another path.
    """
    where = f"{function}(): {name}"
    step = f"pass the {'id' if name.endswith('id') else name} that the service returned"
    if name.endswith("version") and type(value) is int:
        value = str(value)
    if not isinstance(value, str):
        hint = f"; pass {name.removesuffix('_id') or name}.id" if isinstance(getattr(value, "id", None), str) else ""
        raise TypeError(f"{where} must be a str, not {type(value).__name__}{hint}")
    if not value.strip():
        raise ValueError(f"{where} is {'blank' if value else 'empty'} ({value!r}); {step}")
    wrong = next((c for c in value if c in _SEPARATORS or unicodedata.category(c) in _UNPRINTABLE), None)
    if wrong is not None:
        raise ValueError(f"{where} must not contain {wrong!r}, but is {value!r}; {step}")
    if value in (".", ".."):
        raise ValueError(f"{where} is {value!r}, which is no id; {step}")
    return value


def safe_file_name(file_name: str | os.PathLike[str], *, windows: bool = os.name == "nt") -> str:
    r"""Reduce a file name to its last component, so that it cannot lead out of the folder it is saved in.

    ``/`` and ``\`` both separate, and a drive letter is a component of its own, on every platform: the name may come
    from a service or a script of another one. Nothing else is changed; accents and blanks stay.

    Args:
        file_name: The name, or a path that ends in it.
        windows: Whether a name that stands for no file on Windows, such as ``NUL.txt``, is refused.

    Returns:
        The last component.

    Raises:
        TypeError: It is neither a string nor a path of strings.
        ValueError: No name is left, it is ``.`` or ``..``, or no file system takes it: it has a NUL character or half of one.
    """
    name = os.fspath(file_name) if isinstance(file_name, os.PathLike) else file_name
    if not isinstance(name, str):
        raise TypeError(f"file_name must be a str or a path, not {type(file_name).__name__}")
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    while drive := re.match(_DRIVE, last):
        last = last[drive.end() :]
    if last in ("", ".", ".."):
        raise ValueError(f"file_name {name!r} names no file; give a name such as 'chart.png'")
    try:
        os.fsencode(last)
    except UnicodeEncodeError:
        raise ValueError(
            f"file_name {name!r} has half of a character in it, which the file system does not take; give a name such as 'chart.png'"
        ) from None
    if windows and re.fullmatch(_NO_FILE_OF_WINDOWS, last, re.IGNORECASE | re.DOTALL):
        raise ValueError(
            f"file_name {name!r} stands for no file on Windows, but for a device or a folder; give a name such as 'chart.png'"
        )
    if "\0" in last:
        raise ValueError(f"file_name {name!r} has a NUL character, which no file system takes; give a name such as 'chart.png'")
    return last
