"""Flags, variables and TOML enter; the right one wins, and every mistake is named with its place."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.errors import SettingsError
from batch_renamer.settings import MaxFailures, Settings, describe, resolve_settings

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a configuration file and give its path."""

    def writer(text: str | bytes, name: str = "renamer.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return writer


def mistakes(flags: dict[str, object], **environ: str) -> list[str]:
    """Resolve, expect a refusal, and give its lines."""
    with pytest.raises(SettingsError) as caught:
        resolve_settings(flags, environ=environ)
    return str(caught.value).splitlines()


def test_defaults_are_the_promised_ones() -> None:
    """Where nothing is set, the defaults of the option table hold."""
    settings = resolve_settings({}, environ={})
    promised = (settings.base_url, settings.rate, settings.workers, settings.attempts, settings.timeout)
    assert promised == ("https://api.autoenhance.ai", None, None, 6, 30.0)
    assert (settings.patience, settings.wait, settings.max_failures) == (900.0, 0.0, MaxFailures(percent=50))
    assert (settings.first, settings.max_renames, settings.report, settings.log_file) == (None, None, (), None)
    assert not any((settings.sandbox, settings.strict, settings.yes, settings.json, settings.quiet, settings.verbose))


def test_settings_are_frozen() -> None:
    """No setting is changed in mid-run."""
    settings = resolve_settings({}, environ={})
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.rate = 1.0  # type: ignore[misc]  # the very thing that must fail


# ---- Authority


@given(places=st.sets(st.sampled_from(["flag", "variable", "profile", "top"])))
def test_strongest_place_wins(places: set[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever the combination: flag, then variable, then profile, then top of the file, then default."""
    text = (
        ("rate = 1\n" if "top" in places else "")
        + "[profiles.office]\n"
        + ("rate = 2\n" if "profile" in places else "")
    )
    config = tmp_path_factory.mktemp("authority") / "renamer.toml"
    config.write_text(text, encoding="utf-8")
    flags: dict[str, object] = {"config": config, "profile": "office", "rate": 4 if "flag" in places else None}
    environ = {"BATCH_RENAMER_RATE": "3"} if "variable" in places else {}
    order = {"flag": 4.0, "variable": 3.0, "profile": 2.0, "top": 1.0}
    expected = next((rate for place, rate in order.items() if place in places), None)
    assert resolve_settings(flags, environ=environ).rate == expected


def test_profile_of_another_account_has_no_say(write: Write) -> None:
    """Only the chosen table counts."""
    config = write("[profiles.a]\nrate = 1\nstrict = true\n[profiles.b]\nrate = 2\n")
    settings = resolve_settings({"config": config, "profile": "b"}, environ={})
    assert (settings.rate, settings.strict) == (2.0, False)


def test_config_and_profile_may_come_from_the_environment(write: Write) -> None:
    """A nightly job can be pointed at its file without flags."""
    config = write("[profiles.b]\nworkers = 2\n")
    environ = {"BATCH_RENAMER_CONFIG": str(config), "BATCH_RENAMER_PROFILE": "b"}
    settings = resolve_settings({}, environ=environ)
    assert (settings.workers, settings.profile, settings.config) == (2, "b", config)


def test_flag_false_beats_a_true_in_the_file(write: Write) -> None:
    """``--no-strict`` is a word too."""
    assert not resolve_settings({"config": write("strict = true"), "strict": False}, environ={}).strict


@pytest.mark.parametrize("value", [None, (), []], ids=["none", "no-tuple", "no-list"])
def test_flag_not_given_leaves_the_word_to_the_file(write: Write, value: object) -> None:
    """An option that the user left out must not hide what the file says."""
    flags: dict[str, object] = {"config": write('report = "a.csv"'), "report": value}
    assert resolve_settings(flags, environ={}).report[0].endswith("a.csv")


def test_empty_variable_means_not_set() -> None:
    """``BATCH_RENAMER_RATE=`` in an environment file takes the default."""
    assert resolve_settings({}, environ={"BATCH_RENAMER_RATE": ""}).rate is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [(word, True) for word in ("true", "1", "yes", "on", "TRUE")]
    + [(word, False) for word in ("false", "0", "no", "off")],
)
def test_variable_says_yes_and_no_in_the_usual_words(text: str, expected: bool) -> None:
    """Booleans are written in many ways."""
    assert resolve_settings({}, environ={"BATCH_RENAMER_STRICT": text}).strict is expected


def test_reports_in_a_variable_are_separated_like_path() -> None:
    """One variable can ask for several reports."""
    environ = {"BATCH_RENAMER_REPORT": os.pathsep.join(["a.csv", "b.json"])}
    assert resolve_settings({}, environ=environ).report == ("a.csv", "b.json")


def test_unknown_flag_is_the_callers_fault() -> None:
    """A misspelled keyword must not pass as a setting."""
    with pytest.raises(TypeError, match="no such option: speed"):
        resolve_settings({"speed": 1}, environ={})


# ---- Quiet and verbose, sandbox


@pytest.mark.parametrize(("loud", "flag"), [(True, "verbose"), (False, "quiet")], ids=["verbose", "quiet"])
def test_stronger_place_decides_between_quiet_and_verbose(write: Write, loud: bool, flag: str) -> None:
    """Who looks into a quiet nightly run with ``--verbose`` need not edit its file first."""
    config = write("quiet = true" if loud else "verbose = true")
    settings = resolve_settings({"config": config, flag: True}, environ={})
    assert (settings.verbose, settings.quiet) == (loud, not loud)


def test_quiet_and_verbose_in_one_place_exclude_each_other() -> None:
    """Both can't be meant."""
    assert mistakes({"quiet": True, "verbose": True}) == ["--quiet and --verbose: give only one of them."]


def test_sandbox_reset_alone_is_refused() -> None:
    """Without ``--sandbox`` the command would go to the real API."""
    assert mistakes({"sandbox_reset": True}) == ["--sandbox-reset: give --sandbox too."]
    assert resolve_settings({"sandbox": True, "sandbox_reset": True}, environ={}).sandbox_reset


def test_sandbox_with_a_base_url_flag_is_refused() -> None:
    """The two flags name two different places; an address in the file is merely not used."""
    assert "leave out --base-url" in mistakes({"sandbox": True, "base_url": "https://x.example"})[0]
    assert resolve_settings({"sandbox": True}, environ={"BATCH_RENAMER_BASE_URL": "https://x.example"}).sandbox


@pytest.mark.parametrize(
    ("flag", "value", "says"),
    [
        ("scheduler", "tls://host:8786", "--scheduler: give --engine dask too."),
        ("limit_per", "address", "--limit-per: give --engine dask too."),
    ],
)
def test_a_flag_about_a_cluster_that_is_not_used_is_refused(flag: str, value: str, says: str) -> None:
    """The user would think that several machines send; a file may name the cluster for other runs."""
    assert mistakes({flag: value}) == [says]
    assert resolve_settings({}, environ={f"BATCH_RENAMER_{flag.upper()}": value}).engine == "local"
    for engine in ("dask", "local"):
        assert resolve_settings({flag: value, "engine": engine}, environ={}).engine == engine


# ---- Paths


def test_relative_paths_in_the_file_start_at_its_folder(write: Write, tmp_path: Path) -> None:
    """A configuration folder can be moved, and used from everywhere."""
    config = write(
        'log_file = "log.jsonl"\nstate_dir = "state"\nreport = ["a.csv", "/b.csv"]\napi_key_file = "top.key"\n'
        '[profiles.p]\napi_key_file = "p.key"\n'
    )
    settings = resolve_settings({"config": config, "profile": "p"}, environ={})
    assert (settings.log_file, settings.state_dir) == (tmp_path / "log.jsonl", tmp_path / "state")
    assert settings.report == (str(tmp_path / "a.csv"), str(Path("/b.csv")))
    assert (settings.api_key_file, settings.profile_api_key_file) == (tmp_path / "top.key", tmp_path / "p.key")


def test_relative_config_path_still_gives_absolute_paths(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state directory must not move when the working directory does."""
    write('state_dir = "state"')
    monkeypatch.chdir(tmp_path)
    assert resolve_settings({"config": "renamer.toml"}, environ={}).state_dir == Path.cwd() / "state"


def test_relative_paths_in_flags_start_at_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path typed at the prompt means what the prompt means."""
    monkeypatch.chdir(tmp_path)
    settings = resolve_settings({"log_file": "log.jsonl", "report": ["{date}.csv"]}, environ={})
    assert settings.log_file == Path.cwd() / "log.jsonl"
    assert settings.report == ("{date}.csv",)


def test_tilde_is_the_home_folder_everywhere(write: Write) -> None:
    """No shell expands ``~`` in a file, in a unit or behind ``=``."""
    settings = resolve_settings(
        {"config": write('log_file = "~/log"'), "report": ["~/r.csv"]}, environ={"BATCH_RENAMER_STATE_DIR": "~/s"}
    )
    assert (settings.log_file, settings.state_dir) == (Path.home() / "log", Path.home() / "s")
    assert settings.report == (str(Path.home() / "r.csv"),)


def test_state_dir_honours_xdg_state_home(tmp_path: Path) -> None:
    """The variable decides on every platform, from the environment that was passed."""
    assert resolve_settings({}, environ={"XDG_STATE_HOME": str(tmp_path)}).state_dir == tmp_path / "batch-renamer"


def test_relative_xdg_state_home_is_ignored() -> None:
    """The XDG specification says so."""
    settings = resolve_settings({}, environ={"XDG_STATE_HOME": "here"})
    assert settings.state_dir == resolve_settings({}, environ={}).state_dir
    assert settings.state_dir.is_absolute()


# ---- Mistakes in values


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("rate", "-5", "--rate -5: must be greater than 0."),
        ("rate", "20000", "--rate 20000: must be at most 10000."),
        ("rate", "fast", "--rate fast: must be a number."),
        ("rate", "nan", "--rate nan: must be a finite number."),
        ("rate", True, "--rate true: must be a number."),
        ("rate", [1], "--rate a list: must be a number."),
        ("engine", "spark", "--engine spark: must be 'local' or 'dask'."),
        (
            "scheduler",
            "10.0.0.5",
            "--scheduler 10.0.0.5: must be the address of a Dask scheduler, such as tls://host:8786.",
        ),
        (
            "scheduler",
            "tcp://10.0.0.5:8786",
            "would send the API key unencrypted over a network; write tls://10.0.0.5:8786.",
        ),
        ("workers", "0", "--workers 0: must be at least 1."),
        ("workers", 2.5, "--workers 2.5: must be a whole number."),
        ("workers", "two", "--workers two: must be a whole number."),
        ("workers", "9" * 5000, "must be a smaller number."),
        ("workers", {"a": 1}, "--workers a table: must be a whole number."),
        ("attempts", 101, "--attempts 101: must be at most 100."),
        ("timeout", 0, "--timeout 0: must be greater than 0."),
        ("patience", -1, "--patience -1: must be at least 0."),
        ("wait", "inf", "--wait inf: must be a finite number."),
        ("first", 0, "--first 0: must be at least 1."),
        ("max_renames", -1, "--max-renames -1: must be at least 0."),
        ("max_failures", "5 rows", "must be a number of rows such as 20, or a share such as 5%."),
        ("strict", "maybe", "--strict maybe: must be true or false (or yes, no, on, off, 1, 0)."),
        ("strict", [], None),
        ("strict", {}, "--strict a table: must be true or false."),
        ("sheet", " ", '--sheet " ": must not be blank.'),
        ("sheet", 1.5, "--sheet 1.5: must be text."),
        ("encoding", "utf-9", "--encoding utf-9: is not a known text encoding"),
        ("delimiter", "ab", "--delimiter ab: must be tab, comma"),
        ("api_version", "v 1", '--api-version "v 1": must be 1 to 64 plain ASCII characters'),
        ("log_file", 5, "--log-file 5: must be a path."),
        ("log_file", "", '--log-file "": must be a path.'),
        ("report", [5], "--report a list: must be text."),
        ("report", [" "], "--report a list: must be a path."),
        ("config", "", '--config "": must be a path.'),
        ("config", 5, "--config 5: must be a path."),
        ("log_file", "~no-such-user-here/x", "begins with the home folder of a user that this machine doesn't know."),
        ("sheet", "", '--sheet "": must not be blank.'),
        ("only", "x", "--only x: must be row numbers such as"),
        ("only", (), "--only a list: names no row"),
        ("where", ["Region"], 'must be a column and a text, such as "Region=North", not Region.'),
        ("where", ["=North"], 'must be a column and a text, such as "Region=North", not "".'),
        ("where", {"Region": 5}, 'must be a column and a text, such as "Region=North", not Region.'),
    ],
)
def test_bad_value_is_named_with_its_source_and_the_remedy(name: str, value: object, says: str | None) -> None:
    """One plain sentence: option, value, place, what it must be."""
    if says is None:  # an empty list is a flag that wasn't given
        assert resolve_settings({name: value}, environ={}).strict is False
        return
    (line,) = mistakes({name: value})
    assert line.startswith(f"--{name.replace('_', '-')} ")
    assert says in line
    assert line.endswith(".")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("rate = 2024-01-01", "rate = 2024-01-01 in {config}: must be a number."),
        ("api_version = 3", "api_version = 3 in {config}: must be text."),
        ('log_file = ""', "log_file in {config}: must be a path."),
        (
            '[nightly]\nlog_file = "log"',
            "{config} [nightly]: log_file does not belong here: write it above the first line that begins with [.",
        ),
        ('report = ["a.csv", 5]', "report = a list in {config}: must be text."),
    ],
    ids=["date", "number", "blank-path", "not-of-the-night", "list"],
)
def test_bad_value_in_the_file_names_the_file(write: Write, line: str, says: str) -> None:
    """TOML's own types are refused as plainly as text."""
    config = write(line)
    assert mistakes({"config": config}) == [says.format(config=config)]


def test_every_mistake_is_named_at_once(write: Write) -> None:
    """A nightly job is not to be repaired one start at a time."""
    config = write('workers = 0\nspeed = 5\n[profiles.p]\ntimeout = "long"\n[profiles.q]\nratee = 1\n')
    found = mistakes({"config": config, "profile": "p", "first": 0}, BATCH_RENAMER_RATE="-5", BATCH_RENAMER_WORKRES="3")
    assert sorted(found) == sorted(
        [
            f"{config}: there is no setting speed. Did you mean sheet?",
            f"{config} [profiles.q]: there is no setting ratee. Did you mean rate?",
            "BATCH_RENAMER_WORKRES: there is no such setting. Did you mean BATCH_RENAMER_WORKERS?",
            f"workers = 0 in {config}: must be at least 1.",
            f"timeout = long in {config} [profiles.p]: must be a number.",
            "BATCH_RENAMER_RATE=-5: must be greater than 0.",
            "--first 0: must be at least 1.",
        ]
    )


def test_value_in_a_message_is_cut_and_escaped() -> None:
    """A wild value can't flood the screen or move the cursor."""
    (line,) = mistakes({"delimiter": "\x1b[2J" + "x" * 500})
    assert "\x1b" not in line
    assert len(line) < 250


def test_validation_details_of_the_library_stay_inside() -> None:
    """No address of pydantic, no word of it, and no chained error that would print values."""
    with pytest.raises(SettingsError) as caught:
        resolve_settings({"rate": "-5", "strict": "maybe"}, environ={})
    assert "pydantic" not in str(caught.value)
    assert "http" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "url", ["https://me:hunter2@api.example", "https://api.example/?token=hunter2", "https://api.example/#hunter2"]
)
def test_secret_in_an_address_is_not_repeated(url: str) -> None:
    """The refused address may hold a password; the message doesn't."""
    (line,) = mistakes({"base_url": url})
    assert "hunter2" not in line
    assert line.startswith("--base-url: must not ")


def test_refused_address_without_a_secret_is_shown() -> None:
    """Where nothing is to be hidden, seeing the value helps."""
    assert mistakes({}, BATCH_RENAMER_BASE_URL="ftp://api.example") == [
        "BATCH_RENAMER_BASE_URL=ftp://api.example: must begin with https://."
    ]


# ---- Mistakes in names


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("BATCH_RENAMER_RAET", "there is no such setting. Did you mean BATCH_RENAMER_RATE?"),
        ("BATCH_RENAMER_ZZZ", "there is no such setting. There are BATCH_RENAMER_AGAIN, "),
        ("BATCH_RENAMER_rate", "there is no such setting. Did you mean BATCH_RENAMER_RATE?"),
        ("BATCH_RENAMER_YES", "decided for each command; give --yes instead."),
        ("BATCH_RENAMER_SANDBOX_RESET", "decided for each command; give --sandbox-reset instead."),
        ("BATCH_RENAMER_API_KEY", "the key is read from AUTOENHANCE_API_KEY."),
        ("BATCH_RENAMER_API_KEY_FILE", "a key file is named by api_key_file in the configuration file"),
        ("BATCH_RENAMER_SOURCES", "there is no such setting."),
    ],
)
def test_unknown_variable_is_refused(variable: str, says: str) -> None:
    """A misspelled variable of a nightly job is found in the first night."""
    (line,) = mistakes({}, **{variable: "1"})
    assert line.startswith(f"{variable}: ")
    assert says in line


def test_variables_of_others_are_left_alone() -> None:
    """Only our own prefix is judged."""
    assert resolve_settings({}, environ={"RATE": "x", "BATCH_RENAMER": "x", "batch_renamer_rate": "x"}).rate is None


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("ratee = 1", "there is no setting ratee. Did you mean rate?"),
        ("max-failures = 1", "there is no setting max-failures. Did you mean max_failures?"),
        ("zzz = 1", "there is no setting zzz. There are again, api_key_file, "),
        ('"\\u001b" = 1', r"there is no setting '\x1b'."),
        (
            "[profile.office]\nrate = 1",
            "the table of a profile is called [profiles.office], with an s.",
        ),
        ('profile = "office"', "profile can't be set in the file itself; give --profile, or BATCH_RENAMER_PROFILE"),
        ('config = "x"', "config can't be set in the file itself; give --config"),
        ("yes = true", "yes is decided for each command; give --yes instead."),
        ("sandbox = true", "sandbox is decided for each command; give --sandbox instead."),
        ('inbox = "in"', "inbox belongs in the table [nightly]: write it below the line [nightly]."),
        ("profiles = 1", "profiles must be tables, such as [profiles.office]."),
        ("[profiles]\noffice = 1", "profiles must be tables, such as [profiles.office]."),
        ('profile_api_key_file = "x"', "there is no setting profile_api_key_file."),
    ],
)
def test_unknown_entry_in_the_file_is_refused(write: Write, entry: str, says: str) -> None:
    """A misspelled option in the file is refused with the one that was probably meant."""
    config = write(entry)
    (line,) = mistakes({"config": config})
    assert line.startswith(f"{config}: {says}")


@pytest.mark.parametrize("name", ["api_key", "key", "api-key", "API_KEY", "x-api-key", "token", "secret"])
@pytest.mark.parametrize("head", ["", "[profiles.office]\n"], ids=["top", "profile"])
def test_key_in_the_file_is_refused_and_not_shown(write: Write, name: str, head: str) -> None:
    """The message says where the key belongs instead, and why, without repeating it."""
    (line,) = mistakes({"config": write(f'{head}{name} = "hunter2"')})
    assert "hunter2" not in line
    assert 'api_key_file = "FILE"' in line
    assert "shared" in line


def test_unknown_profile_names_those_that_are(write: Write) -> None:
    """A wrong word for the account is answered with the right ones."""
    config = write("[profiles.home]\n[profiles.office]\n")
    assert mistakes({"config": config, "profile": "ofice"}) == [
        f"--profile ofice: there is no such profile in {config}. Its profiles: home, office."
    ]


def test_profile_where_the_file_has_none(write: Write) -> None:
    """A file without profiles says so."""
    config = write("rate = 5")
    assert mistakes({"config": config, "profile": "x"}) == [
        f"--profile x: there is no such profile in {config}. Its profiles: none."
    ]


def test_profile_without_a_file_is_refused() -> None:
    """A profile means nothing without the file that describes it."""
    (line,) = mistakes({"profile": "office"})
    assert line == (
        "--profile office: needs a configuration file: give --config FILE, or write one with `batch-renamer init`."
    )


# ---- The file itself


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rate = 5\nworkers 3\n", ", line 2, column 9: Expected '=' after a key"),
        ("rate = \n", ", line 1, column 8: Invalid value."),
        ("rate = [1,", ", the end of the file: Invalid value."),
        ("rate = 5\nworkers = 3\nrate = 7", ": rate is set in line 1 and again in line 3; leave one of them."),
        (
            "rate = 5\n[profiles.a]\nrate = 6\n[profiles.b]\nrate = 7\nrate=8",
            ": rate is set in line 5 and again in line 6; leave one of them.",
        ),
        (
            "[profiles.a]\nrate = 6\n[profiles.a]\nrate = 7\n",
            ", line 3, column 12: this table is in the file twice; merge the two.",
        ),
        ("rate = " + "1" * 5000, " can't be read as TOML: a number in it is too long"),
        ("rate = " + "[" * 9000, " can't be read as TOML: "),
        (b"rate = 5\nsheet = '\xff'\n", ", line 2: not UTF-8; save the file as UTF-8."),
        ("#" * 1_000_001, " is larger than 1 MB; that is no configuration file."),
    ],
    ids=[
        "no-equals",
        "no-value",
        "unclosed",
        "twice",
        "twice-in-a-profile",
        "table-twice",
        "long-number",
        "deep",
        "not-utf-8",
        "huge",
    ],
)
def test_file_that_is_no_toml_is_refused_with_line_and_column(write: Write, text: str | bytes, says: str) -> None:
    """The place of the mistake is found without searching."""
    config = write(text)
    (line,) = mistakes({"config": config})
    assert line.startswith(f"{config}{says}")


def test_file_with_a_byte_order_mark_is_read(write: Write) -> None:
    """Windows editors put one there unasked."""
    assert resolve_settings({"config": write(b"\xef\xbb\xbfrate = 5\n")}, environ={}).rate == 5.0


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    """One sentence each, and the other mistakes are named all the same."""
    missing = tmp_path / "no.toml"
    assert mistakes({"config": missing, "workers": 0}) == [
        f"{missing}: there is no such configuration file.",
        "--workers 0: must be at least 1.",
    ]
    assert mistakes({"config": tmp_path}) == [f"{tmp_path} is a folder, not a configuration file."]


def test_file_that_may_not_be_read_says_why(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own reason is passed on."""

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    config = write("rate = 5")
    monkeypatch.setattr(Path, "open", denied)
    assert mistakes({"config": config}) == [f"{config}: the configuration file can't be read: Permission denied."]


# ---- Words about settings


def test_describe_gives_each_setting_with_its_source(write: Write) -> None:
    """``--verbose`` says who decided what."""
    config = write('workers = 3\n[profiles.p]\nstrict = true\napi_key_file = "p.key"\n')
    settings = resolve_settings(
        {"config": config, "profile": "p", "rate": 2.5, "report": ["a.csv", "b.json"]},
        environ={"BATCH_RENAMER_MAX_FAILURES": "5%"},
    )
    said = {name: (value, source) for name, value, source in describe(settings)}
    assert said["rate"] == ("2.5", "--rate")
    assert said["workers"] == ("3", str(config))
    assert said["strict"] == ("true", f"{config} [profiles.p]")
    assert said["max_failures"] == ("5%", "BATCH_RENAMER_MAX_FAILURES")
    assert said["report"] == ("a.csv, b.json", "--report")
    assert said["timeout"] == ("30", "default")
    assert said["state_dir"] == (str(settings.state_dir), "default")
    assert said["sheet"] == ("none", "default")
    assert said["profile_api_key_file"] == ("set", f"{config} [profiles.p]")
    assert "sources" not in said


def test_describe_never_repeats_a_key_written_in_the_place_of_its_file(write: Write) -> None:
    """Who writes the key where its file belongs must not find it in a log."""
    settings = resolve_settings({"config": write('api_key_file = "hunter2"')}, environ={})
    assert "hunter2" not in str(describe(settings))


@pytest.mark.parametrize("source", ["flag", "variable"])
@pytest.mark.parametrize("name", sorted(one.name for one in dataclasses.fields(Settings)))
def test_every_option_is_either_taken_or_refused_by_each_source(name: str, source: str) -> None:
    """No option is silently ignored: a value that fits none of them is always answered."""
    if source == "flag" and name in {"api_key_file", "names", "profile_api_key_file", "sources"}:
        with pytest.raises(TypeError):
            resolve_settings({name: "\0"}, environ={})
        return
    flags: dict[str, object] = {name: {"no": 5}} if source == "flag" else {}
    environ = {} if source == "flag" else {f"BATCH_RENAMER_{name.upper()}": "\0"}
    if source == "variable" and name in {"sheet", "id_column", "name_column", "current_name_column"}:
        assert getattr(resolve_settings({}, environ=environ), name) == "\0"  # the sheet decides what a heading may be
        return
    assert any(name in line.lower() or "--" in line for line in mistakes(flags, **environ))


@pytest.mark.parametrize("name", ["only", "except", "except_rows"])
def test_row_numbers_are_decided_for_each_command(tmp_path: Path, name: str) -> None:
    """They are those of one sheet; neither the environment nor a file can leave rows out of every sheet by number."""
    flag = "--only" if name == "only" else "--except"
    (config := tmp_path / "c.toml").write_text(f'{name} = "2-4"\n', encoding="utf-8")
    variable = f"BATCH_RENAMER_{name.upper()}"
    assert mistakes({}, **{variable: "2-4"}) == [f"{variable}: decided for each command; give {flag} instead."]
    assert mistakes({"config": str(config)}) == [f"{config}: {name} is decided for each command; give {flag} instead."]


@pytest.mark.parametrize("written", ['"Region=North"', '["Region=North"]', '{Region = "North"}'])
def test_a_condition_stands_in_a_configuration(tmp_path: Path, written: str) -> None:
    """A nightly job takes only what is ready, for example."""
    (config := tmp_path / "c.toml").write_text(f"where = {written}\n", encoding="utf-8")
    settings = resolve_settings({"config": str(config)}, environ={})
    assert settings.where == resolve_settings({}, environ={"BATCH_RENAMER_WHERE": "Region=North"}).where
    assert [tuple(one) for one in settings.where] == [("Region", "North")]
    assert ("where", "Region=North") in [one[:2] for one in describe(settings)]
