"""An option as its user gave it: name, value and source enter, the words with which a message begins leave."""

from __future__ import annotations

from datetime import date, time

__all__ = ["as_typed", "shown_value"]

_SHOWN_CHARACTERS = 60


def as_typed(name: str, value: str | None, source: str) -> str:
    """Return an option in the form of the place that it is from; ``value`` is None where it is not to be shown.

    Example:
        >>> as_typed("rate", "5", "--rate"), as_typed("rate", "5", "BATCH_RENAMER_RATE")
        ('--rate 5', 'BATCH_RENAMER_RATE=5')
        >>> as_typed("rate", "5", "argument rate"), as_typed("rate", "5", "night.toml")
        ('rate=5', 'rate = 5 in night.toml')
    """
    if source.startswith("--"):
        return source if value is None else f"{source} {value}"
    if source.startswith("argument "):
        return name if value is None else f"{name}={value}"
    if source == f"BATCH_RENAMER_{name.upper()}":
        return source if value is None else f"{source}={value}"
    return f"{name} in {source}" if value is None else f"{name} = {value} in {source}"


def shown_value(value: object) -> str:
    """Return a value as it was written, shortened, in quotes where its ends would not be seen without them.

    Example:
        >>> shown_value("fast"), shown_value(" "), shown_value([1])
        ('fast', '" "', 'a list')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    text = "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in str(value))
    if len(text) > _SHOWN_CHARACTERS:
        text = f"{text[:_SHOWN_CHARACTERS]}..."
    return text if text and " " not in text else f'"{text}"'
