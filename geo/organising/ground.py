"""Which team an enterprise is a matter for: the one that has its region's position in the plan that holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geo.district import District
from geo.fieldwork.campaign import Campaign, campaigns
from geo.fieldwork.plan import Plan
from geo.fieldwork.rights import read_plan
from geo.people import Person
from geo.storage import Store


@dataclass(frozen=True)
class Ground:
    """Whose ground each region is, by its code, by the plan of the ``campaign`` that is the ``number``-th published, 0
    its draft; None where there is no plan to go by, and then nothing is anybody's.
    """

    campaign: Campaign | None
    number: int | None
    team_of: Mapping[str, str]

    def regions(self, team: str) -> tuple[str, ...]:
        """The codes of a team's regions, sorted."""
        return tuple(sorted(code for code, whose in self.team_of.items() if whose == team))


def ground(district: District, store: Store, person: Person, campaign_id: str = "") -> Ground:
    """The ground of a campaign's teams, of the newest campaign where none of that id is: by the version published last,
    else for those who may read it by the draft. Positions that are no regions have no enterprises of their own here.
    """
    known = campaigns(district, store)
    campaign = next((one for one in known if one.id == campaign_id), known[0] if known else None)
    if campaign is None:
        return Ground(None, None, {})
    published = store.assignments.published(campaign.id)
    if published:
        return Ground(campaign, published.number, regions_of(district, Plan.read(published.fields)))
    plan = Plan.read(store.assignments.draft(campaign.id).fields) if read_plan(person, "draft") else Plan()
    return Ground(campaign, 0 if plan.where else None, regions_of(district, plan))


def regions_of(district: District, plan: Plan) -> dict[str, str]:
    """The team of each region that is a position, by its code; of two positions of one the smaller id's."""
    rows = district.positions[district.positions["kind"] == "region"].sort_values("id", ascending=False)
    at = zip(rows["id"], rows["region"], strict=True)
    return {str(code): plan.where[position] for position, code in at if code and position in plan.where}
