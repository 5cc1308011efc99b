"""A text for Prometheus enters; its samples leave, if every line keeps to the format, more strictly than Prometheus is.

The format is that of https://prometheus.io/docs/instrumenting/exposition_formats/ (2026-11); the textfile collector of
node_exporter takes no timestamps besides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Sample", "samples_of"]

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)')
_SAMPLE = re.compile(rf"({_NAME})(?:\{{(.*)\}})? (-?[0-9]+(?:\.[0-9]+)?|NaN)")
_HELP = re.compile(rf"# HELP ({_NAME}) (\S.*)")
_TYPE = re.compile(rf"# TYPE ({_NAME}) (gauge|counter)")
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


class Sample(NamedTuple):
    """One value with its labels."""

    name: str
    labels: Mapping[str, str]
    value: float


def samples_of(text: str) -> list[Sample]:
    """Return the samples of a text.

    Raises:
        AssertionError: a line is not as the format wants it; the line is shown.
    """
    assert text.endswith("\n"), "the last line has no end"
    found: list[Sample] = []
    typed = helped = ""
    known: set[str] = set()
    for line in text.removesuffix("\n").split("\n"):
        if match := _HELP.fullmatch(line):
            helped = match[1]
            assert helped not in known, f"two groups of one name: {line}"
            known.add(helped)
        elif match := _TYPE.fullmatch(line):
            assert (typed := match[1]) == helped, f"a type without help: {line}"
        else:
            match = _SAMPLE.fullmatch(line)
            assert match is not None, f"no sample: {line}"
            assert match[1] == typed, f"a sample outside of its group: {line}"
            found.append(Sample(match[1], _labels(match[2] or "", line), float(match[3])))
    series = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in found]
    assert len(set(series)) == len(series), "one series has two values"
    return found


def _labels(text: str, line: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _LABEL.match(text, position)
        assert match is not None, f"no label: {line}"
        assert match[1] not in labels, f"a label twice: {line}"
        labels[match[1]] = re.sub(r"\\.", lambda escape: _ESCAPES[escape[0]], match[2])
        position = match.end()
    return labels
