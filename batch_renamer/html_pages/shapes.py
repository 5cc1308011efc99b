"""What a plot is made of, and the scale of its values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["HEIGHT", "WIDTH", "Bar", "Label", "Plot", "Point", "Scale"]

WIDTH, HEIGHT = 600.0, 180.0
"""The area that is drawn on; labels stand outside. The origin is at its upper left."""

_LEAST_HEIGHT = 1.0  # a value that is not 0 is seen
_STEPS = (1, 2, 2.5, 5, 10)
_MOST_LABELS = 4


class Point(NamedTuple):
    """A place in the drawing."""

    x: float
    y: float


class Bar(NamedTuple):
    """A rectangle; ``kind`` says what it stands for."""

    kind: str
    x: float
    y: float
    width: float
    height: float


class Label(NamedTuple):
    """A text at a place of an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One plot: its drawing, what it says in a sentence, and the same numbers as a table.

    ``marks`` are the places on the time axis where something is marked, ``line`` has the corners of a line.
    ``legend`` says what each kind stands for.
    """

    key: str
    title: str
    text: str
    bars: tuple[Bar, ...]
    marks: tuple[float, ...] = ()
    line: tuple[Point, ...] = ()
    x_labels: tuple[Label, ...]
    y_labels: tuple[Label, ...]
    legend: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]


class Scale:
    """Puts values from 0 to at least ``most`` on the height of the drawing.

    Example:
        >>> scale = Scale(290)
        >>> scale.y(0), scale.y(150), [label.text for label in scale.labels]
        (180.0, 90.0, ['0', '100', '200', '300'])
    """

    def __init__(self, most: float) -> None:
        rough = max(most, 1.0) / (_MOST_LABELS - 1)
        tens = 10.0 ** math.floor(math.log10(rough))
        step = next(tens * step for step in _STEPS if tens * step >= rough * (1 - 1e-9))
        step = max(step, 1.0)
        self.top = step * math.ceil(max(most, 1.0) / step - 1e-9)
        values = [step * number for number in range(round(self.top / step) + 1)]
        self.labels = tuple(Label(self.y(value), f"{value:,.10g}") for value in values)

    def y(self, value: float) -> float:
        """Return the place of a value."""
        return HEIGHT * (1 - value / self.top)

    def bar(self, kind: str, x: float, width: float, value: float, *, on: float = 0.0) -> Bar:
        """Return the bar of a value, standing on another value."""
        height = max(HEIGHT * value / self.top, _LEAST_HEIGHT if value else 0.0)
        return Bar(kind, x, self.y(on) - height, width, height)
