"""Which rows have changed their orders: conditions of SQL that several queries share."""

from __future__ import annotations

__all__ = ["CHANGED", "CHANGED_OTHERWISE"]

# A failed row whose order got another name than the one sent.
CHANGED_OTHERWISE = """(
    result = 'failed' AND attempts AND final_name IS NOT NULL AND final_name IS NOT COALESCE(old_name, ''))"""
# The rows whose orders a run has changed, or may have changed: all that were sent, except orders known to be deleted. A
# refusal counts as well: the server may have applied the rename, then or a little later. An order that had no name and
# still has none is left out: there is nothing to give back.
CHANGED = """(
    result IN ('renamed', 'unknown') OR (handed_out AND (result IS NULL OR result IN ('planned', 'drifted')))
    OR (result = 'failed' AND (attempts OR handed_out = 2) AND is_deleted IS NOT 1
        AND (COALESCE(old_name, '') != '' OR final_name IS NOT '')))"""
