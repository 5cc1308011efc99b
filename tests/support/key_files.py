"""Key files of the tests: a file with a key and its permissions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

posix_only = pytest.mark.skipif(os.name != "posix", reason="permission bits mean this only on POSIX")


def key_file(folder: Path, text: str | bytes, *, mode: int = 0o600, name: str = "k.key") -> Path:
    """Write a key file with these permissions."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path
