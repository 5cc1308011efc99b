"""The program's version. This module imports nothing, so that reading the version is fast."""

__all__ = ["__version__"]

__version__ = "0.1.0"
