"""The examples of the help, played one after the other in the sandbox, as a person would paste them."""

from __future__ import annotations

import shlex

from batch_renamer.cli.help.examples import EXAMPLES
from tests.support.served import Command
from tests.support.workbooks import xlsx, xlsx_row

PLAYED = ("check", "plan", "apply", "resume", "undo", "audit", "runs", "show", "report")
ASKING = ("apply", "resume", "undo")
HEADINGS = ("order_id", "current_name", "new_name", "Order", "Title", "address")
ROWS = [
    (f"A-{number}", f"IMG_{number}", f"{number} Elm Street", f"A-{number}", "x", f"{number} Elm Street")
    for number in range(1, 5)
]


async def test_every_example_does_what_it_says(renamer: Command) -> None:
    """With ids of runs that are there, in practice and without a question, each ends as the same words do really."""
    renamer.sheet(ROWS, headings=HEADINGS)
    lines = [xlsx_row(number, *cells) for number, cells in enumerate([HEADINGS, *ROWS], 1)]
    (renamer.folder / "orders.xlsx").write_bytes(xlsx({"Orders": "".join(lines)}))
    run_id = ""
    for word in PLAYED:
        for example in EXAMPLES[word]:
            line = example.line
            if "nug7q7" in line:
                planned = await renamer.run("plan", "orders.xlsx", "--sandbox", "--json", key=None)
                line = line.replace("nug7q7", planned.result["run_id"])
            words = shlex.split(line.replace("mxtuua", run_id))[1:]
            words += [] if word == "check" or "--sandbox" in words else ["--sandbox"]
            words += ["--yes"] if word in ASKING and "--yes" not in words else []
            ended = await renamer.run(*words, key=None)
            # When it comes to the audit, the names of that run have been put back.
            code = 10 if "--exit-code" in words else 1 if word == "audit" else 0
            assert (example.line, ended.code) == (example.line, code), ended.err
            if not run_id and word == "apply":
                shown = await renamer.run("show", "--sandbox", "--json", key=None)
                run_id = shown.result["run_id"]
    assert renamer.requests == []
    assert {path.name for path in renamer.folder.glob("*.xlsx")} >= {"again.xlsx"}
    assert len(list(renamer.folder.glob("night-*.csv"))) == 1
