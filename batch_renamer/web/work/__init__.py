"""The jobs of the page at work in the server: plan, commit, undo, resume and audit, as the command line does them.

``work`` begins and stops them, ``preparing`` makes each job, ``opening`` opens its account and journal. ``live_job`` is
what pages are told while one works, from ``live_progress`` and ``row_problems``. ``offers`` says what can be done with
a run.
"""

from batch_renamer.web.work.live_job import LiveJob
from batch_renamer.web.work.offers import Offers
from batch_renamer.web.work.preparing import committed_by
from batch_renamer.web.work.work import Publisher, Work

__all__ = ["LiveJob", "Offers", "Publisher", "Work", "committed_by"]
