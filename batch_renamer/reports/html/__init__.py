"""Writes a report as one HTML page for people: what happened, what needs a look, and every row.

What stands on the page besides the rows is made by functions of their own, for other pages that show a run.
"""

from __future__ import annotations

from batch_renamer.reports.html.facts import Fact, counts_of, facts_of, headline_of
from batch_renamer.reports.html.figures import Figures
from batch_renamer.reports.html.over_time import plots_over_time
from batch_renamer.reports.html.page import write_html

__all__ = ["Fact", "Figures", "counts_of", "facts_of", "headline_of", "plots_over_time", "write_html"]
