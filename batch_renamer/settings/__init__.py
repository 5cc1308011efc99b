"""Merges flags, environment and a TOML file into one frozen `Settings`, or names every mistake at once; finds the key.

The strongest source wins: flag, environment, the chosen ``[profiles.NAME]`` table, the top of the file, default.

=================================================  =====  ==================  =========
option                                             flag   environment         TOML file
=================================================  =====  ==================  =========
``config``, ``profile``                            yes    yes                 no
``yes``, ``first``, ``sandbox``, ``sandbox_reset`` yes    no                  no
``replace``, ``replace_regex``                     yes    no                  no
``api_key_file``, ``names``                        no     no                  yes
every other field of `Settings`                    yes    yes                 yes
=================================================  =====  ==================  =========

- The options in the second and third line are decided for each command. If one stayed in a file or a shell, it would
  change a later command by mistake.
- Where no configuration file is named, the user's own is read: ``batch-renamer/config.toml`` in the platform's folder
  for configurations. ``--config none`` leaves it out; the library never reads it.
- A variable is ``BATCH_RENAMER_`` and the option in capitals (``BATCH_RENAMER_MAX_FAILURES``); empty means not set.
  Several reports are separated as in ``PATH``. An unknown ``BATCH_RENAMER_*`` is refused, because a misspelled limit
  would have no effect, and in a nightly job no person would notice.
- Relative paths in the file start at the file's folder, all others at the working directory; ``~`` is expanded.
- The key is not a setting: `read_api_key` finds it when it is needed.

pydantic checks the values. pydantic-settings is not used. It merges the sources before it validates, so its errors
can't name the variable, flag or table with the mistake. Profiles, paths relative to the file and the refusal of unknown
variables would each need a source of our own.

Example:
    >>> resolve_settings({"rate": 20}, environ={"BATCH_RENAMER_RATE": "5", "BATCH_RENAMER_WORKERS": "4"}).rate
    20.0
"""

from __future__ import annotations

from batch_renamer.settings.account import account, fingerprint, lock_names
from batch_renamer.settings.address import VENDOR_URL, is_loopback, order_pages
from batch_renamer.settings.api_key import ApiKey
from batch_renamer.settings.heartbeat import HeartbeatAddress
from batch_renamer.settings.key import (
    KEY_VARIABLE,
    FoundKey,
    key_from_text,
    key_of_environment,
    others_can_use,
    read_api_key,
)
from batch_renamer.settings.naming import NameRules, Replacement
from batch_renamer.settings.nightly import FOLDERS as NIGHTLY_FOLDERS
from batch_renamer.settings.nightly import NightlySettings
from batch_renamer.settings.places import SANDBOX_FOLDER, is_found_config, journal_path, lacks_state_dir
from batch_renamer.settings.redaction import redact
from batch_renamer.settings.resolve import resolve_settings, usable_settings
from batch_renamer.settings.shape import DescribedSetting, Settings, as_given, describe
from batch_renamer.settings.sources import OPTIONS, profile_names
from batch_renamer.settings.starter import StarterConfig, check_profile_name
from batch_renamer.settings.values import MaxFailures

__all__ = [
    "KEY_VARIABLE",
    "NIGHTLY_FOLDERS",
    "OPTIONS",
    "SANDBOX_FOLDER",
    "VENDOR_URL",
    "ApiKey",
    "DescribedSetting",
    "FoundKey",
    "HeartbeatAddress",
    "MaxFailures",
    "NameRules",
    "NightlySettings",
    "Replacement",
    "Settings",
    "StarterConfig",
    "account",
    "as_given",
    "check_profile_name",
    "describe",
    "fingerprint",
    "is_found_config",
    "is_loopback",
    "journal_path",
    "key_from_text",
    "key_of_environment",
    "lacks_state_dir",
    "lock_names",
    "order_pages",
    "others_can_use",
    "profile_names",
    "read_api_key",
    "redact",
    "resolve_settings",
    "usable_settings",
]
