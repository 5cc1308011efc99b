"""Everything that a run needs is checked before there is a run; each check is a function that returns a `Finding`.

Nothing is written, and one request is sent at most: the one that a run proves the key with.
"""

from __future__ import annotations

from batch_renamer.checks.examination import examine
from batch_renamer.checks.finding import Finding, Verdict

__all__ = ["Finding", "Verdict", "examine"]
