"""Runs in a child process, because a workbook may crash it: reads a workbook and sends its cells as lines of JSON.

Nothing here imports the rest of the package, so the process starts fast and holds no secrets.
"""
