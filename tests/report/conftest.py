"""The districts that reports are made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.district import District
from geo.pack import open_pack


@pytest.fixture(scope="session")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


@pytest.fixture(scope="session")
def daxing() -> District:
    """The pack that comes along, with its invented register."""
    return open_pack(Path(__file__).parents[2] / "data", demo=True)
