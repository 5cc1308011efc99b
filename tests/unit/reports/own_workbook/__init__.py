"""Tests of `batch_renamer.reports.own_workbook`."""
