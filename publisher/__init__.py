"""Publish a government's open data from git."""

__version__ = "0.1.0"
