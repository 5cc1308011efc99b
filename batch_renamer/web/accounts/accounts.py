"""Finds the accounts in the options, the environment and the configuration file, as the command line does.

They are looked up anew each time: a key that was put right, or a profile that was added, is there when the page is
loaded again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from batch_renamer.errors import InputError, SettingsError
from batch_renamer.jobs import Destination, address_of, journal_path, protect_state, to_api, to_sandbox
from batch_renamer.journal import RunRecord
from batch_renamer.settings import (
    KEY_VARIABLE,
    Settings,
    profile_names,
    read_api_key,
    resolve_settings,
    usable_settings,
)
from batch_renamer.settings import account as account_name
from batch_renamer.web.accounts.account import COLOURS, Account

__all__ = ["Accounts"]

_PROFILE_VARIABLE = "BATCH_RENAMER_PROFILE"
_SANDBOX = "sandbox"


class Accounts:
    """The accounts of one configuration.

    ``flags`` are the options that the page was started with, ``environ`` is the environment. A key that is read is
    added to ``secrets``, which are kept out of the log.

    Raises:
        SettingsError: the options, the environment or the configuration can't be used.

    Example:
        >>> practice = Accounts({"sandbox": True, "state_dir": "state"}, environ={})
        >>> practice.default.title, practice.default.trouble
        ('Practice (sandbox)', '')
    """

    def __init__(
        self, flags: Mapping[str, object], *, environ: Mapping[str, str], secrets: list[str] | None = None
    ) -> None:
        self._flags = {name: value for name, value in flags.items() if name not in ("profile", "sandbox_reset")}
        self._environ = {name: value for name, value in environ.items() if name != _PROFILE_VARIABLE}
        self._secrets = [] if secrets is None else secrets
        profile = flags.get("profile") or environ.get(_PROFILE_VARIABLE) or ""
        self._first = _SANDBOX if flags.get("sandbox") else str(profile)
        self._settings = self._resolved(str(profile))

    def all(self) -> Sequence[Account]:
        """Return every account; in the sandbox that is the practice account alone.

        The settings without a profile are left out where the configuration has profiles and they name no key: then
        every key belongs to a profile.
        """
        if self._settings.sandbox:
            return (self._account(_SANDBOX, colour=0),)
        config = self._settings.config
        profiles = profile_names(config) if config is not None else ()
        accounts = [self._account(name, colour=number) for number, name in enumerate(("", *profiles))]
        without = accounts[0].settings
        if profiles and without.api_key_file is None and KEY_VARIABLE not in self._environ:
            del accounts[0]
        return tuple(accounts)

    def get(self, name: str) -> Account:
        """Return the account of a name.

        Raises:
            InputError: there is none.
        """
        found = next((account for account in self.all() if account.name == name), None)
        if found is None:
            raise InputError(f'The configuration has no account "{name}" any more: choose another one.')
        return found

    @property
    def default(self) -> Account:
        """The account that was asked for when the page was started; without that the first that can be used."""
        accounts = self.all()
        asked = next((account for account in accounts if self._first and account.name == self._first), None)
        return asked or next((account for account in accounts if not account.trouble), accounts[0])

    def of_run(self, run: RunRecord) -> Account:
        """Return the account that a run belongs to.

        Raises:
            InputError: the configuration does not have it.
        """
        address = (run.base_url, run.profile)
        found = next((account for account in self.all() if address_of(account.settings) == address), None)
        if found is None:
            profile = f" (profile {run.profile})" if run.profile else ""
            raise InputError(
                f"Run {run.id} belongs to {run.base_url}{profile}, which is no account of this page. Nothing was sent."
            )
        return found

    def settings(self, account: Account, options: Mapping[str, object]) -> Settings:
        """Return the settings for a job in an account; ``options`` are added to those that the page was started with.

        Raises:
            SettingsError: one can't be used; the text names every mistake.
        """
        return self._resolved(account.name, options)

    def destination(self, settings: Settings) -> tuple[Destination, list[str]]:
        """Return where the requests of an account go, and warnings of other users who can change the journal.

        The key is read here. Must not be called in the event loop.

        Raises:
            SettingsError: there is no usable key.
            JournalError: the journal can't be used.
        """
        warnings = protect_state(settings)
        if settings.sandbox:
            return to_sandbox(settings), warnings
        found = read_api_key(settings, environ=self._environ)
        if (key := found.key.reveal()) not in self._secrets:
            self._secrets.append(key)
        return to_api(settings, found.key, key_place=found.place), warnings

    def has_another_key(self, account: Account, run: RunRecord, *, salt: bytes) -> bool:
        """Tell whether a run of an account without a profile was made with another key, so maybe in another account.

        ``salt`` is that of the journal. Must not be called in the event loop.
        """
        if account.trouble or account.settings.sandbox or account.settings.profile is not None:
            return False
        key = read_api_key(account.settings, environ=self._environ).key
        return run.account != account_name(account.settings, key=key, salt=salt)

    def given(self, account: Account) -> dict[str, object]:
        """Return the options by which the command line comes to the same account."""
        return self._named(account.name)

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment, without the profile that it names."""
        return self._environ

    def _resolved(self, name: str, options: Mapping[str, object] | None = None) -> Settings:
        return resolve_settings(self._named(name) | dict(options or {}), environ=self._environ)

    def _named(self, name: str) -> dict[str, object]:
        """Return the options for the account of a name."""
        profile = {} if name == "" or self._flags.get("sandbox") else {"profile": name}
        return {**self._flags, **profile}

    def _account(self, name: str, *, colour: int) -> Account:
        try:
            settings, trouble = self._resolved(name), ""
        except SettingsError as error:
            settings, trouble = usable_settings(self._named(name), environ=self._environ), str(error)
        base_url, _ = address_of(settings)
        return Account(
            name=name,
            title=_title(name, settings),
            base_url=base_url,
            colour=colour % COLOURS,
            settings=settings,
            trouble=trouble or self._journal_elsewhere(name, settings) or self._trouble_with_key(settings),
        )

    def _trouble_with_key(self, settings: Settings) -> str:
        """Return why the key can't be used, in a sentence; the key itself is not kept."""
        if settings.sandbox:
            return ""
        try:
            return read_api_key(settings, environ=self._environ).warning
        except SettingsError as error:
            return str(error)

    def _journal_elsewhere(self, name: str, settings: Settings) -> str:
        """Return why an account can't be used: its runs are in another journal than the one that the page shows."""
        if _same(journal_path(settings), journal_path(self._settings)):
            return ""
        command = f"batch-renamer web --profile {name}" if name else "batch-renamer web without a profile"
        return (
            f"The runs of this account are kept in another folder, {settings.state_dir}. "
            f"To use it, open a page for it: start {command}."
        )


def _same(one: Path, other: Path) -> bool:
    return one.absolute() == other.absolute()


def _title(name: str, settings: Settings) -> str:
    if settings.sandbox:
        return "Practice (sandbox)"
    return name or "Main account"
