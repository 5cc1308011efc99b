"""``batch-renamer`` and ``python -m batch_renamer``: the process from its first moment.

If the program can't even be imported (an incomplete installation, or Ctrl-C at that moment), it must not end with
Python's exit code 1, which says that rows are bad.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        from batch_renamer.cli import main as run  # noqa: PLC0415 - a failure of this import is handled here
    except KeyboardInterrupt:
        os._exit(130)
    except BaseException as error:  # whatever it is, it is no bad row
        with suppress(OSError):
            os.write(2, f"batch-renamer is not installed whole ({type(error).__name__}: {error}).\n".encode())
        sys.exit(70)
    run()


if __name__ == "__main__":
    main()
