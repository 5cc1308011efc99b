"""Checks of the way to the API: the proxy, the certificates, whether the key is accepted, and the clock."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from yarl import URL

from batch_renamer.checks.finding import Finding, not_checked, ok, problem, warning
from batch_renamer.client import RefusedError, ThrottledError, check_named_certificates, place_of, proxy_for
from batch_renamer.errors import BatchRenamerError, KeyRefusedError, SettingsError
from batch_renamer.jobs import TrialAnswer
from batch_renamer.settings import FoundKey

__all__ = ["check_answer", "check_certificates", "check_clock", "check_proxy"]

_CLOCK_OFF_S = 60.0


def check_proxy(base_url: str) -> Finding:
    """Check the proxy that the environment names for the API."""
    try:
        proxy = proxy_for(URL(base_url))
    except SettingsError as error:
        return problem("Proxy", *_parted(str(error), ": ", "Correct it, or unset it."))
    if proxy is None:
        return ok("Proxy", "none")
    return ok("Proxy", f"{place_of(proxy)} (from HTTPS_PROXY or ALL_PROXY)")


def check_certificates(base_url: str, *, environ: Mapping[str, str]) -> Finding:
    """Check that there are certificates to verify the server's with."""
    if not base_url.startswith("https:"):
        return ok("Certificates", "none needed on this machine (http)")
    try:
        check_named_certificates(environ)
    except SettingsError as error:
        return problem("Certificates", *_parted(str(error), ". ", "Correct it, or unset it."))
    if named := environ.get("SSL_CERT_FILE"):
        return ok("Certificates", f"those in {named} (from SSL_CERT_FILE)")
    places = ssl.get_default_verify_paths()
    if places.cafile is None and not _has_files(places.capath) and not ssl.create_default_context().get_ca_certs():
        return warning(
            "Certificates",
            "this Python finds none, so it can trust no server",
            "Install the system's CA certificates (Linux: the package ca-certificates; Python from python.org on "
            "macOS: run Install Certificates.command), or name a file in SSL_CERT_FILE.",
        )
    return ok("Certificates", "those of this machine")


def _has_files(folder: str | None) -> bool:
    return folder is not None and any(Path(folder).iterdir())


def check_answer(answer: TrialAnswer, found: FoundKey | None, *, base_url: str) -> Finding:
    """Say whether the API took the key, or why that can't be told."""
    error, place = answer.error, found.place if found is not None else ""
    again = "Then check again."
    if error is None:
        return ok("API", f"accepted the key in {answer.seconds:.1f} s" if found is not None else "the sandbox answers")
    if isinstance(error, KeyRefusedError):
        asks = "" if place == "AUTOENHANCE_API_KEY" else ' ("batch-renamer init" asks for it)'
        return problem("API", str(error).rstrip("."), f"Put the right key into {place}{asks}. {again}", exit_code=3)
    if isinstance(error, BatchRenamerError):  # a certificate, or a proxy that wants a password
        return problem("API", *_parted(str(error), ". ", again), exit_code=error.exit_code)
    if isinstance(error, ThrottledError):
        said = f"is busy: {error.failure}{error.quoted}; whether it takes the key is not known"
        return warning("API", said, "Wait a minute, then check again.")
    if isinstance(error, RefusedError) and error.status == HTTPStatus.FORBIDDEN:
        said = f"The API did not accept the key from {place}: {error.failure}{error.quoted}"
        return problem("API", said, f"Put a key into {place} that may list orders. {again}", exit_code=3)
    return problem(
        "API",
        f"gave no good answer at {base_url}: {error.failure}{error.quoted}",
        f"Check the address, the network and the proxy. {again}",
        exit_code=4,
    )


def check_clock(now: datetime, server: datetime | None) -> Finding:
    """Compare this machine's clock with the server's: certificates, and times in reports, go by it."""
    if server is None:
        return not_checked("Clock", "no server told its time")
    off_s = (now - server).total_seconds()
    if abs(off_s) <= _CLOCK_OFF_S:
        return ok("Clock", f"{now:%Y-%m-%d %H:%M} UTC, as the server's")
    behind = "ahead of" if off_s > 0 else "behind"
    return warning(
        "Clock",
        f"{_duration(abs(off_s))} {behind} the server's: {now:%Y-%m-%d %H:%M} UTC here, {server:%Y-%m-%d %H:%M} there",
        "Set this machine's clock, or let it be set over the network.",
    )


def _duration(seconds: float) -> str:
    for size_s, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size_s:
            return f"{seconds / size_s:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _parted(text: str, sign: str, otherwise: str) -> tuple[str, str]:
    """Part a message into what is wrong and what helps."""
    said, _, helps = text.partition(sign)
    return said.rstrip("."), helps[:1].upper() + helps[1:] if helps else otherwise
