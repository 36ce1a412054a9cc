"""Which characters belong to scripts that put no blanks between words."""

from __future__ import annotations

__all__ = ["UNSPACED"]

# Han, kana, Hangul, Thai, Lao, Khmer and Myanmar, as ranges for a character class of a regular expression.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
