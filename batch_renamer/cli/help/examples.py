"""The examples of the help: a few for each command, which a test reads as the command line would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["EXAMPLES", "START", "Example"]


@dataclass(frozen=True, slots=True)
class Example:
    """What a person wants to do, and the line to type for it."""

    purpose: str
    line: str


START: tuple[str | tuple[tuple[str, str], ...], ...] = (
    "batch-renamer gives many Autoenhance orders new names. It reads them from a spreadsheet with these columns:",
    (
        ("order_id", "the id of the order"),
        ("new_name", "the name that it is to get"),
        ("current_name", "the name that it has now; not needed, but safer"),
    ),
    "Try it with your spreadsheet first. This needs no key and renames nothing real:",
    (("batch-renamer plan FILE --sandbox", ""),),
    "Then set it up with your API key (or put the key into AUTOENHANCE_API_KEY), and go on:",
    (
        ("batch-renamer init", "asks for the key and keeps it"),
        ("batch-renamer doctor", "says whether all is ready"),
        ("batch-renamer export FILE", "writes your orders into a spreadsheet to fill in"),
        ("batch-renamer check FILE", "says which rows are bad"),
        ("batch-renamer plan FILE", "shows each old and new name; renames nothing"),
        ("batch-renamer apply FILE", "shows the plan, asks you, and renames"),
        ("batch-renamer undo", "puts the old names back"),
    ),
    "All commands: batch-renamer --help",
)
"""What the program says when it is started without arguments: paragraphs, and lists of a term and its text."""

EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "batch-renamer": (
        Example("Try it without a key:", "batch-renamer plan orders.xlsx --sandbox"),
        Example("All options of a command:", "batch-renamer apply --help"),
    ),
    "export": (
        Example("The account's orders as a spreadsheet to fill in:", "batch-renamer export orders.xlsx"),
        Example(
            "Those of the last two weeks that still have a camera's name:",
            "batch-renamer export --since 14d --name-contains IMG_",
        ),
        Example("Practise, without a key:", "batch-renamer export --sandbox"),
        Example("An empty spreadsheet to begin with:", "batch-renamer export --template"),
    ),
    "check": (
        Example("Find the bad rows:", "batch-renamer check orders.xlsx"),
        Example(
            "Where the headings have other words:",
            'batch-renamer check orders.xlsx --id-column "Order" --name-column "Title"',
        ),
    ),
    "plan": (
        Example("See each old and new name:", "batch-renamer plan orders.xlsx"),
        Example("Practise, without a key:", "batch-renamer plan orders.xlsx --sandbox"),
        Example(
            "Make the new names from other columns:",
            "batch-renamer plan orders.xlsx --name-template '{address} - {n:03}'",
        ),
        Example(
            "Make them from the current names; the spreadsheet needs only ids:",
            "batch-renamer plan orders.xlsx --replace 'Elm St=Elm Street'",
        ),
        Example(
            "In a script: is there anything to rename? (0: no, 10: yes)",
            "batch-renamer plan orders.xlsx --exit-code",
        ),
    ),
    "apply": (
        Example("Rename all orders of a spreadsheet:", "batch-renamer apply orders.xlsx"),
        Example("Try three first:", "batch-renamer apply orders.xlsx --first 3"),
        Example("Do exactly what a plan showed:", "batch-renamer apply --plan nug7q7"),
        Example(
            "At night, when no person can answer:",
            "batch-renamer apply orders.csv --yes --report 'night-{date}.csv'",
        ),
    ),
    "nightly": (
        Example("Do every spreadsheet of a folder:", "batch-renamer nightly --inbox /srv/orders"),
        Example("Practise, without a key:", "batch-renamer nightly --inbox trial --sandbox"),
        Example("Could a night begin?", "batch-renamer nightly --check"),
    ),
    "schedule": (
        Example("The units of systemd, for the user who types this:", "batch-renamer schedule systemd"),
        Example("A line for the crontab, at another time:", "batch-renamer schedule cron --at 04:15"),
    ),
    "web": (
        Example("Open the page in the browser:", "batch-renamer web"),
        Example("Practise there, without a key:", "batch-renamer web --sandbox"),
    ),
    "resume": (
        Example("Go on with the run that was interrupted:", "batch-renamer resume"),
        Example("Try the failed rows of a run again:", "batch-renamer resume mxtuua --failed"),
    ),
    "undo": (
        Example("See what would be put back:", "batch-renamer undo --dry-run"),
        Example("Put the names of a certain run back:", "batch-renamer undo mxtuua"),
    ),
    "audit": (Example("Do the orders still have the names of that run?", "batch-renamer audit mxtuua"),),
    "runs": (
        Example("Which runs were there?", "batch-renamer runs"),
        Example("Which runs had that order, and what became of it?", "batch-renamer runs --order A-2"),
        Example("Forget the runs of more than 90 days ago:", "batch-renamer runs --prune 90d"),
    ),
    "show": (Example("What did that run do?", "batch-renamer show mxtuua"),),
    "report": (Example("Write the report of the newest run again:", "batch-renamer report --report again.xlsx"),),
    "status": (
        Example("Was the last night all right?", "batch-renamer status"),
        Example(
            "In a monitoring system:", "batch-renamer status --config /etc/batch-renamer/nightly.toml --max-age 26h"
        ),
    ),
    "init": (
        Example("Answer a few questions:", "batch-renamer init"),
        Example("Without a question, with the key in AUTOENHANCE_API_KEY:", "batch-renamer init --yes"),
    ),
    "doctor": (
        Example("Is everything ready?", "batch-renamer doctor"),
        Example("Only what is not:", "batch-renamer doctor --quiet"),
    ),
    "notify": (Example("Do messages about the night arrive?", "batch-renamer notify --test"),),
    "sandbox": (
        Example("Serve a made-up API with 300 orders:", "batch-renamer sandbox --port 8080 --orders 300"),
        Example("Serve one that is slow and often fails:", "batch-renamer sandbox --faults 5% --latency 100ms"),
    ),
    "completion": (
        Example("In bash, from the next window on:", "batch-renamer completion bash >> ~/.bashrc"),
        Example("In zsh, the shell of macOS:", "batch-renamer completion zsh >> ~/.zshrc"),
        Example("In fish:", "batch-renamer completion fish >> ~/.config/fish/config.fish"),
    ),
    "man": (
        Example("Read the manual (Linux):", "batch-renamer man | man -l -"),
        Example(
            "Keep it, so that man finds it by its name (mkdir -p its folder first):",
            "batch-renamer man > ~/.local/share/man/man1/batch-renamer.1",
        ),
    ),
}
"""The key is the word of a command, or the program's name."""
