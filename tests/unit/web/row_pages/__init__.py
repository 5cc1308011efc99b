"""A page of the rows of a run, as values."""
