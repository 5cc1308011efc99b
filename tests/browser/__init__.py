"""The page in a real browser: few tests, and each goes a long way, because a browser takes its time."""
