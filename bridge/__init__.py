"""The engineering solutions of the catalogue as a library."""

__version__ = "0.1.0"
