"""People: who is asking, and what their role lets them do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["public", "staff", "leader", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""In rising order: each may do what those before it may. ``public`` is anybody, without an account."""


@dataclass(frozen=True)
class Person:
    """Somebody, as far as is known; ``id`` and ``name`` are empty for who has not signed in."""

    id: str
    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Whether what asks for ``role`` is open to this person."""
        return ROLES.index(self.role) >= ROLES.index(role)


NOBODY = Person("", "", "public")
PACK = "pack"
"""The name that what came with the data pack is written under: no person's, or a new pack would write over theirs."""
REPORTS = "reports"
"""The name that a station is made 待核实 under when several have reported it: no person's either."""
