"""Bringing files in: what is in a file, what its columns are, what its cells say, and what would become of its rows."""

from geo.errors import GongtuError


class IntakeError(GongtuError):
    """A file cannot be taken in; ``params`` hold ``file``, its name as the user knows it, and what the message says."""
