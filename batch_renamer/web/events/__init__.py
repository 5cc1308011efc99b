"""Tells open pages what changes, as it happens: at most 10 updates a second for each."""

from batch_renamer.web.events.hub import Hub, Listener
from batch_renamer.web.events.stream import stream_events

__all__ = ["Hub", "Listener", "stream_events"]
