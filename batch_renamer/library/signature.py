"""Shows the options of a function in its signature, where completion and `help` look for them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, get_type_hints

__all__ = ["shows_options"]

Function = TypeVar("Function", bound=Callable[..., Any])


class _Left:
    """Stands for an option that is not given: what holds then depends on the calls before."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "..."


_LEFT = _Left()


def shows_options(options: type) -> Callable[[Function], Function]:
    """Name each option of a typed dictionary in a function's signature, in the place of ``**options``.

    A type checker reads `Unpack` for that; the completion of a notebook asks for the signature.

    Example:
        >>> from typing import TypedDict
        >>> class Pace(TypedDict, total=False):
        ...     rate: float
        >>> @shows_options(Pace)
        ... def send(key: str, **options: object) -> None: ...
        >>> str(inspect.signature(send))
        "(key: 'str', *, rate: float = ...) -> 'None'"
    """

    def decorated(function: Function) -> Function:
        signature = inspect.signature(function)
        own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        function.__signature__ = signature.replace(parameters=[*own, *_parameters(options)])  # type: ignore[attr-defined]
        return function

    return decorated


def _parameters(options: type) -> Iterator[inspect.Parameter]:
    for name, hint in get_type_hints(options).items():
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_LEFT, annotation=hint)
