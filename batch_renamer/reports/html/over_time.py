"""The plots of a page: what happened when, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence

from batch_renamer.html_pages import Plot
from batch_renamer.model import Second
from batch_renamer.reports.html.figures import Figures
from batch_renamer.reports.html.plots import durations_plot, outcomes_plot, requests_plot

__all__ = ["plots_over_time"]


def plots_over_time(seconds: Sequence[Second], figures: Figures) -> list[Plot]:
    """Return the plots for which there is anything to show: a single bar says no more than a number.

    ``seconds`` are those of the run, ``figures`` those of its rows.

    Example:
        >>> plots_over_time([], Figures())
        []
    """
    plots = (requests_plot(seconds), outcomes_plot(figures.outcomes), durations_plot(figures.durations_s))
    return [plot for plot in plots if plot is not None and len(plot.bars) > 1]
