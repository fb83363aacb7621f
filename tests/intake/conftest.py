"""Who brings files into the tiny world."""

from __future__ import annotations

import pytest
from sheets import Office

from geo.workspace import Workspace


@pytest.fixture
def office(workspace: Workspace) -> Office:
    """Enterprises E1 to E7 are there already, of regions 甲原镇, 乙河街道 and 丙山镇 (schematic boundaries)."""
    workspace.district()
    return Office(workspace)
