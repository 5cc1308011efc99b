"""One file for each command, read from top to bottom: options become a job, and its result is shown."""
