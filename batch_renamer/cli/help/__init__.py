"""The help: its pages, groups and examples, and the manual page made of the same text."""
