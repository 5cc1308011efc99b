"""Runs jobs: the stages of each command, and their order. The command line and the library both start jobs here."""

from __future__ import annotations

from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.connection import Connection
from batch_renamer.jobs.destinations import (
    MADE_UP_ORDERS,
    MOST_AT_ONCE,
    Destination,
    address_of,
    nowhere,
    to_api,
    to_sandbox,
)
from batch_renamer.jobs.dismissing import dismiss, is_interrupted
from batch_renamer.jobs.engine import ONE_MACHINE, Engine, EngineContext
from batch_renamer.jobs.export_job import Exported, ExportJob, export_orders
from batch_renamer.jobs.figures import broken_off, summary_of
from batch_renamer.jobs.forecast import forecast_of
from batch_renamer.jobs.job import Bounds, Job, SheetSource, Source
from batch_renamer.jobs.library_runs import left_by_library
from batch_renamer.jobs.listed_runs import ListedRun, listed_now, listed_run, utc_moment
from batch_renamer.jobs.own_sheet import write_results_into
from batch_renamer.jobs.page import page_extras
from batch_renamer.jobs.past_runs import (
    as_this_account,
    bound_to,
    find,
    kept_plan,
    means_newest,
    named,
    renamed_something,
    taken_back,
    went_before,
)
from batch_renamer.jobs.picture_reading import with_gateway
from batch_renamer.jobs.pipeline import perform
from batch_renamer.jobs.plan_choice import as_chosen
from batch_renamer.jobs.repairs import never_there, things_to_repair
from batch_renamer.jobs.resuming import Left, job_that_resumes, left_to_do, may_go_on
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.sheet_file import source_of
from batch_renamer.jobs.stages import Content, failures_in, load_options, named_rows
from batch_renamer.jobs.standing import (
    begun,
    committed,
    interrupted,
    last_of_plan,
    last_of_sheet,
    merely_planned,
    unfinished,
    why_closed,
)
from batch_renamer.jobs.state import (
    files_taken,
    journal_path,
    known_elsewhere,
    names_to_lock,
    open_journal,
    protect_state,
    reset_sandbox,
)
from batch_renamer.jobs.trial import TrialAnswer, ask_once
from batch_renamer.jobs.written_again import write_reports_of

__all__ = [
    "MADE_UP_ORDERS",
    "MOST_AT_ONCE",
    "ONE_MACHINE",
    "ApiSession",
    "Bounds",
    "Connection",
    "Content",
    "Destination",
    "Engine",
    "EngineContext",
    "ExportJob",
    "Exported",
    "Job",
    "JobContext",
    "Left",
    "ListedRun",
    "Run",
    "SheetSource",
    "Source",
    "TrialAnswer",
    "address_of",
    "as_chosen",
    "as_this_account",
    "ask_once",
    "begun",
    "bound_to",
    "broken_off",
    "committed",
    "dismiss",
    "export_orders",
    "failures_in",
    "files_taken",
    "find",
    "forecast_of",
    "interrupted",
    "is_interrupted",
    "job_that_resumes",
    "journal_path",
    "kept_plan",
    "known_elsewhere",
    "last_of_plan",
    "last_of_sheet",
    "left_by_library",
    "left_to_do",
    "listed_now",
    "listed_run",
    "load_options",
    "may_go_on",
    "means_newest",
    "merely_planned",
    "named",
    "named_rows",
    "names_to_lock",
    "never_there",
    "nowhere",
    "open_journal",
    "page_extras",
    "perform",
    "protect_state",
    "renamed_something",
    "reset_sandbox",
    "source_of",
    "summary_of",
    "taken_back",
    "things_to_repair",
    "to_api",
    "to_sandbox",
    "unfinished",
    "utc_moment",
    "went_before",
    "why_closed",
    "with_gateway",
    "write_reports_of",
    "write_results_into",
]
