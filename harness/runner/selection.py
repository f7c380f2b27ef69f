"""`-k EXPR`: words joined by and, or, not and parentheses, found in the names of cases."""

import ast
from collections.abc import Callable

from harness.values.errors import UsageError

Test = Callable[[str], bool]


def parse_selection(text: str) -> Test:
    """A test on names; an empty expression takes all. Raises UsageError for a malformed one.

    As pytest's -k: `oob and not (stack or ctx)`. A word that is not a Python name is quoted:
    `"jit-harden"`. Python's own parser reads the expression; nothing in it is evaluated.
    """
    if not text.strip():
        return lambda name: True
    try:
        return _test(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError) as error:
        raise UsageError(
            f"-k {text!r} is not an expression: {error}",
            remedy="join words with and, or, not and parentheses; quote words with other signs",
        ) from error


def _test(node: ast.expr) -> Test:
    match node:
        case ast.Name(id=word) | ast.Constant(value=str(word)):
            return lambda name: word in name
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _test(operand)
            return lambda name: not inner(name)
        case ast.BoolOp(op=ast.And(), values=values):
            tests = [_test(value) for value in values]
            return lambda name: all(test(name) for test in tests)
        case ast.BoolOp(values=values):
            tests = [_test(value) for value in values]
            return lambda name: any(test(name) for test in tests)
        case _:
            raise ValueError(f"{ast.unparse(node)!r} is neither a word nor and, or, not")
