"""A clock for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that stands still until it is moved; begins on 2025-10-20 at noon in Beijing."""

    def __init__(self) -> None:
        self.now = datetime(2025, 10, 20, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)
