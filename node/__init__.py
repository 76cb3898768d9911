"""The running program: commands, web, storage, search and the worker. The only place with Flask, SQL and a clock."""

__version__ = "0.1.0"
