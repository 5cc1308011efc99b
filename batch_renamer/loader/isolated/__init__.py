"""What runs in a process of its own, because a workbook may end it: a path enters, cells leave as lines of JSON.

Nothing here imports the rest of the package, so that the process starts quickly and holds nothing worth stealing.
"""
