"""The tiny world of conftest as a pack on disk: what someone who brings another district would write."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd

PACK_TOML = """\
id = "yunze"
adcode = "110199"
metric_crs = "EPSG:32650"
time_zone = "Asia/Shanghai"
as_of = "2025-10"

[name]
zh = "北京市云泽区"
en = "Yunze District, Beijing"

[notice]
zh = "虚构的三镇"
en = "Three towns that do not exist"
"""
SOURCES_TOML = """\
[sources.test]
title = "虚构"
licence = "MIT"

[files."regions.csv"]
sources = ["test"]
how = "写在测试里"
"""
PROVENANCE = "imported,test,2025"
TABLES = {
    "positions.csv": f"""\
id,name,kind,region,lon,lat,standing,source,as_of
P2,工业基地,industrial_base,,,,{PROVENANCE}
P1,甲原镇,region,110199001000,,,{PROVENANCE}
""",
    "programmes.csv": f"""\
id,campaign,name,kind,region,lon,lat,phrase,standing,source,as_of
G1,2025,讲座,ideology_lecture,110199001000,,,讲座,{PROVENANCE}
""",
    "campaigns.csv": f"""\
id,name,starts,year_standing,teams,positions,phrase,standing,source,as_of
2025,蹲点,2025-06,reported,1,2,蹲点,{PROVENANCE}
""",
    "teams.csv": f"""\
campaign,id,name,phrase,standing,source,as_of
2025,1,一组,一组,{PROVENANCE}
""",
    "visits.csv": f"""\
id,campaign,team,region,date,text,phrase,standing,source,as_of
V1,2025,1,110199001000,2025-08-04,走访,走访,{PROVENANCE}
""",
    "ledger.csv": "id,campaign,kind,date,team,position,region,note,standing,source,as_of\n",
    "figures.csv": f"""\
id,campaign,name,value,qualifier,phrase,standing,source,as_of
N1,2025,企业,7,exact,7家,{PROVENANCE}
""",
    "contradictions.csv": f"""\
id,about,claim_a,source_a,claim_b,source_b,handling,standing,source,as_of
C1,数目,七,test,八,test,并列,{PROVENANCE}
""",
    "holidays.csv": f"""\
date,kind,name,counts_as,standing,source,as_of
2026-10-05,holiday,国庆节,,{PROVENANCE}
2026-10-10,workday,国庆节调休,,{PROVENANCE}
2026-10-17,workday,补班,Th,{PROVENANCE}
""",
}


def write_pack(
    folder: Path,
    regions: gpd.GeoDataFrame,
    places: pd.DataFrame,
    facilities: pd.DataFrame,
    enterprises: pd.DataFrame,
) -> Path:
    """A pack of these records, all of them ``imported``; the boundaries are ``assumed``. Answers its folder."""
    folder.mkdir(parents=True)
    texts = {"pack.toml": PACK_TOML, "SOURCES.toml": SOURCES_TOML, **TABLES}
    frames = {
        "regions.csv": regions.drop(columns="geometry").assign(
            in_campaign=regions["in_campaign"].map({True: "true", False: "false"})
        ),
        "places.csv": places,
        "facilities.csv": facilities,
        "enterprises.csv": enterprises,
    }
    for name, frame in frames.items():
        texts[name] = frame.assign(standing="imported").to_csv(index=False, lineterminator="\n")
    said = {"standing": "assumed", "label_zh": "示意边界", "label_en": "schematic boundary", "source": "test"}
    texts["regions.geojson"] = collection(
        [feature({"code": r.code, **said}, r.geometry.__geo_interface__) for r in regions.itertuples()]
    )
    texts["outline.geojson"] = json.dumps(feature(said, regions.union_all().__geo_interface__), ensure_ascii=False)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def feature(properties: object, geometry: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(features: list[dict[str, object]]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def set_cell(path: Path, row: int, column: str, value: str) -> None:
    """Write ``value`` into a cell of a CSV file; rows as a spreadsheet counts them, the header is 1."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[row - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
