"""Opening and making files and folders safely: a pipe never blocks, and a link leads to no unexpected file.

Code that reads or appends to a file that the user named (configuration, key, log) opens it with `open_regular` or
`read_regular`. Code that stores something for this user alone uses `private_folder` and ``follow_links=False``. All
functions raise OSError with a readable reason; none knows what a file contains.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
import unicodedata
from contextlib import suppress
from pathlib import Path

__all__ = [
    "FileIdentity",
    "digest_of",
    "make_folder",
    "open_regular",
    "others_may_write",
    "private_folder",
    "programs_with",
    "read_regular",
    "same_place",
    "sync_folder",
    "tighten",
    "write_private",
]

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFLNK: "a link to another file",
}
# Without O_NONBLOCK, opening a pipe blocks until a writer opens it. O_BINARY exists on Windows only, the others on
# POSIX.
_ALWAYS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BLOCK_BYTES = 1 << 20
_LOCK_FILES = {"~${}": "Excel", ".~lock.{}#": "LibreOffice"}


def open_regular(path: Path, flags: int = os.O_RDONLY, *, follow_links: bool = True, devices: bool = False) -> int:
    """Open a regular file as `os.open` does and return its descriptor; a new file is readable by this user only (0600).

    Pipes, sockets and folders are refused instead of waited for. ``devices=True`` also accepts devices, which is safe
    for a caller who only writes.

    Raises:
        OSError: it is no regular file, or it can't be opened; ``strerror`` says why.

    Example:
        >>> open_regular(Path("/dev/zero"))
        Traceback (most recent call last):
        ...
        OSError: [Errno 22] it is a device, not a regular file: '/dev/zero'
    """
    try:
        # Checked before opening, because opening a device can already have an effect.
        _refuse_irregular(path.stat(follow_symlinks=follow_links), path, devices=devices)
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    descriptor = os.open(path, flags | _ALWAYS | (0 if follow_links else _NOFOLLOW), 0o600)
    try:
        _refuse_irregular(os.fstat(descriptor), path, devices=devices)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_regular(path: Path, *, limit_bytes: int) -> tuple[bytes, os.stat_result]:
    """Return the content of a regular file, at most ``limit_bytes`` + 1 bytes of it, and the file's stat result.

    Raises:
        OSError: it is no regular file, or it can't be read; ``strerror`` says why.
    """
    _refuse_irregular(path.stat(), path)
    with path.open("rb") as file:
        return file.read(limit_bytes + 1), os.fstat(file.fileno())


def digest_of(path: Path, *, begin: bytes = b"") -> str:
    """Return a fingerprint of a regular file's content, after the bytes of ``begin``.

    Raises:
        OSError: it is no regular file, or it can't be read; ``strerror`` says why.
    """
    digest = hashlib.blake2b(begin, digest_size=16)
    with os.fdopen(open_regular(path), "rb") as content:
        while block := content.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def programs_with(path: Path) -> tuple[str, ...]:
    """Return the programs that have a spreadsheet open, by the lock files that they put beside it.

    After a crash of such a program, its lock file may have stayed.
    """
    return tuple(
        program for lock, program in _LOCK_FILES.items() if os.path.lexists(path.with_name(lock.format(path.name)))
    )


def _refuse_irregular(found: os.stat_result, path: Path, *, devices: bool = False) -> None:
    mode = found.st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(mode) and not (devices and stat.S_ISCHR(mode)):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise OSError(errno.EINVAL, f"it is {kind}, not a regular file", str(path))


def make_folder(path: Path) -> None:
    """Make a folder for this user alone (0700), unless it exists.

    Raises:
        OSError: it can't be made.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def private_folder(path: Path) -> None:
    """Make a folder for this user alone (0700); if it exists and others can use it, take their access away.

    Only for folders that belong to this program. The mode of a folder that the user chose is not changed.

    Raises:
        OSError: it can't be made, or a link to another folder stands in its place.
    """
    make_folder(path.parent)
    make_folder(path)
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link to another folder; remove the link", str(path))
    tighten(path)


def write_private(path: Path, text: str, *, replace: bool) -> None:
    """Write a file for this user alone (0600), whole or not at all; its folder is made (0700) where there is none.

    Raises:
        FileExistsError: there is a file, and it is not to be replaced.
        OSError: it can't be written.
    """
    make_folder(path.parent)
    if not replace and os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, "there is a file of that name already", str(path))
    place = Path(os.path.realpath(path))
    unfinished = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        descriptor = open_regular(unfinished, os.O_CREAT | os.O_WRONLY | os.O_EXCL, follow_links=False)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)  # has gone already when all went well


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can do that."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some network shares can't
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def tighten(path: Path) -> bool:
    """Take away other users' access to a file or folder of this user; return whether they had any."""
    if os.name != "posix":
        return False
    found = path.lstat()
    if not found.st_mode & 0o077 or found.st_uid != os.geteuid() or stat.S_ISLNK(found.st_mode):
        return False
    path.chmod(stat.S_IMODE(found.st_mode) & 0o700)
    return True


def others_may_write(path: Path) -> bool:
    """Tell whether other users can make, replace or remove files in a folder."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o022)


class FileIdentity:
    """Remember which file or folder is at a path now, and tell later whether it is still the same one.

    Example:
        >>> import tempfile
        >>> with tempfile.NamedTemporaryFile() as file:
        ...     identity = FileIdentity(Path(file.name))
        ...     identity.is_in_place()
        True
        >>> identity.is_in_place()
        False
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._found = path.stat()

    def is_in_place(self) -> bool:
        """Tell whether the same file is still at the path; one that can't be examined at the moment counts as there."""
        try:
            return os.path.samestat(self.path.stat(), self._found)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            # A network share may fail for a moment; that does not prove that the file is gone.
            return True


def same_place(one: Path, other: Path) -> bool:
    """Tell whether two paths lead to the same file, whatever their spelling, links or hard links; it need not exist.

    Two names in one folder that differ only in case or Unicode form count as the same, as on Windows and macOS.
    """
    try:
        return one.samefile(other)
    except OSError:
        # One of them isn't there, so only the names can be compared.
        return _written_alike(one) == _written_alike(other)


def _written_alike(path: Path) -> str:
    return unicodedata.normalize("NFC", os.path.realpath(path)).casefold()
