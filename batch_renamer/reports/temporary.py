"""The temporary files of reports; they are made as those of every other file of the program are."""

from __future__ import annotations

from batch_renamer.temporary import OURS, cause, new_file_in, place_of, probe, remove_unfinished

__all__ = ["OURS", "cause", "new_file_in", "place_of", "probe", "remove_unfinished"]
