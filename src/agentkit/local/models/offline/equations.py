"""Reads a linear equation in one unknown, and has it solved with its steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..base import ModelRequest, ModelTurn
from .request import read_request
from .source import program
from .voice import failure, say, with_code

__all__ = ["Equation", "NotLinearError", "answer", "read_equation"]

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|\.\d+|(?<![^\W\d_])[A-Za-z](?![^\W\d_])|[-+*/()\[\]·×÷−–^²³=]")
_ARTICLE = re.compile(r"^(?:[aAI]\s+)+(?=[\w(.])")
_SOLVES = re.compile(
    r"\b(?:solve|solves|solving|solution|equation|unknown|calculate|find|work\s+out|value\s+of|what(?:'s| is))\b", re.I
)
_SIGNS = str.maketrans({"−": "-", "–": "-", "·": "*", "×": "*", "÷": "/", "[": "(", "]": ")", ",": "."})
_MOST_DIGITS, _MOST_TOKENS = 40, 200


class NotLinearError(ValueError):
    """What stands there is no linear equation in one unknown; the text says why."""


@dataclass(frozen=True)
class _Side:
    """A sum ``factor * unknown + number``."""

    factor: Fraction
    number: Fraction

    def plus(self, other: _Side) -> _Side:
        return _Side(self.factor + other.factor, self.number + other.number)

    def times(self, other: _Side) -> _Side:
        if self.factor and other.factor:
            raise NotLinearError("the unknown is multiplied by itself, so it is not linear")
        factor = self.factor * other.number + self.number * other.factor
        return _Side(factor, self.number * other.number)

    def over(self, other: _Side) -> _Side:
        if other.factor:
            raise NotLinearError("the unknown stands below a fraction line, so it is not linear")
        if not other.number:
            raise NotLinearError("it divides by zero")
        return _Side(self.factor / other.number, self.number / other.number)


@dataclass(frozen=True)
class Equation:
    """An equation as it was written, its unknown, and each side as the factor of the unknown and a number."""

    text: str
    unknown: str
    left: tuple[Fraction, Fraction]
    right: tuple[Fraction, Fraction]


def answer(request: ModelRequest) -> ModelTurn | None:
    """The turn that a linear equation needs next; None where the newest message asks for none to be solved."""
    text = request.last_user_text
    try:
        equation = read_equation(text)
    except NotLinearError as problem:
        return say(f"I solve linear equations in one unknown, such as `3x + 11 = 14`, and I cannot solve this one: {problem}.")
    if equation is None:
        return None
    if not request.results:
        sides = {"LEFT": tuple(map(str, equation.left)), "RIGHT": tuple(map(str, equation.right))}
        code = program("solve_linear", EQUATION=equation.text, UNKNOWN=equation.unknown, **sides)
        return with_code(request, code, f"I read the equation {equation.text}.")
    result = request.results[-1]
    if result.failed:
        return failure(f"the equation {equation.text}", result)
    steps = [line for line in result.output.splitlines() if line.strip()]
    solution = next((line for line in steps if line.startswith("Solution: ")), "")
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate((s for s in steps[1:] if s != solution), 1))
    found = solution.removeprefix("Solution: ")
    return say(
        f"Here is how to solve `{equation.text}`:",
        numbered,
        f"**{found if found.startswith(f'{equation.unknown} =') else found[:1].upper() + found[1:]}**",
    )


def read_equation(text: str) -> Equation | None:
    """The first linear equation of a message that asks for one to be solved, or that is nothing else.

    :param text: The message.
    :raises NotLinearError: It has an equation to solve that is not linear, or has several unknowns.
    """
    if read_request(text) is not None:
        return None
    spans = [match[1] for match in re.finditer(r"`+([^`\n]+)`+", text)]
    for span in [*spans, text]:
        for left, right, whole in _sides(span):
            letters = sorted(set(re.findall("[A-Za-z]", left + right)))
            alone = span.strip().rstrip(".?! ") == whole
            if not letters or not (_SOLVES.search(text) or alone):
                continue
            if len(letters) > 1:
                raise NotLinearError(f"it has more than one unknown ({', '.join(letters)})")
            return Equation(f"{left} = {right}", letters[0], _parsed(left), _parsed(right))
    return None


def _sides(text: str) -> Iterator[tuple[str, str, str]]:
    """The two sides of each stretch of numbers, single letters and signs that has one "=" in it, and the stretch itself."""
    runs: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(text):
        if runs[-1] and text[runs[-1][-1].end() : token.start()].strip(" \t"):
            runs.append([])
        runs[-1].append(token)
    for run in runs:
        whole = text[run[0].start() : run[-1].end()] if run else ""
        if whole.count("=") != 1:
            continue
        left, right = whole.split("=")
        left, right = _ARTICLE.sub("", left.strip()), re.sub(r"[-–+*/(\s]+$", "", right.strip())
        if left.startswith("(") and right.endswith(")") and left.count("(") - left.count(")") == 1:
            left, right = left[1:].strip(), right[:-1].strip()  # the whole equation stands in brackets
        if left and right:
            yield left, right, whole.strip()


def _parsed(text: str) -> tuple[Fraction, Fraction]:
    plain = text.translate(_SIGNS)
    if re.search(r"\^|²|³|\*\*", plain):
        raise NotLinearError("it has a power, so it is not linear")
    tokens = re.findall(r"\d+(?:\.\d+)?|\.\d+|[A-Za-z]|[-+*/()]", plain)
    if len(tokens) > _MOST_TOKENS:
        raise NotLinearError(f"a side has more than {_MOST_TOKENS} numbers and signs")
    if any(len(token) > _MOST_DIGITS for token in tokens):
        raise NotLinearError(f"a number has more than {_MOST_DIGITS} digits")
    reader = _Reader(tokens)
    side = reader.sum()
    if reader.rest():
        raise NotLinearError(f'I cannot read "{text.strip()}" as a sum')
    return side.factor, side.number


class _Reader:
    """Reads the tokens of one side by recursive descent: sums of products of numbers, unknowns and brackets."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens: Iterator[str] = iter(tokens)
        self._next = next(self._tokens, "")

    def rest(self) -> str:
        """The token that comes next; empty at the end."""
        return self._next

    def sum(self) -> _Side:
        total = self._product()
        while self._next in ("+", "-"):
            total = total.plus(self._product())
        return total

    def _take(self) -> str:
        token, self._next = self._next, next(self._tokens, "")
        return token

    def _product(self) -> _Side:
        sign = 1
        while self._next in ("+", "-"):
            sign *= -1 if self._take() == "-" else 1
        product = self._factor().times(_Side(Fraction(0), Fraction(sign)))
        while self._next and self._next not in "+-)":
            if self._next == "/":
                self._take()
                product = product.over(self._signed())
            else:  # 3x and 2(x + 1) multiply without a sign
                if self._next == "*":
                    self._take()
                product = product.times(self._signed())
        return product

    def _signed(self) -> _Side:
        negative = False
        while self._next in ("+", "-"):
            negative ^= self._take() == "-"
        factor = self._factor()
        return factor.times(_Side(Fraction(0), Fraction(-1))) if negative else factor

    def _factor(self) -> _Side:
        token = self._take()
        if token == "(":
            inner = self.sum()
            if self._take() != ")":
                raise NotLinearError("a bracket is not closed")
            return inner
        if token[:1].isalpha():
            return _Side(Fraction(1), Fraction(0))
        if token[:1].isdigit() or token[:1] == ".":
            return _Side(Fraction(0), Fraction(token))
        raise NotLinearError(f"a number is missing{f' before {token!r}' if token else ' at an end'}")
