"""Tests of the workbooks of many rows."""
