"""``python -m batch_renamer`` is ``batch-renamer``."""

from batch_renamer.cli import main

if __name__ == "__main__":
    main()
