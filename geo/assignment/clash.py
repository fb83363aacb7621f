"""Demands that no assignment can meet together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geo.errors import GongtuError


@dataclass(frozen=True)
class Demand:
    """One demand: ``position`` "fixed" to ``team``; ``team`` "never" to have ``position``; loads within the "balance";
    every team's ground "connected"; every team at least one position ("teams"); the whole "load" of ``position``
    in one team. -1: does not apply.
    """

    what: Literal["fixed", "never", "balance", "connected", "teams", "load"]
    team: int = -1
    position: int = -1


class Clash(GongtuError):  # noqa: N818 - it reads as what it is
    """No assignment meets all of ``demands``.

    ``irreducible``: without any one of them there is one. ``least_balance``, where "balance" is among them: the
    smallest balance for which an assignment was found with all else kept; ``least_proven``: no smaller one has any.
    """

    def __init__(
        self,
        demands: tuple[Demand, ...],
        *,
        least_balance: float | None = None,
        least_proven: bool = False,
        irreducible: bool = True,
    ) -> None:
        super().__init__("assignment.clash")
        self.demands = demands
        self.least_balance = least_balance
        self.least_proven = least_proven
        self.irreducible = irreducible
