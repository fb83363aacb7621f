"""Scenarios as people use them: who reads one, and what the register has once one is adopted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from geo.errors import GongtuError, ParameterError
from geo.i18n import LANGUAGES, explain
from geo.people import NOBODY, ROLES, Person, Role
from geo.scenarios import Scenario, adopt, may_read
from geo.storage import Change, Conflict, check
from geo.workspace import Workspace

LEADER = Person("u1", "王主席", "leader")
WEST = {"id": "c1000.1.1", "name": "甲原镇 3 号格", "moved": False}


def place(workspace: Workspace, east_km: float, north_km: float) -> dict[str, float]:
    """WGS-84 of a place of the tiny world."""
    lon, lat = workspace.district().plane.unproject([430_000 + 1000 * east_km], [4_380_000 + 1000 * north_km])
    return {"lon": float(lon[0]), "lat": float(lat[0])}


def add(workspace: Workspace, sites: list[Mapping[str, Any]], **fields: Any) -> Scenario:
    said = {"plan": {"cell": "1000"}, "grounds": {"synthetic": False}, **fields}
    return workspace.store.scenarios.add("三季度; 布点", sites=sites, by="李", at=workspace.now(), **said)


def facility(workspace: Workspace, key: str) -> dict[str, Any]:
    record = workspace.store.get("facilities", key)
    assert record is not None
    return dict(record.values)


# Who may read


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("retired", ["", "过时"])
def test_staff_read_all_and_the_public_what_is_shared(
    workspace: Workspace, role: Role, shared: bool, retired: str
) -> None:
    made = workspace.store.scenarios.add("x", by="李", at=workspace.now(), shared=shared)
    if retired:
        made = workspace.store.scenarios.retire(made.id, 1, why=retired, by="李", at=workspace.now())
    person = NOBODY if role == "public" else Person("u", "某人", role)
    assert may_read(made, person) == (role != "public" or (shared and not retired))


# Adopting


def test_each_site_becomes_a_planned_facility(workspace: Workspace) -> None:
    made = add(workspace, [{**WEST, **place(workspace, 2, 3)}, {"id": "b", "moved": True, **place(workspace, 12, 3)}])
    before = workspace.district().revision
    now = adopt(workspace, made, LEADER, "rest_station")
    assert (now.adopted_by, now.adopted_at, now.version) == ("王主席", workspace.now(), 2)
    first, second = (facility(workspace, f"S-{made.id}-{number}") for number in (1, 2))
    assert (first["kind"], first["state"], first["standing"]) == ("rest_station", "planned", "assumed")
    assert (first["location_standing"], first["region"]) == ("assumed", "110199001000")
    assert first["precision_m"] == 707.1, "half the diagonal of a cell of 1 km: 500 m times the root of two"
    assert (first["lon"], first["lat"]) == (made.sites[0]["lon"], made.sites[0]["lat"])
    assert "甲原镇 3 号格" in first["name"]
    assert "三季度" in first["note"]
    assert "示例" not in first["note"]
    assert ";" not in first["source"], "or it would be read as two sources"
    assert made.id in first["source"]
    assert (second["region"], second["precision_m"]) == ("110199002000", 50.0)
    assert "人工移动" in second["note"]
    district = workspace.district()
    assert district.revision != before
    assert set(district.facilities["id"]) >= {f"S-{made.id}-1", f"S-{made.id}-2"}
    (entry,) = workspace.store.history("facilities", f"S-{made.id}-1")
    assert (entry.by, entry.action) == ("王主席", "create")
    assert [finding for finding in check(workspace.store) if not finding.ok] == []


def test_planned_facilities_serve_nobody_yet(workspace: Workspace) -> None:
    from geo.facilities import serving

    made = add(workspace, [{**WEST, **place(workspace, 2, 3)}])
    before = len(serving(workspace.district().facilities, ["rest_station"]))
    adopt(workspace, made, LEADER, "rest_station")
    assert len(serving(workspace.district().facilities, ["rest_station"])) == before


def test_what_was_worked_out_from_invented_data_says_so(workspace: Workspace) -> None:
    made = add(workspace, [{**WEST, **place(workspace, 2, 3)}], grounds={"synthetic": True})
    adopt(workspace, made, LEADER, "rest_station")
    assert "示例数据" in facility(workspace, f"S-{made.id}-1")["note"]


def test_a_site_outside_of_all_regions_has_none(workspace: Workspace) -> None:
    made = add(workspace, [{**WEST, **place(workspace, -3, 3)}])
    adopt(workspace, made, LEADER, "rest_station")
    assert facility(workspace, f"S-{made.id}-1")["region"] is None


def test_a_closed_station_is_planned_again_and_not_made_twice(workspace: Workspace) -> None:
    at = place(workspace, 25, 5)
    made = add(workspace, [{"id": "F3", "name": "F3站", "moved": False, **at}], plan={"from": "facilities"})
    adopt(workspace, made, LEADER, "rest_station")
    assert facility(workspace, "F3")["state"] == "planned"
    assert "三季度" in facility(workspace, "F3")["note"]
    assert workspace.store.get("facilities", f"S-{made.id}-1") is None


def test_a_facility_of_another_kind_in_service_stays_in_service(workspace: Workspace) -> None:
    at = place(workspace, 25, 5)
    made = add(workspace, [{"id": "F4", "name": "F4站", "moved": False, **at}], plan={"from": "facilities"})
    adopt(workspace, made, LEADER, "rest_station")
    kept = facility(workspace, "F4")
    assert (kept["kind"], kept["state"]) == ("mediation_kiosk", "trial")
    assert "拟在此设驿站" in kept["note"]


@pytest.mark.parametrize("state", ["open", "trial", "unverified"])
def test_a_facility_of_the_same_kind_that_serves_keeps_its_state(workspace: Workspace, state: str) -> None:
    workspace.district()
    record = workspace.store.get("facilities", "F1")
    assert record is not None
    if record.values["state"] != state:
        change = Change("facilities", "F1", {"state": state}, record.version)
        workspace.store.commit([change], by="李", at=workspace.now(), why="x")
    at = {name: float(record.values[name]) for name in ("lon", "lat")}
    made = add(workspace, [{"id": "F1", "name": "F1站", "moved": False, **at}], plan={"from": "facilities"})
    adopt(workspace, made, LEADER, "rest_station")
    kept = facility(workspace, "F1")
    assert (kept["kind"], kept["state"]) == ("rest_station", state)
    assert "拟在此设驿站" in kept["note"]
    assert workspace.store.get("facilities", f"S-{made.id}-1") is None


def test_a_facility_moved_by_hand_is_a_new_place(workspace: Workspace) -> None:
    made = add(
        workspace, [{"id": "F3", "name": "F3站", "moved": True, **place(workspace, 24, 5)}], plan={"from": "facilities"}
    )
    adopt(workspace, made, LEADER, "rest_station")
    assert facility(workspace, "F3")["state"] == "closed"
    assert facility(workspace, f"S-{made.id}-1")["state"] == "planned"


def test_a_long_note_is_kept_as_far_as_a_cell_takes_it(workspace: Workspace) -> None:
    workspace.district()
    record = workspace.store.get("facilities", "F3")
    assert record is not None
    workspace.store.commit(
        [Change("facilities", "F3", {"note": "长" * 1999}, record.version)], by="李", at=workspace.now(), why="x"
    )
    made = add(workspace, [{"id": "F3", "moved": False, **place(workspace, 25, 5)}], plan={"from": "facilities"})
    adopt(workspace, made, LEADER, "rest_station")
    assert len(facility(workspace, "F3")["note"]) == 2000


# Refused


def test_adopting_twice_is_refused_and_changes_nothing(workspace: Workspace) -> None:
    made = add(workspace, [{**WEST, **place(workspace, 2, 3)}])
    now = adopt(workspace, made, LEADER, "rest_station")
    state = workspace.store.state()
    for scenario, error in ((made, Conflict), (now, GongtuError)):
        with pytest.raises(error):
            adopt(workspace, scenario, LEADER, "rest_station")
    assert workspace.store.state() == state


@pytest.mark.parametrize("role", ["public", "staff"])
def test_who_is_no_leader_adopts_nothing(workspace: Workspace, role: Role) -> None:
    made = add(workspace, [{**WEST, **place(workspace, 2, 3)}])
    with pytest.raises(GongtuError, match=r"scenario\.leader") as caught:
        adopt(workspace, made, Person("u", "某人", role), "rest_station")
    assert all(explain(caught.value, language) for language in LANGUAGES)
    assert workspace.store.get("facilities", f"S-{made.id}-1") is None


def test_nothing_to_adopt_an_unknown_kind_and_a_far_place_are_told(workspace: Workspace) -> None:
    empty = add(workspace, [])
    with pytest.raises(GongtuError, match=r"scenario\.no_sites"):
        adopt(workspace, empty, LEADER, "rest_station")
    made = add(workspace, [{**WEST, **place(workspace, 2, 3)}, {"id": "far", "lon": 0.0, "lat": 0.0}])
    with pytest.raises(ParameterError, match=r"facilities\.kind"):
        adopt(workspace, made, LEADER, "palace")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match=r"scenario\.site_place"):
        adopt(workspace, made, LEADER, "rest_station")
    assert workspace.store.get("facilities", f"S-{made.id}-1") is None, "all or none"


def test_somebody_elses_change_of_a_station_comes_first(workspace: Workspace) -> None:
    made = add(workspace, [{"id": "F3", "moved": False, **place(workspace, 25, 5)}], plan={"from": "facilities"})
    district = workspace.district()
    adopt(workspace, made, LEADER, "rest_station")
    assert district is not workspace.district()
