"""Settings, key and a random salt enter; the name of the account that runs are bound to leaves, never the key."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from batch_renamer.errors import SettingsError
from batch_renamer.settings.key import ApiKey
from batch_renamer.settings.shape import Settings

__all__ = ["account", "fingerprint", "read_salt"]

_SALT_BYTES = 32
_SALT_FILE = "account.salt"


def fingerprint(key: ApiKey, *, salt: bytes) -> str:
    """Tell keys apart by 16 hex digits that lead nobody back to the key.

    A key is long and random, so a keyed hash is enough and a slow one would buy nothing; the salt of the state
    directory keeps fingerprints of two machines from being compared.

    Raises:
        ValueError: the salt is not 16 to 64 bytes long.

    Example:
        >>> fingerprint(ApiKey("secret"), salt=bytes(32))
        'eb273749f6947675'
    """
    if not 16 <= len(salt) <= 64:
        raise ValueError(f"the salt must be 16 to 64 bytes long, not {len(salt)}")
    return hashlib.blake2b(key.reveal().encode(), key=salt, digest_size=8, person=b"batch-renamer").hexdigest()


def account(settings: Settings, *, key: ApiKey | None) -> str:
    """Name the account that a run belongs to: the sandbox, or base URL and profile, or base URL and fingerprint.

    A profile keeps its name when its key is replaced, so its runs still belong together. Only without one is the key's
    fingerprint taken, with the salt of ``settings.state_dir``, which is made when it isn't there yet.

    Args:
        settings: What the command was told.
        key: The key, needed where neither sandbox nor profile names the account.

    Raises:
        SettingsError: the salt can't be read or made.
        ValueError: the key is needed and missing.

    Example:
        >>> account(Settings(state_dir=Path("/tmp"), profile="office"), key=None)
        'https://api.autoenhance.ai profile office'
    """
    if settings.sandbox:
        return "sandbox"
    if settings.profile is not None:
        return f"{settings.base_url} profile {settings.profile}"
    if key is None:
        raise ValueError("without a profile the account is known by its key, and there is none")
    return f"{settings.base_url} key {fingerprint(key, salt=read_salt(settings.state_dir))}"


def read_salt(state_dir: Path) -> bytes:
    """Read the salt of a state directory (32 random bytes); both are made, for this user alone, where missing.

    Raises:
        SettingsError: it can't be read or made, or is damaged.
    """
    path = state_dir / _SALT_FILE
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_salt(path)
        salt = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"The state directory {state_dir} can't be used: {error.strerror}.") from None
    if len(salt) != _SALT_BYTES:
        raise SettingsError(f"{path} is damaged. Run the command again; if this stays, delete that file.")
    return salt


def _make_salt(path: Path) -> None:
    """Write a new salt unless there is one: two first commands at the same moment must not make two."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_SALT_BYTES))
