"""The night: every settled spreadsheet of a folder goes through `apply`, and people know in the morning what happened.

It adds no logic to a run: each file becomes the job that ``apply FILE --yes`` makes. What only a night needs is here.
"""
"""The night: one command that any scheduler starts, and what a person is told of it in the morning."""
