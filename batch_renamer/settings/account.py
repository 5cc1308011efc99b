"""Settings, key and a random salt enter; the name of the account that runs are bound to leaves, never the key."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from batch_renamer.settings.address import is_loopback
from batch_renamer.settings.key import ApiKey
from batch_renamer.settings.shape import Settings

__all__ = ["account", "fingerprint", "lock_names"]

_EVERY_MACHINE = bytes(32)


def fingerprint(key: ApiKey, *, salt: bytes) -> str:
    """Tell keys apart by 16 hex digits that lead nobody back to the key.

    A key is long and random, so a keyed hash is enough and a slow one would buy nothing; the salt of the journal keeps
    fingerprints of two machines from being compared.

    Raises:
        ValueError: the salt is not 16 to 64 bytes long.

    Example:
        >>> fingerprint(ApiKey("secret"), salt=bytes(32))
        'eb273749f6947675'
    """
    if not 16 <= len(salt) <= 64:
        raise ValueError(f"the salt must be 16 to 64 bytes long, not {len(salt)}")
    return hashlib.blake2b(key.reveal().encode(), key=salt, digest_size=8, person=b"batch-renamer").hexdigest()


def account(settings: Settings, *, key: ApiKey | None, salt: bytes = b"") -> str:
    """Name the account that a run belongs to: the sandbox, or base URL and profile, or base URL and fingerprint.

    A profile keeps its name when its key is replaced, so its runs still belong together. Only without one is the key's
    fingerprint taken.

    Args:
        settings: What the command was told.
        key: The key, needed where neither sandbox nor profile names the account.
        salt: That of the journal, needed where the key is.

    Raises:
        ValueError: the key is needed and missing.

    Example:
        >>> from pathlib import Path
        >>> account(Settings(state_dir=Path("/tmp"), profile="office"), key=None)
        'https://api.autoenhance.ai profile office'
    """
    if settings.sandbox:
        return "sandbox"
    if settings.profile is not None:
        return f"{settings.base_url} profile {settings.profile}"
    if key is None:
        raise ValueError("without a profile the account is known by its key, and there is none")
    return f"{settings.base_url} key {fingerprint(key, salt=salt)}"


def lock_names(settings: Settings, key: ApiKey) -> tuple[str, ...]:
    """Return the names under which an account is locked while a run renames in it.

    One account can be reached by several profiles, by the environment's key and by several addresses of one server.
    What they have in common is the key, wherever it leads; what a replaced key has in common with the one before is
    the profile. The key's name is made without a salt, so that it is the same for every journal on the machine; it
    stands in no file, only its hash names one.

    Example:
        >>> from pathlib import Path
        >>> here = Settings(state_dir=Path("/tmp"), profile="office", base_url="http://127.0.0.1:8080")
        >>> lock_names(here, ApiKey("secret"))
        ('http://localhost:8080 profile office', 'key eb273749f6947675')
    """
    by_key = f"key {fingerprint(key, salt=_EVERY_MACHINE)}"
    if settings.profile is None:
        return (by_key,)
    return (f"{_one_loopback(settings.base_url)} profile {settings.profile}", by_key)


def _one_loopback(base_url: str) -> str:
    """Return the base URL, with one name of this machine for all that it has."""
    parts = urlsplit(base_url)
    if not is_loopback(parts.hostname or ""):
        return base_url
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://localhost{port}{parts.path}"
