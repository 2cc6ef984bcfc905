"""The process: settings, wiring, command line, loops. Knows everyone."""

__version__ = "0.1.0"
