"""Tests mirror the rooms: unit, then flow (several rooms, a fake API), then e2e (the real command, a real socket)."""
