"""Solve a linear equation in one unknown with exact fractions, and print every step."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

EQUATION: str = "3x + 11 = 14"
UNKNOWN: str = "x"
# Each side as a factor of the unknown and a number.
LEFT: tuple[str, str] = ("3", "11")
RIGHT: tuple[str, str] = ("0", "14")


def side(factor: Fraction, number: Fraction) -> str:
    """One side of an equation as people write it: ``3x + 11``."""
    if factor == 0:
        return str(number)
    sign = "-" if factor < 0 else ""
    size = abs(factor)
    term = UNKNOWN if size == 1 else f"{size}{UNKNOWN}" if size.denominator == 1 else f"({size}){UNKNOWN}"
    rest = "" if number == 0 else f" {'+' if number > 0 else '-'} {abs(number)}"
    return sign + term + rest


def decimals(number: Fraction) -> str:
    """A fraction with decimals, which are exact where only tens divide it; empty for a whole number."""
    if number.denominator == 1:
        return ""
    exact = 10 ** number.denominator.bit_length() % number.denominator == 0
    return f" = {Decimal(number.numerator) / number.denominator}" if exact else f" (about {float(number):.6g})"


def main() -> None:
    (a, b), (c, d) = map(Fraction, LEFT), map(Fraction, RIGHT)
    print(f"Equation: {EQUATION}")
    simple = f"{side(a, b)} = {side(c, d)}"
    if simple.replace(" ", "") != EQUATION.replace(" ", ""):
        print(f"Simplify both sides: {simple}")
    if a == 0 and c != 0:
        a, b, c, d = c, d, a, b
        print(f"Swap the sides: {side(a, b)} = {side(c, d)}")
    original = (a, b), (c, d)
    if c != 0:
        words = f"Subtract {side(c, Fraction(0))} from" if c > 0 else f"Add {side(-c, Fraction(0))} to"
        a, c = a - c, Fraction(0)
        print(f"{words} both sides: {side(a, b)} = {d}")
    if b != 0:
        words = f"Subtract {b} from" if b > 0 else f"Add {-b} to"
        b, d = Fraction(0), d - b
        print(f"{words} both sides: {side(a, b)} = {d}")
    if a == 0:
        always = f"Solution: infinitely many solutions, because 0 = 0 is true whatever number {UNKNOWN} is"
        never = f"Solution: no solution, because 0 = {d} is never true"
        print(always if d == 0 else never)
        return
    if a != 1:
        print(f"Divide both sides by {a}: {UNKNOWN} = {d / a}")
    solution = d / a
    left, right = (factor * solution + number for factor, number in original)
    print(f"Check with {UNKNOWN} = {solution}: the left side is {left}, the right side is {right}")
    print(f"Solution: {UNKNOWN} = {solution}{decimals(solution)}")


if __name__ == "__main__":
    main()
