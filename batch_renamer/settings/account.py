"""Names the account of a run, from settings, key and a random salt; the name never contains the key."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from batch_renamer.settings.address import is_loopback
from batch_renamer.settings.api_key import ApiKey
from batch_renamer.settings.shape import Settings

__all__ = ["account", "fingerprint", "lock_names"]

_EVERY_MACHINE = bytes(32)


def fingerprint(key: ApiKey, *, salt: bytes) -> str:
    """Return 16 hex digits that tell keys apart and from which no key can be computed.

    A key is long and random, so a fast keyed hash is enough. The salt of the journal prevents comparing fingerprints of
    two machines.

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
    """Return the name of the account of a run: the sandbox, or base URL and profile, or base URL and fingerprint.

    A profile keeps its name when its key is replaced, so its runs stay together. The fingerprint is used only without a
    profile.

    Args:
        settings: The settings of the command.
        key: The key, needed where neither sandbox nor profile names the account.
        salt: The salt of the journal, needed with the key.

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

    One account can be reached by several profiles, by the key of the environment and by several addresses of one
    server. All of these share the key, so one name is made from the key. A replaced key shares only the profile with
    the old one, so the other name is made from the profile. The key's name uses no salt, so that every journal on the
    machine has the same one; no file contains it, only its hash is the name of one.

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
    """Return the base URL with ``localhost`` in place of every other name of this machine."""
    parts = urlsplit(base_url)
    if not is_loopback(parts.hostname or ""):
        return base_url
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://localhost{port}{parts.path}"
