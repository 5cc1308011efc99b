"""Every text of the package that a user may read, with its place: ``python -m tests.support.messages [WORD]``.

A text is a string of three words or more that is neither a docstring nor SQL; what an f-string fills in is shown as it
stands in the code. Some texts are for the log or for developers alone.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import batch_renamer

__all__ = ["Message", "messages"]

_FEWEST_WORDS = 3
_SQL = ("SELECT", "INSERT", "UPDATE", "CREATE", "DELETE", "WITH", "PRAGMA", "ALTER", "DROP", "WHERE", "CASE", "(\n")


class Message(NamedTuple):
    """A text and where it stands."""

    place: str
    text: str


@cache
def messages() -> tuple[Message, ...]:
    """Return all texts, in the order of the files and their lines."""
    return tuple(_messages())


def _messages() -> Iterator[Message]:
    package = Path(batch_renamer.__file__).parent
    for path in sorted(package.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        passed_over = {id(part) for node in ast.walk(tree) for part in _not_texts(node)}
        found = sorted(
            (node.lineno, text)
            for node in ast.walk(tree)
            if id(node) not in passed_over and isinstance(node, ast.expr) and (text := _text(node))
        )
        place = path.relative_to(package.parent)
        yield from (Message(f"{place}:{line}", text) for line, text in found if _is_for_people(text))


def _not_texts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the strings in this node that are docstrings, or parts of an f-string."""
    for statement in getattr(node, "body", []) if isinstance(getattr(node, "body", None), list) else []:
        if isinstance(statement, ast.Expr):
            yield statement.value
    if isinstance(node, ast.JoinedStr):
        yield from node.values


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(
                str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(_filled_in(part))}}}"
                for part in values
            )
    return ""


def _filled_in(part: ast.expr) -> ast.expr:
    return part.value if isinstance(part, ast.FormattedValue) else part


def _is_for_people(text: str) -> bool:
    return len(text.split()) >= _FEWEST_WORDS and not text.lstrip().startswith(_SQL)


if __name__ == "__main__":
    wanted = " ".join(sys.argv[1:]).lower()
    for message in messages():
        if wanted in message.text.lower():
            sys.stdout.write(f"{message.place}: {message.text!r}\n")
