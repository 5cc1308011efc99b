"""Checks whether a night could begin now, as the user that this process runs as: `nightly --check`, `schedule`.

Unlike `doctor`, it tries the folders: on a share of the network only a trial tells what is allowed. The trial's file
begins with a dot, so no night takes it for a spreadsheet, and it is removed again. No message is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from batch_renamer.checks import (
    Finding,
    Verdict,
    check_log,
    check_python,
    examine_account,
    not_checked,
    ok,
    problem,
    refused_settings,
    warning,
)
from batch_renamer.errors import SettingsError
from batch_renamer.nightly.checking.folder_trials import check_inbox, check_metrics_file, check_target
from batch_renamer.nightly.checking.user import UserAccount, user_account
from batch_renamer.nightly.messages import INSTALL, apprise_is_there, read_addresses
from batch_renamer.settings import KEY_VARIABLE, Settings, resolve_settings

__all__ = ["examine_night"]

_TARGETS = ("done", "problems", "reports")
_NO_INBOX = "Set inbox in [nightly] of the configuration, or give --inbox DIR."


def examine_night(
    given: Mapping[str, object], *, environ: Mapping[str, str], scheduler_has_key: bool = True
) -> Iterator[Finding]:
    """Check everything that a night needs; one request is sent at most.

    ``given`` are the options by the names of the settings. ``scheduler_has_key`` is False for a scheduler that does not
    pass on the variables of this shell, so that a key in one of them is a problem.
    """
    yield _check_user(user_account(environ))
    yield check_python()
    try:
        settings = resolve_settings(given, environ=environ)
    except SettingsError as error:
        yield refused_settings(error)
        yield not_checked("All else", "the configuration comes first")
        return
    for finding in examine_account(settings, environ=environ):
        if finding.name == "Key" and finding.verdict is Verdict.OK and _key_is_in_variable(settings, environ):
            yield _key_of_this_shell(scheduler_has_key=scheduler_has_key)
        else:
            yield finding
    yield check_log(settings)
    yield from _check_folders(settings)
    yield _check_messages(settings, environ=environ)
    yield _check_heartbeat(settings)


def _check_user(user: UserAccount) -> Finding:
    said = f"{user.name}; the scheduler must start the night as this user"
    if user.is_root:
        return warning("User", said, "Make a user for the night that owns nothing else, and check again as that one.")
    return ok("User", said)


def _key_is_in_variable(settings: Settings, environ: Mapping[str, str]) -> bool:
    return not settings.sandbox and settings.profile_api_key_file is None and KEY_VARIABLE in environ


def _key_of_this_shell(*, scheduler_has_key: bool) -> Finding:
    said = f"from {KEY_VARIABLE}, a variable that a scheduler doesn't have from this shell"
    repair = f"Unset {KEY_VARIABLE}, and put the key into a private file: api_key_file in the configuration."
    return warning("Key", said, repair) if scheduler_has_key else problem("Key", said, repair)


def _check_folders(settings: Settings) -> Iterator[Finding]:
    night = settings.nightly
    if night.inbox is None:
        yield problem("Inbox", "is not set", _NO_INBOX)
        return
    yield check_inbox(night.inbox)
    for name in _TARGETS:
        yield check_target(name.capitalize(), night.folder(name), inbox=night.inbox)
    if night.metrics_file is not None:
        yield check_metrics_file(night.metrics_file)


def _check_messages(settings: Settings, *, environ: Mapping[str, str]) -> Finding:
    night = settings.nightly
    if night.notify_file is None:
        said = "none: the folders and the page say how a night went"
        if night.heartbeat_url is not None:
            return ok("Messages", said)
        return warning(
            "Messages",
            f"{said}, and a scheduler that has stopped is not noticed",
            "Name a notify_file or a heartbeat_url in [nightly] of the configuration.",
        )
    try:
        book = read_addresses(night.notify_file, environ=environ)
    except SettingsError as error:
        return problem("Messages", str(error).rstrip("."), "Correct notify_file, or leave it out.")
    if not apprise_is_there():
        return problem("Messages", "they need Apprise, which is not installed", f"Run: {INSTALL}")
    if book.mistakes:
        return problem("Messages", " ".join(book.mistakes).rstrip("."), f"Correct {night.notify_file}.")
    said = ", ".join(address.shown for address in book.addresses) or f"{night.notify_file} has no address"
    if book.warning:
        return warning("Messages", book.warning.partition(";")[0], f"Run: chmod 600 {night.notify_file}")
    if not book.addresses:
        return warning("Messages", said, "Write one address of Apprise in each line, or leave notify_file out.")
    return ok("Messages", f"{said}; batch-renamer notify --test sends one")


def _check_heartbeat(settings: Settings) -> Finding:
    address = settings.nightly.heartbeat_url
    return ok("Heartbeat", "none" if address is None else f"{address.host} is called when a night begins and ends")
