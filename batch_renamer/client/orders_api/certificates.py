"""TLS certificates: says why a server's is not trusted, and checks the trusted ones that the user names.

OpenSSL ignores a named file that it can't read, and then trusts no server; so the file is checked first.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from batch_renamer.errors import CertificateError, SettingsError
from batch_renamer.files import read_regular

__all__ = ["check_named_certificates", "untrusted"]

_FILE = "SSL_CERT_FILE"
_FOLDER = "SSL_CERT_DIR"

# The numbers are OpenSSL's (x509_vfy.h); Python has no names for them.
_NOT_YET_VALID = 9
_EXPIRED = 10
_OTHER_HOST = (62, 64)


def check_named_certificates(environ: Mapping[str, str]) -> None:
    """Check the file and the folders that SSL_CERT_FILE and SSL_CERT_DIR name.

    Raises:
        SettingsError: the file can't be read or holds no certificate, or the folder isn't one.
    """
    if (file := environ.get(_FILE)) is not None:
        _check_file(file)
    if (folders := environ.get(_FOLDER)) is not None and not any(map(os.path.isdir, folders.split(os.pathsep))):
        raise SettingsError(f"{_FOLDER} names {folders!r}, which is no folder. Correct it, or unset {_FOLDER}.")


def _check_file(file: str) -> None:
    end = f"Correct it, or unset {_FILE}."
    try:
        read_regular(Path(file), limit_bytes=0)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a usable path"
        raise SettingsError(f"{_FILE} names {file!r}, which can't be read: {why}. {end}") from None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except ssl.SSLError:
        raise SettingsError(f"{_FILE} names {file!r}, which holds no readable certificate (PEM). {end}") from None


def untrusted(host: str, cause: Exception, *, environ: Mapping[str, str]) -> CertificateError:
    """Return the error for a certificate that was refused: why, and what helps."""
    why = getattr(cause, "verify_message", cause)
    return CertificateError(
        f"The TLS certificate of {host} can't be trusted: {why}. {_what_helps(host, cause, environ)}"
    )


def _what_helps(host: str, cause: Exception, environ: Mapping[str, str]) -> str:
    code = getattr(cause, "verify_code", None)
    if code in (_EXPIRED, _NOT_YET_VALID):
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        return f"Check this machine's clock: it says {now}. If that is right, {host} needs a new certificate."
    if code in _OTHER_HOST:
        return "It belongs to another server: check --base-url, and whether a proxy or a guest network is in between."
    helps = f"If a proxy reads your traffic on purpose, name its certificate in {_FILE}."
    if environ.get(_FILE):
        helps += f" {_FILE} is {environ[_FILE]!r} now, and that does not vouch for it."
    return helps
