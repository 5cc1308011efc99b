"""The table of commands: what each is and which options it takes; code asks its attributes, never its name.

The stages of a command are in `jobs`, the types and help texts of its options in `cli`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "APPLY",
    "APPLY_PLAN",
    "AUDIT",
    "CARRIED_OPTIONS",
    "CHECK",
    "COMMANDS",
    "DOCTOR",
    "EXPORT",
    "INIT",
    "MAKING_NAMES",
    "NIGHTLY",
    "NOTIFY",
    "PLAN",
    "RECORDED",
    "RENAMING",
    "REPORT",
    "RESUME",
    "RUNS",
    "SCHEDULE",
    "SHARED_OPTIONS",
    "SHOW",
    "STATUS",
    "UNDO",
    "UNDO_DRY_RUN",
    "WEB",
    "Command",
    "flag_of",
    "setting_of",
]

_WHERE = ("config", "profile", "state_dir")
_INPUT = (
    "sheet",
    "encoding",
    "delimiter",
    "id_column",
    "name_column",
    "current_name_column",
    "hidden_rows",
    "blank_new_name",
    "match_by",
)
_API = ("base_url", "api_version", "rate", "workers", "attempts", "timeout", "patience")
_SENDING = (*_API, "engine", "scheduler", "limit_per")
_ROWS = ("only", "except_rows")
_OF_SHEET = (*_ROWS, "where")
_LIMITS = ("first", "max_renames", "strict")
_REPEATING = ("again",)
_RESUMING = ("max_failures",)
_PAST = ("base_url", "sandbox")
_SANDBOX = ("sandbox", "sandbox_reset")
_WRITING = ("yes", "wait")
_SCREEN = ("json", "log_file", "quiet", "verbose", "no_progress")
_OUTPUT = ("report", "order_links", *_SCREEN)
_SHOWN = (*_OUTPUT, "pictures")
_PAGED = (*_SHOWN, "no_pager")
_BACK = ("write_back", *_PAGED)
MAKING_NAMES = ("name_template", "replace", "replace_regex")
"""The options that say how new names are made where the sheet gives none."""

_NAMES = (*MAKING_NAMES, "same_name")
_READING = (*_INPUT, *_NAMES, *_OF_SHEET)
_APPLY_OPTIONS = (*_WRITING, *_READING, *_SENDING, *_LIMITS, *_REPEATING, *_RESUMING, *_SANDBOX, *_BACK, *_WHERE)
_UNDO_OPTIONS = (*_WRITING, *_ROWS, *_SENDING, *_LIMITS, *_RESUMING, "sandbox", *_PAGED, *_WHERE)

CARRIED_OPTIONS = frozenset({"log_file", *_WHERE, *_SENDING, *_RESUMING, *_SANDBOX, *_WRITING}) - {"sandbox_reset"}
"""The options that a printed next command repeats."""

_FLAGS = {"except_rows": "--except"}  # `except` is a word of Python, so no field can have this name


def flag_of(setting: str) -> str:
    """Return the flag that gives a setting.

    Example:
        >>> flag_of("id_column"), flag_of("except_rows")
        ('--id-column', '--except')
    """
    return _FLAGS.get(setting, f"--{setting.replace('_', '-')}")


def setting_of(flag: str) -> str:
    """Return the setting that a flag gives; of a name in the environment or in a configuration file, this name itself.

    Example:
        >>> setting_of("--id-column"), setting_of("except"), setting_of("rate")
        ('id_column', 'except_rows', 'rate')
    """
    name = flag.removeprefix("--")
    return next((setting for setting, own in _FLAGS.items() if own == f"--{name}"), name.replace("-", "_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command.

    ``name`` is what users and the journal call it. ``options`` are the settings that its options give, in the order of
    its help. The other fields say what it does:

    - ``offline``: it reads a spreadsheet and nothing else, and keeps nothing.
    - ``dry``: it ends with a plan, which is kept; ``done_by`` is the word of the command that carries out such a plan.
    - ``writes``: it renames orders.
    - ``resumes``: it goes on with a run instead of beginning one.
    - ``from_sheet``: its rows are those of a spreadsheet, read now or for a kept plan.
    - ``puts_back``: it gives orders the names back that they had before another run.
    - ``audits``: it compares the names that another run left with those that the orders have.
    - ``about_past``: it shows what the journal knows.
    - ``sets_up``: it makes or examines what runs need, such as a spreadsheet, and has no run itself.
    - ``of_folder``: it has no run itself; each spreadsheet of a folder gets one of another command.
    - ``serves``: it has no run itself; those that are started on its page are of other commands.
    - ``drifted``: the reason for an order that has another name than expected, if the expected name comes from another
      run; the id of that run is filled in.
    - ``exact``: the name must be the expected one to the letter.
    """

    name: str
    options: tuple[str, ...] = ()
    offline: bool = False
    dry: bool = False
    done_by: str = ""
    writes: bool = False
    resumes: bool = False
    from_sheet: bool = False
    puts_back: bool = False
    audits: bool = False
    about_past: bool = False
    sets_up: bool = False
    of_folder: bool = False
    serves: bool = False
    drifted: str = ""
    exact: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def word(self) -> str:
        """The word that is typed for it."""
        return self.name.split()[0]

    @property
    def switches(self) -> tuple[str, ...]:
        """What is typed besides the word to get this command."""
        return tuple(self.name.split()[1:])

    @property
    def recorded_as(self) -> str:
        """What the journal calls a run of it: a run that commits a kept plan is called an apply, too."""
        return self.name if self.dry else self.word

    @property
    def has_run(self) -> bool:
        """Whether it has a run itself."""
        return not (self.about_past or self.sets_up or self.of_folder or self.serves)

    @property
    def about_a_run(self) -> bool:
        """Whether its rows are what another run did, so that its result speaks of that run."""
        return self.puts_back or self.audits

    @property
    def may_be_at_work(self) -> bool:
        """Whether the run that it is about may be at work in another process, so that it always needs the lock."""
        return self.resumes or (self.puts_back and self.writes)


_PLAN_SAW = "The order no longer has the name that plan {} saw; it was left alone."
_TO_BE_TAKEN_BACK = "The order no longer has the name that was to be taken back; it was left alone."
_AUDITED = "The order does not have the name that run {} gave it."

CHECK = Command(name="check", offline=True, from_sheet=True, options=(*_READING, *_OUTPUT, *_WHERE))
PLAN = Command(
    name="plan",
    dry=True,
    done_by="apply",
    from_sheet=True,
    options=(*_READING, *_SENDING, *_LIMITS, *_REPEATING, *_RESUMING, *_SANDBOX, *_PAGED, *_WHERE),
)
APPLY = Command(name="apply", writes=True, from_sheet=True, drifted=_PLAN_SAW, exact=True, options=_APPLY_OPTIONS)
APPLY_PLAN = Command(
    name="apply --plan", writes=True, from_sheet=True, drifted=_PLAN_SAW, exact=True, options=_APPLY_OPTIONS
)
RESUME = Command(
    name="resume",
    writes=True,
    resumes=True,
    options=(*_WRITING, *_ROWS, *_SENDING, *_RESUMING, "sandbox", *_BACK, *_WHERE),
)
UNDO = Command(name="undo", writes=True, puts_back=True, drifted=_TO_BE_TAKEN_BACK, options=_UNDO_OPTIONS)
UNDO_DRY_RUN = Command(
    name="undo --dry-run", dry=True, done_by="undo", puts_back=True, drifted=_TO_BE_TAKEN_BACK, options=_UNDO_OPTIONS
)
AUDIT = Command(name="audit", audits=True, drifted=_AUDITED, options=(*_ROWS, *_API, "sandbox", *_SHOWN, *_WHERE))
RUNS = Command(name="runs", about_past=True, options=(*_PAST, *_SCREEN, *_WHERE))
SHOW = Command(name="show", about_past=True, options=(*_PAST, *_SCREEN, "no_pager", *_WHERE))
REPORT = Command(name="report", about_past=True, options=(*_PAST, *_OUTPUT, *_WHERE))
STATUS = Command(name="status", about_past=True, options=("sandbox", "json", *_WHERE))
EXPORT = Command(
    name="export",
    sets_up=True,
    options=(
        "delimiter",
        "base_url",
        "api_version",
        "rate",
        "attempts",
        "timeout",
        "patience",
        "wait",
        *_SANDBOX,
        *_SCREEN,
        *_WHERE,
    ),
)
NIGHTLY = Command(
    name="nightly",
    of_folder=True,
    options=(
        "wait",
        *_INPUT,
        *_NAMES,
        "where",
        *_API,
        "max_renames",
        "strict",
        *_REPEATING,
        *_RESUMING,
        *_SANDBOX,
        "write_back",
        "order_links",
        "pictures",
        *_SCREEN,
        *_WHERE,
    ),
)
WEB = Command(
    name="web",
    serves=True,
    options=(*_INPUT, *_NAMES, *_API, "max_renames", *_RESUMING, *_SANDBOX, "log_file", "quiet", "verbose", *_WHERE),
)
INIT = Command(name="init", sets_up=True, options=("yes", "base_url", "report", "config", "profile"))
DOCTOR = Command(
    name="doctor",
    sets_up=True,
    options=(
        "base_url",
        "api_version",
        "timeout",
        "workers",
        "sandbox",
        "report",
        "log_file",
        "json",
        "quiet",
        *_WHERE,
    ),
)
SCHEDULE = Command(name="schedule", sets_up=True, options=("wait", *_API, "sandbox", "log_file", *_WHERE))
NOTIFY = Command(name="notify", sets_up=True, options=("json", "quiet", *_WHERE))

COMMANDS: Mapping[str, Command] = {
    command.name: command
    for command in (
        CHECK,
        PLAN,
        APPLY,
        APPLY_PLAN,
        RESUME,
        UNDO,
        UNDO_DRY_RUN,
        AUDIT,
        RUNS,
        SHOW,
        REPORT,
        STATUS,
        EXPORT,
        NIGHTLY,
        WEB,
        INIT,
        DOCTOR,
        NOTIFY,
        SCHEDULE,
    )
}
"""Every command of the command line by its name; the sandbox, which is served and has no run, is not among them."""

RECORDED = (PLAN, APPLY, UNDO, UNDO_DRY_RUN, AUDIT)
"""The commands that the runs in the journal are recorded as."""

RENAMING = (APPLY, UNDO)
"""Those of them that rename."""

SHARED_OPTIONS = frozenset(name for command in COMMANDS.values() for name in command.options)
"""The options that several commands take; what a command has of its own is not among them."""
