"""An HTML page enters, and the text that a person reads on it leaves, a line for each block."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["text_of"]

_INLINE = frozenset({"a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "time", "tspan", "sup", "sub"})
_UNSEEN = frozenset({"style", "script", "title", "template"})


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        if tag not in _INLINE:
            self.parts.append(" | " if tag in ("td", "th") else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN
        if tag not in _INLINE and tag not in ("td", "th"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def text_of(page: str) -> str:
    r"""Return the text of a page.

    Example:
        >>> text_of("<style>p {}</style><p>One <b>night</b>.</p><table><tr><td>a</td><td>b</td></tr></table>")
        'One night.\n| a | b'
    """
    reader = _Text()
    reader.feed(page)
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line.strip(" |"))
