"""The facts of the two articles, as the pack holds them: the sums hold, and every record says where it comes from."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

PACK = Path(__file__).parent.parent / "data"
CSV = sorted(str(path.relative_to(PACK)) for path in PACK.rglob("*.csv"))
DESCRIBED = sorted([*CSV, "pack.toml", *(path.name for path in PACK.glob("*.geojson"))])
SOURCES = tomllib.loads((PACK / "SOURCES.toml").read_text("utf-8"))
KEYS = {"regions.csv": ["code"], "places.csv": ["code"], "teams.csv": ["campaign", "id"], "holidays.csv": ["date"]}
FROM_ARTICLES = ["positions", "facilities", "programmes", "figures", "campaigns", "teams", "visits"]
TRANSLATED = {
    "positions": ["name"],
    "facilities": ["name"],
    "programmes": ["name"],
    "figures": ["name", "unit"],
    "campaigns": ["name", "note", "base_name"],
    "teams": ["name"],
    "visits": ["text"],
    "contradictions": ["about", "claim_a", "claim_b", "handling"],
}
PUBLISHED = {  # both articles' numbers: value and qualifier
    "2025_new_union_units": (786, "exact"),
    "2025_new_standalone_units": (15, "exact"),
    "2025_new_joint_units": (771, "exact"),
    "2025_new_members": (4600, "exact"),
    "2025_worker_meetings": (200, "exact"),
    "2025_enterprise_meetings": (120, "exact"),
    "2025_disputes_mediated": (37, "exact"),
    "2025_workers_recovered": (39, "exact"),
    "2025_money_recovered": (204_600, "exact"),
    "2025_bargaining_trainings": (8, "exact"),
    "2025_bargaining_instructors": (14, "exact"),
    "2025_enterprises_guided": (400, "over"),
    "2025_exhibition_sites": (6, "exact"),
    "2025_model_workers": (37, "exact"),
    "2025_model_collectives": (5, "exact"),
    "2025_exhibition_visitors": (1800, "over"),
    "2025_craftsmen": (6, "exact"),
    "2025_problems_solved": (5, "exact"),
    "2025_craft_workers": (530, "over"),
    "2025_mediation_workstations": (2, "exact"),
    "2025_carnival_trainings": (820, "exact"),
    "2025_carnival_attendances": (40_000, "nearly"),
    "2025_exam_points": (20, "exact"),
    "2025_exam_volunteers": (300, "over"),
    "2025_exam_attendances": (20_000, "nearly"),
    "2025_exam_taxi_drivers": (50, "over"),
    "2025_health_sessions": (10, "exact"),
    "2025_health_workers": (500, "over"),
    "2025_work_groups": (7, "exact"),
    "2025_positions": (24, "exact"),
    "2021_work_groups": (3, "exact"),
    "2021_positions": (22, "exact"),
    "2021_enterprises_heard": (7, "exact"),
    "2021_new_economy_preparing": (4, "exact"),
    "2021_eight_trades_preparing": (1, "exact"),
}


def read(name: str) -> pd.DataFrame:
    """A table of the pack, every cell as the text it is, unknown as ``""``."""
    return pd.read_csv(PACK / name, dtype=str, keep_default_na=False)


def test_22_units_are_14_towns_and_8_subdistricts() -> None:
    regions = read("regions.csv")
    assert regions["kind"].value_counts().to_dict() == {"town": 14, "subdistrict": 8}
    assert set(regions.loc[regions["in_campaign"] == "false", "name"]) == {"荣华街道", "博兴街道"}


def test_24_positions_are_20_regions_2_bases_the_airport_zone_and_the_drivers_home() -> None:
    positions, regions = read("positions.csv"), read("regions.csv")
    kinds = positions["kind"].value_counts().to_dict()
    assert kinds == {"region": 20, "industrial_base": 2, "airport_zone": 1, "drivers_home": 1}
    assert kinds["region"] + kinds["industrial_base"] == 22
    assert set(positions["standing"]) == {"inferred"}
    stationed = positions[positions["kind"] == "region"].merge(regions, left_on="region", right_on="code")
    assert (stationed["in_campaign"] == "true").all()
    assert (stationed["name_x"] == stationed["name_y"]).all()
    assert (stationed["name_en_x"] == stationed["name_en_y"]).all()
    assert (stationed[["lon", "lat"]].to_numpy() == stationed[["seat_lon", "seat_lat"]].to_numpy()).all()


def test_published_figures() -> None:
    figures = read("figures.csv").set_index("id")
    held = {name: (float(figures.at[name, "value"]), figures.at[name, "qualifier"]) for name in PUBLISHED}
    assert held == PUBLISHED
    value = figures["value"].astype(float)
    assert value["2025_new_union_units"] == value["2025_new_standalone_units"] + value["2025_new_joint_units"]
    qualified = figures["qualifier"].map({"exact": "", "over": "余", "nearly": "近"})
    assert all(word in phrase for word, phrase in zip(qualified, figures["phrase"], strict=True))


def test_campaigns_agree_with_their_figures_and_teams() -> None:
    campaigns, teams = read("campaigns.csv").set_index("id"), read("teams.csv")
    value = read("figures.csv").set_index("id")["value"].astype(int)
    for year, (team_count, position_count) in {"2021": (3, 22), "2025": (7, 24)}.items():
        assert int(campaigns.at[year, "teams"]) == (teams["campaign"] == year).sum() == team_count
        assert int(campaigns.at[year, "positions"]) == value[f"{year}_positions"] == position_count
        assert value[f"{year}_work_groups"] == team_count
    assert len(campaigns.at["2025", "departments"].split(";")) == 8
    assert len(read("positions.csv")) == int(campaigns.at["2025", "positions"])
    assert list(teams.loc[teams["campaign"] == "2021", "lead"]) == ["牛玉俊", "侯月海", "施剑"]
    assert set(teams.loc[teams["campaign"] == "2025", ["lead", "departments"]].to_numpy().ravel()) == {""}


def test_visits_of_2021_by_team() -> None:
    visits, name_of = read("visits.csv"), read("regions.csv").set_index("code")["name"]
    early = visits[visits["campaign"] == "2021"]
    by_team = early["region"].map(name_of).groupby(early["team"]).agg(set).to_dict()
    assert by_team == {
        "1": {"高米店街道", "西红门镇"},
        "2": {"兴丰街道", "庞各庄镇", "观音寺街道"},
        "3": {"魏善庄镇", "安定镇", "榆垡镇"},
        "": {"瀛海镇"},
    }
    in_order_of_names = early["region"].map(name_of).isin(["西红门镇", "观音寺街道", "榆垡镇"])
    assert set(early.loc[in_order_of_names, "standing"]) == {"inferred"}
    teams = set(read("teams.csv")[["campaign", "id"]].itertuples(index=False, name=None))
    named = visits[visits["team"] != ""]
    assert set(named[["campaign", "team"]].itertuples(index=False, name=None)) <= teams


def test_what_is_planned_is_not_open_and_what_is_not_said_is_unknown() -> None:
    facilities = read("facilities.csv")
    kinds = facilities["kind"].value_counts().to_dict()
    assert kinds == {
        "mediation_workstation": 2,
        "six_party_workstation": 2,
        "rest_station": 1,
        "reading_room": 1,
        "mediation_kiosk": 1,
        "workers_home": 1,
    }
    state = facilities.groupby("kind")["state"].agg(set).to_dict()
    assert state["six_party_workstation"] == {"planned"}
    assert state["mediation_kiosk"] == {"trial"}
    hours = facilities.set_index("kind")["opening_hours"]
    assert hours["reading_room"] == "24/7"
    assert hours["rest_station"] == ""


@pytest.mark.parametrize("name", ["facilities", "positions", "programmes"])
def test_every_place_is_an_assumption_with_its_precision(name: str) -> None:
    table = read(f"{name}.csv")
    placed = table["lon"] != ""
    assert (placed == (table["lat"] != "")).all()
    assert (placed == (table["location_standing"] == "assumed")).all()
    assert (table.loc[placed, "precision_m"].astype(int) >= 2000).all()
    assert set(table.loc[~placed, "precision_m"]) <= {""}


def test_contradictions_show_two_sides_and_what_is_done() -> None:
    table = read("contradictions.csv")
    assert (table != "").all(axis=None)
    sides = zip(table["claim_a"], table["claim_b"], strict=True)
    assert all(a != b for a, b in sides)
    claims = "".join(table["claim_a"] + table["claim_b"])
    for said in ("全市首个", "全国首个", "22个", "24个", "7个蹲点工作组", "37起", "39名"):
        assert said in claims


@pytest.mark.parametrize("name", FROM_ARTICLES)
def test_every_record_quotes_its_article(name: str) -> None:
    table = read(f"{name}.csv")
    assert (table["phrase"].str.strip() != "").all()
    assert table["source"].str.split(";").map(lambda ids: bool({"s21", "s25"} & set(ids))).all()


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_text_has_its_english(name: str) -> None:
    table = read(f"{name}.csv")
    for column in TRANSLATED[name]:
        english = table[f"{column}_en"]
        assert (english != "").all()
        assert not english.str.contains(r"[\u4e00-\u9fff]").any()


@pytest.mark.parametrize("name", CSV)
def test_every_row_has_a_legal_standing_a_known_source_and_a_date(name: str) -> None:
    table = read(name)
    assert set(table["standing"]) <= {"reported", "inferred", "assumed", "synthetic", "imported"}
    assert ("synthetic" in set(table["standing"])) == name.startswith("demo/")
    used = {source for cell in table["source"].unique() for source in cell.split(";")}
    assert used <= set(SOURCES["sources"])
    assert used <= set(SOURCES["files"][name]["sources"])
    assert table["as_of"].str.fullmatch(r"\d{4}(-\d\d){0,2}").all()


@pytest.mark.parametrize("name", CSV)
def test_keys_are_unique_and_region_codes_exist(name: str) -> None:
    table = read(name)
    assert not table.duplicated(KEYS.get(name, ["id"])).any()
    if "region" in table and name != "demo/enterprises.csv":  # there it is what a register says, in any words
        assert set(table["region"]) <= {*read("regions.csv")["code"], ""}
    if "campaign" in table:
        assert set(table["campaign"]) <= set(read("campaigns.csv")["id"])


@pytest.mark.parametrize("name", CSV)
def test_files_are_plain_utf8_with_line_feeds_and_at_most_6_decimals(name: str) -> None:
    content = (PACK / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    table = read(name)
    for column in table.columns.intersection(["lon", "lat", "seat_lon", "seat_lat"]):
        assert table[column].str.fullmatch(r"(\d+(\.\d{1,6})?)?").all()


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_file_is_described(name: str) -> None:
    about = SOURCES["files"][name]
    assert set(about["sources"]) <= set(SOURCES["sources"])
    assert all(about[field] for field in ("sources", "datum", "as_of", "licence", "how", "how_en"))


def test_every_source_says_what_it_is() -> None:
    assert set(SOURCES["files"]) == set(DESCRIBED)
    for source in SOURCES["sources"].values():
        assert all(source[field] for field in ("title", "title_en", "origin", "date", "datum", "licence"))
        for field in ("origin", "licence", "note"):  # what is in Chinese has its English beside it
            assert not re.search(r"[\u4e00-\u9fff]", source.get(field, "")) or source[f"{field}_en"]


def test_boundaries_say_that_they_are_schematic() -> None:
    features = json.loads((PACK / "regions.geojson").read_text("utf-8"))["features"]
    assert {feature["properties"]["standing"] for feature in features} == {"assumed"}
    assert {feature["properties"]["label_zh"] for feature in features} == {"示意边界"}
