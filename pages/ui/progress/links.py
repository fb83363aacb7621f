"""Where a number leads: the ledger or the register, with the rows that it counts and no others."""

from __future__ import annotations

from urllib.parse import urlencode

from geo.progress.measures import MEASURES, Where
from geo.progress.opened import Number
from pages.ui.counted import NAME
from pages.ui.ledger.asked import FIXED
from pages.ui.progress.asked import Asked

VIEW = {kind: view for view, kind in FIXED.items()} | dict.fromkeys(
    ("worker_meeting", "enterprise_meeting"), "meetings"
)
"""The view of the ledger that adds up entries of a kind."""
DECIDED = {
    "silent": ("/enterprises", {"sort": "touched_on"}),
    "next_due": ("/enterprises", {"sort": "next_on"}),
    "preparing": ("/enterprises", {}),
    "meetings": ("/ledger", {"view": "meetings"}),
    "missed_visits": ("/teams", {"view": "visits"}),
}
"""The page on which a decision is taken; where none is said, it is of appeals."""
PACK = {
    "teams": ("/teams", {}),
    "positions": ("/teams", {}),
    "mediation_workstations": ("/", {"kinds": "mediation_workstation"}),
}
"""The page that shows what the pack says."""


def to(asked: Asked, what: str, where: Where, language: str) -> str:
    """The address of what a number (``geo.progress.opened``) counts."""
    one = MEASURES.get(what.partition(":")[0])
    if one is None:
        page, view = DECIDED.get(what, ("/ledger", {"view": "appeals"}))
    elif one.of == "pack":
        page, view = PACK[what]
    elif one.of == "entries":
        page, view = "/ledger", {"view": VIEW.get(one.kinds[0], "")}
    else:
        page, view = "/enterprises", {}
    number = "" if one and one.of == "pack" else Number(what, where, asked.on).written()
    said = {"campaign": asked.campaign.id, **view, NAME: number, "lang": language if language != "zh" else ""}
    return f"{page}?{urlencode({name: value for name, value in said.items() if value})}"
