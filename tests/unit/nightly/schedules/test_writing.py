"""A night enters; the file of each scheduler leaves, and is read again as that scheduler reads it."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml

from batch_renamer.cli import arguments
from batch_renamer.nightly.schedules import SCHEDULERS, ScheduledNight, schedule_text
from tests.support.schedules import OFFICE, units_of
from tests.unit.nightly.schedules.cron_job import CRON_JOB
from tests.unit.nightly.schedules.test_quoting import given_by_cron, words_for_systemd

ODD = Path('/srv/50% off & "Büro\'s" $1 <new> a\\%b')
ODD_WORDS = ("nightly", "--config", str(ODD / "night.toml"), "--profile", "Haus & Hof")
TMP = "/tmp"  # noqa: S108 - as the templates have it
NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


@pytest.fixture
def odd() -> ScheduledNight:
    """Return a night whose paths have what one format or the other treats as a sign of its own."""
    return replace(
        OFFICE,
        program=(str(ODD / "renamer"),),
        arguments=ODD_WORDS,
        folders={"inbox": ODD / "in", "state": ODD / "state"},
        config=ODD / "night.toml",
        config_text="rate = 20 # 50% & <more>\n\n[nightly]\n",
        secret_files={"key": ODD / "the key", "notify": ODD / "notify.txt"},
        profile="Haus & Hof",
        variables={"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "a b,50%"},
    )


def settings_of(unit: str) -> Iterator[tuple[str, str]]:
    """Yield the settings of a unit with their values."""
    for line in unit.splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            yield name, value


def service_of(night: ScheduledNight) -> dict[str, str]:
    """Return the settings of the service that are given once."""
    return dict(settings_of(units_of(schedule_text("systemd", night))[f"{night.name}.service"]))


def test_the_command_line_offers_each() -> None:
    """It names them without importing what writes their files."""
    assert arguments.SCHEDULERS == SCHEDULERS


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_it_says_where_to_put_it_and_which_command_starts_it(scheduler: str) -> None:
    """In its first lines, as a comment of its format."""
    ways = {
        "systemd": "systemctl enable --now batch-renamer-nightly-office.timer",
        "cron": "crontab -",
        "launchd": "launchctl bootstrap system /Library/LaunchDaemons/batch-renamer-nightly-office.plist",
        "windows": 'schtasks /create /tn "batch-renamer-nightly-office" /xml',
        "kubernetes": "kubectl apply -f",
    }
    assert ways[scheduler] in "\n".join(schedule_text(scheduler, OFFICE).splitlines()[:10])


def test_systemd_starts_exactly_the_command(odd: ScheduledNight) -> None:
    """With the program's path as it is, and each option as one word without a variable."""
    night = replace(odd, program=("/srv/50% off $1/renamer",))
    program, *options = words_for_systemd(service_of(night)["ExecStart"])
    assert (program, tuple(option.replace("$$", "$") for option in options)) == (night.program[0], ODD_WORDS)


def test_systemd_starts_a_program_whose_path_it_refuses(odd: ScheduledNight) -> None:
    """It takes no path with quotes or backslashes; `env` does."""
    env, *words = words_for_systemd(service_of(odd)["ExecStart"])
    assert (env, tuple(word.replace("$$", "$") for word in words)) == ("/usr/bin/env", odd.words)


def test_systemd_lets_it_write_in_its_folders_alone(odd: ScheduledNight) -> None:
    """All else is read-only; what is in a home folder can be read only where that is needed."""
    service = service_of(odd)
    assert words_for_systemd(service["ReadWritePaths"]) == [str(ODD / "in"), str(ODD / "state")]
    assert words_for_systemd(service["RequiresMountsFor"]) == [str(ODD / "in"), str(ODD / "state")]
    assert (service["ProtectSystem"], service["ProtectHome"], service["PrivateTmp"]) == ("strict", "yes", "yes")


@pytest.mark.parametrize(
    ("where", "setting", "value"),
    [
        ("/home/anna", "ProtectHome", "read-only"),
        ("/root", "ProtectHome", "read-only"),
        (TMP + "/a", "PrivateTmp", "no"),
    ],
)
@pytest.mark.parametrize("what", ["program", "python", "folders", "config", "secret_files"])
def test_systemd_hides_no_file_that_is_used(what: str, where: str, setting: str, value: str) -> None:
    """A home folder that is hidden would keep the night from beginning."""
    place = Path(where) / "x"
    changes: dict[str, Any] = {
        "program": (str(place),),
        "python": place,
        "folders": {"inbox": place},
        "config": place,
        "secret_files": {"key": place},
    }
    assert service_of(replace(OFFICE, **{what: changes[what]}))[setting] == value


def test_systemd_is_given_the_time_and_makes_up_for_a_missed_night(odd: ScheduledNight) -> None:
    """The timer belongs to the service of its name."""
    units = units_of(schedule_text("systemd", odd))
    assert list(units) == [f"batch-renamer-nightly-haus-hof.{kind}" for kind in ("service", "timer")]
    timer = dict(settings_of(units["batch-renamer-nightly-haus-hof.timer"]))
    assert (timer["OnCalendar"], timer["Persistent"]) == ("*-*-* 03:30:00", "true")
    assert timer["WantedBy"] == "timers.target"


def test_systemd_counts_every_unhappy_exit_code_as_a_failure() -> None:
    """No machine tries a stopped night again, and a stopped one has its ten seconds."""
    service = service_of(OFFICE)
    assert service["Type"] == "oneshot"
    assert not {"SuccessExitStatus", "Restart", "RestartForceExitStatus"} & service.keys()
    assert int(service["TimeoutStopSec"].removesuffix("s")) > 10


@pytest.mark.skipif(sys.platform == "win32", reason="awk is POSIX's")
def test_the_command_in_the_comment_parts_the_units(tmp_path: Path) -> None:
    """It is run as it stands there, in another folder."""
    text = schedule_text("systemd", OFFICE)
    found = re.search(r"^# +(awk .*)$", text, re.MULTILINE)
    assert found
    (tmp_path / "night.txt").write_text(text, "utf-8")
    command = found[1].replace("file = $2", f'file = $2; sub(".*/", "{tmp_path}/", file)')
    subprocess.run(["/bin/sh", "-c", command], check=True, cwd=tmp_path)
    written = {path.name: path.read_text("utf-8") for path in tmp_path.glob("batch-renamer-*")}
    assert written == units_of(text)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
@pytest.mark.parametrize("name", ["renamer", "50% $1 off", "the 'renamer'"])
def test_systemd_accepts_the_units(tmp_path: Path, odd: ScheduledNight, name: str) -> None:
    """systemd-analyze verify says nothing about them; the program must be there for it."""
    night = OFFICE if name == "renamer" else odd
    program = tmp_path / name
    program.symlink_to("/bin/true")
    units = units_of(schedule_text("systemd", replace(night, program=(str(program),))))
    for unit_name, unit in units.items():
        # The machine of the test has no such user.
        (tmp_path / unit_name).write_text(re.sub(r"^(User|Group)=.*\n", "", unit, flags=re.MULTILINE), "utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / one) for one in units)],  # noqa: S607 - found above
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "SYSTEMD_UNIT_PATH": f"{tmp_path}:/lib/systemd/system:/usr/lib/systemd/system",
        },
    )
    said = [line for line in verified.stderr.splitlines() if "batch-renamer" in line]
    assert (verified.returncode, said) == (0, []), verified.stderr


def test_cron_gets_one_line(odd: ScheduledNight) -> None:
    """Beside comments; nothing of it is standard input of the command."""
    lines = [line for line in schedule_text("cron", odd).splitlines() if not line.startswith("#")]
    assert len(lines) == 1
    assert lines[0].split()[:5] == ["30", "3", "*", "*", "*"]


@pytest.mark.skipif(sys.platform == "win32", reason="cron is POSIX's")
def test_the_line_of_cron_starts_exactly_the_command(tmp_path: Path, odd: ScheduledNight) -> None:
    """Run by /bin/sh with cron's bare environment; the variables are those of the program alone."""
    program = tmp_path / "50% off" / "renamer"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$HTTPS_PROXY" "$NO_PROXY" "$@"\nexit 4\n', encoding="utf-8")
    program.chmod(0o755)
    (line,) = [
        line
        for line in schedule_text("cron", replace(odd, program=(str(program),))).splitlines()
        if not line.startswith("#")
    ]
    bare = {"HOME": "/", "LOGNAME": "office", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    command = given_by_cron(line.split(maxsplit=5)[5])
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=False, cwd="/", env=bare)
    said = ran.stdout.decode().splitlines()
    assert (ran.returncode, ran.stderr) == (4, b"")
    assert said == ["http://proxy:3128", "a b,50%", *ODD_WORDS]


def test_launchd_reads_a_daemon(odd: ScheduledNight) -> None:
    """With whole paths, as its user, and time to end after SIGTERM."""
    read = plistlib.loads(schedule_text("launchd", odd).encode())
    assert read["ProgramArguments"] == [*odd.program, *odd.arguments]
    assert (read["Label"], read["UserName"]) == (odd.name, "batch-renamer")
    assert read["StartCalendarInterval"] == {"Hour": 3, "Minute": 30}
    assert read["EnvironmentVariables"] == {
        "HOME": "/var/lib/batch-renamer",
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
        "HTTPS_PROXY": "http://proxy:3128",
        "NO_PROXY": "a b,50%",
    }
    assert read["ExitTimeOut"] > 10
    assert read["Umask"] == 0o027
    assert not {"KeepAlive", "RunAtLoad"} & read.keys()  # each would start it at other times, too


def test_windows_reads_a_task(odd: ScheduledNight) -> None:
    """Its elements are those of the schema, in the order that the schema's sequences want."""
    task = ElementTree.fromstring(schedule_text("windows", odd))  # noqa: S314 - our own
    assert [part.tag.removeprefix(NAMESPACE) for part in task] == [
        "RegistrationInfo",
        "Triggers",
        "Principals",
        "Settings",
        "Actions",
    ]
    trigger = task.find(f"{NAMESPACE}Triggers/{NAMESPACE}CalendarTrigger")
    assert trigger is not None
    assert [part.tag.removeprefix(NAMESPACE) for part in trigger] == ["StartBoundary", "RandomDelay", "ScheduleByDay"]
    texts = {part.tag.removeprefix(NAMESPACE): part.text or "" for part in task.iter()}
    assert texts["Command"] == odd.program[0]
    assert texts["Arguments"] == subprocess.list2cmdline(ODD_WORDS)
    assert texts["StartBoundary"].endswith("T03:30:00")
    assert (texts["MultipleInstancesPolicy"], texts["StartWhenAvailable"]) == ("IgnoreNew", "true")
    assert (texts["DisallowStartIfOnBatteries"], texts["StopIfGoingOnBatteries"]) == ("false", "false")


def test_a_task_is_right_in_every_encoding(odd: ScheduledNight) -> None:
    """The shells of Windows save output as UTF-8, UTF-16 or in a code page; the text names none, and is ASCII."""
    text = schedule_text("windows", odd)
    assert text.isascii()
    assert text.startswith('<?xml version="1.0"?>')
    assert ElementTree.tostring(ElementTree.fromstring(text.encode("utf-16"))) == ElementTree.tostring(  # noqa: S314
        ElementTree.fromstring(text)  # noqa: S314 - our own
    )


def pod_of(cron_job: Any) -> Any:
    """Return what is said of the pod of each night."""
    return cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def documents_of(night: ScheduledNight) -> dict[str, Any]:
    """Return what is given to Kubernetes, by its kind."""
    return {one["kind"]: one for one in yaml.safe_load_all(schedule_text("kubernetes", night))}


@pytest.mark.parametrize("hard", [False, True], ids=["shipped", "odd paths"])
def test_kubernetes_reads_a_cron_job(odd: ScheduledNight, hard: bool) -> None:
    """Every field exists and has the right type; one night at a time, none is tried twice."""
    night = odd if hard else OFFICE
    found = documents_of(night)
    assert list(found) == ["ConfigMap", "PersistentVolumeClaim", "CronJob"]
    jsonschema.validate(found["CronJob"], CRON_JOB)
    spec = found["CronJob"]["spec"]
    assert (spec["schedule"], spec["timeZone"]) == ("30 3 * * *", "Europe/Berlin")
    assert found["ConfigMap"]["data"] == {"configuration.toml": night.config_text}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl here")
def test_kubectl_knows_every_field(tmp_path: Path, odd: ScheduledNight) -> None:
    """It reads a CronJob into its own types and writes it again; what it does not know would be gone."""
    written = documents_of(odd)["CronJob"]
    (tmp_path / "night.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
    change = ["set", "image", "--local", "-f", str(tmp_path / "night.yaml"), "nightly=another:1", "-o", "yaml"]
    env = {"PATH": os.environ["PATH"], "KUBECONFIG": os.devnull, "HOME": str(tmp_path)}
    read = subprocess.run(["kubectl", *change], capture_output=True, check=True, env=env)  # noqa: S607 - found above
    pod_of(written)["containers"][0]["image"] = "another:1"
    assert without_what_is_empty(yaml.safe_load(read.stdout)) == written


def without_what_is_empty(value: Any) -> Any:
    """Leave out what kubectl writes for fields that were not given."""
    if isinstance(value, list):
        return [without_what_is_empty(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {name: without_what_is_empty(one) for name, one in value.items() if name != "status"}
    return {name: one for name, one in kept.items() if one is not None and one != {}}


def test_kubernetes_mounts_all_that_the_command_uses(odd: ScheduledNight) -> None:
    """At the same paths as here, because the configuration names them."""
    pod = pod_of(documents_of(odd)["CronJob"])
    (container,) = pod["containers"]
    assert container["args"] == list(ODD_WORDS)
    mounts = {mount["mountPath"]: (mount["name"], mount.get("subPath")) for mount in container["volumeMounts"]}
    assert mounts == {
        str(ODD / "in"): ("inbox", None),
        str(ODD / "state"): ("state", "state"),
        str(ODD / "night.toml"): ("config", "configuration.toml"),
        str(ODD / "the key"): ("secret", "key"),
        str(ODD / "notify.txt"): ("secret", "notify"),
        TMP: ("tmp", None),
    }
    assert {volume["name"] for volume in pod["volumes"]} == {name for name, _ in mounts.values()}


def test_kubernetes_passes_the_key_on_where_no_file_has_it() -> None:
    """From a secret, as the variable that the program reads."""
    night = replace(OFFICE, secret_files={}, config=None, config_text="", variables={"TZ": "UTC"})
    found = documents_of(night)
    assert "ConfigMap" not in found
    (container,) = pod_of(found["CronJob"])["containers"]
    jsonschema.validate(found["CronJob"], CRON_JOB)
    names = {variable["name"]: variable for variable in container["env"]}
    assert names["AUTOENHANCE_API_KEY"]["valueFrom"]["secretKeyRef"]["name"] == night.name
    assert names["TZ"]["value"] == "UTC"


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_no_line_is_too_long_for_a_screen(scheduler: str) -> None:
    """Comments are read by people."""
    comments = [
        line for line in schedule_text(scheduler, OFFICE).splitlines() if line.lstrip().startswith(("#", "<!--"))
    ]
    assert comments
    assert [line for line in comments if len(line) > 120] == []
