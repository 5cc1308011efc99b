"""Writes results into the user's own .xlsx or .xlsm workbook; every other part of it stays byte for byte."""
