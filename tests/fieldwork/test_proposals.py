"""Goals looked for one after another, in child processes."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from geo.assignment import Clash, Problem
from geo.fieldwork.proposals import Asked

ROW = np.eye(3, k=1, dtype=bool) | np.eye(3, k=-1, dtype=bool)
THREE = Problem(
    load=np.ones(3),
    x=np.array([0.0, 1000.0, 3000.0]),
    y=np.zeros(3),
    neighbours=ROW,
    anywhere=np.zeros(3, dtype=bool),
    strength=np.ones(2),
    balance=0.4,
    fixed=np.full(3, -1),
    never=np.zeros((3, 2), dtype=bool),
    present=np.array([0, 1, 1]),
)
"""Three in a row, the last farther off: two teams of two and one, each a third of a half from its share."""


def run(asked: Asked) -> None:
    until = time.monotonic() + 60
    while asked.busy and time.monotonic() < until:
        asked.step()
        time.sleep(0.05)
    assert not asked.busy


def test_each_goal_has_its_answer() -> None:
    asked = Asked(THREE, 5.0, ["compact", "least-change"])
    run(asked)
    assert asked.found["compact"].team == (0, 0, 1), "the near two together"
    assert asked.found["least-change"].team == (0, 1, 1), "as it is"
    assert not asked.failed


def test_what_cannot_be_does_not_keep_others_from_being_found() -> None:
    asked = Asked(replace(THREE, balance=0.1), 5.0, ["compact", "fair"])
    run(asked)
    assert isinstance(asked.failed["compact"], Clash)
    assert asked.found["fair"].value[0] == pytest.approx(1 / 3)


def test_stopped_it_looks_for_nothing_more() -> None:
    asked = Asked(THREE, 5.0, ["compact", "fair", "least-change"])
    asked.step()
    asked.stop()
    assert not asked.busy
    assert "least-change" not in asked.found
