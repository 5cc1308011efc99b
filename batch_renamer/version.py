"""The program's version, and nothing else: what needs only this imports nothing."""

__all__ = ["__version__"]

__version__ = "0.1.0"
