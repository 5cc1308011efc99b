"""Writes results into the user's own .ods workbook; every part of it but the content stays byte for byte.

In the content only the bytes of the four columns are put in. odfdo, which reads and writes such workbooks, would write
the styles, the settings and the metadata anew, too.
"""

from __future__ import annotations

from batch_renamer.reports.own_workbook.ods.writer import write_back_ods

__all__ = ["write_back_ods"]
