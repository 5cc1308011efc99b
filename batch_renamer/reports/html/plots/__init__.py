"""Plots as values: what is drawn where, and a table with the same numbers. Pure; a template makes SVG of them."""

from __future__ import annotations

from batch_renamer.reports.html.plots.durations import durations_plot
from batch_renamer.reports.html.plots.outcomes import outcomes_plot
from batch_renamer.reports.html.plots.requests import requests_plot

__all__ = ["durations_plot", "outcomes_plot", "requests_plot"]
