"""Runs the jobs of the page in the server: plan, commit, undo, resume and audit, as the command line does them.

::

    runner           begins jobs, knows which are at work, and stops them
      ├── preparing       makes the job, after the checks of the command line
      ├── performing      takes it from its beginning to its end, and tells pages
      │     └── connection     opens what it works with: its account, and a journal of its own
      ├── job_at_work     one job from the request to its end
      │     └── live_job       what pages are told of it, from live_progress and row_problems
      └── offers          what can be done with a run now
"""

from batch_renamer.web.job_runner.live_job import LiveJob
from batch_renamer.web.job_runner.offers import Offers
from batch_renamer.web.job_runner.performing import Publisher
from batch_renamer.web.job_runner.preparing import committed_by
from batch_renamer.web.job_runner.runner import JobRunner

__all__ = ["JobRunner", "LiveJob", "Offers", "Publisher", "committed_by"]
