"""What a handler works with: one frozen value that is made when the server starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from batch_renamer.journal import Journal
from batch_renamer.settings import Settings
from batch_renamer.web.events import Hub
from batch_renamer.web.guarding import Tokens

__all__ = ["Workspace", "make_workspace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The tools of every handler.

    ``given`` are the options that the command `web` was given, by the names of the settings; ``settings`` are what they
    come to. ``journal`` is for reading: each job opens one of its own.
    """

    given: Mapping[str, object]
    settings: Settings
    journal: Journal
    hub: Hub
    tokens: Tokens


def make_workspace(*, given: Mapping[str, object], settings: Settings, journal: Journal) -> Workspace:
    """Return the tools for a server that was started with these options; call it in the event loop."""
    return Workspace(given=given, settings=settings, journal=journal, hub=Hub(), tokens=Tokens())
