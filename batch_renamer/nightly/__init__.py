"""The night: every settled spreadsheet of a folder goes through `apply`, and people know in the morning what happened.

It adds no logic to a run: each file becomes the job that ``apply FILE --yes`` makes. What only a night needs is here.
"""

from __future__ import annotations

from batch_renamer.nightly.messages import Trial, send_test_message

__all__ = ["Trial", "send_test_message"]
