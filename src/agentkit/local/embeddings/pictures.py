"""Embeds pictures by their colours: each is scaled down to a few squares, whose colours are the numbers of its vector.

Pictures that look alike from afar point the same way. Nothing is recognised in them.
"""

from __future__ import annotations

import base64
import binascii
import io
import math
import re
import warnings

from agentkit.local.embeddings.text import unit
from agentkit.local.errors import ApiError, bad_request

__all__ = ["DIMENSIONS", "embed_picture", "picture_bytes"]

DIMENSIONS = {3 * side * side: side for side in (1, 2, 4, 8, 16, 32)}
"""How many numbers a vector can have, with the squares to a side that give them: three colours for each square."""

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_MOST_PIXELS = 50_000_000
_DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,(?P<data>[A-Za-z0-9+/=\s]+)")


def picture_bytes(url: str, param: str) -> bytes:
    """The picture that a data URL holds.

    :param url: ``data:image/...;base64,...``; what it names is not fetched.
    :param param: The field that it came in, for the error text.
    :raises ApiError: 400, it is no such URL.
    """
    found = _DATA_URL.fullmatch(url.strip())
    if found is None:
        raise bad_request(
            f"{param}: a picture comes as a data URL, data:image/png;base64,...; addresses are not fetched.", param
        )
    try:
        return base64.b64decode("".join(found["data"].split()), validate=True)
    except binascii.Error:
        raise bad_request(f"{param}: what follows 'base64,' is no base64.", param) from None


def embed_picture(picture: bytes, dimensions: int, param: str) -> list[float]:
    """The vector of a picture.

    :param picture: A file of one of the usual formats; of one that moves, the first frame.
    :param dimensions: How many numbers to give; one of :data:`DIMENSIONS`.
    :param param: The field that it came in, for error texts.
    :return: A vector of length 1: red, green and blue of each square, row by row, with grey at zero.
    :raises ApiError: 400, it is no picture or too large a one; 400, the package for pictures is missing.
    """
    try:
        from PIL import Image
    except ModuleNotFoundError:
        raise ApiError(
            400,
            "Pictures are read by the package Pillow, which is not installed where this service runs. Install the extra from the checkout: "
            "pip install '.[local]'",
            code="OperationNotSupported",
        ) from None
    side = DIMENSIONS[dimensions]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damage that does not keep the picture from being read
            with Image.open(io.BytesIO(picture), formats=_FORMATS) as image:
                if math.prod(image.size) > _MOST_PIXELS:
                    raise bad_request(
                        f"{param}: the picture has {math.prod(image.size)} pixels, and {_MOST_PIXELS} are the most that is taken.",
                        param,
                    )
                seen = image.convert("RGBA")
                flat = Image.new("RGBA", seen.size, "white")
                flat.alpha_composite(seen)
                small = flat.convert("RGB").resize((side, side), Image.Resampling.BOX)
    except ApiError:
        raise
    except Exception as error:
        raise bad_request(f"{param}: this is no picture that can be read ({', '.join(_FORMATS)} can).", param) from error
    return unit([value / 127.5 - 1.0 for value in small.tobytes()])
