"""Map layers as files: GeoJSON written feature by feature, GeoPackages by GDAL with the styles that QGIS reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray

from geo.district import District
from geo.export.layer import DATUM, Asked, Extract
from geo.export.qgis import style
from geo.export.words import about, assignment, grounds, question, source, sources, title
from geo.i18n import LANGUAGES
from geo.schema import Column
from geo.text import clean

GEOMETRY = "geom"
STYLES = pa.schema(
    [
        *((name, pa.string()) for name in ("f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column")),
        *((name, pa.string()) for name in ("styleName", "styleQML", "styleSLD")),
        ("useAsDefault", pa.bool_()),
        *((name, pa.string()) for name in ("description", "owner", "ui")),
        ("update_time", pa.timestamp("ms", "UTC")),
    ]
)
"""The table that QGIS makes when a style is saved to a GeoPackage: by its name, ``layer_styles``, and these columns it
finds a layer's style.
"""
NAME_AT_MOST = 30
"""Characters of a style's name."""


def write_geojson(path: Path, extract: Extract, district: District, asked: Asked) -> None:
    """The rows as a FeatureCollection (RFC 7946): unknown values and places null, what the data is in its members."""
    members = {
        "type": "FeatureCollection",
        "name": extract.layer.name,
        "title": title(extract.layer.name, asked.language),
        "datum": DATUM,
        "as_of": district.about["as_of"],
        "notice": {language: district.notice(language) for language in LANGUAGES},
        "standings": extract.frame["standing"].value_counts().to_dict(),
        "sources": {name: source(name, district, asked.language) for name in sources([extract])},
        "revision": district.revision,
    }
    if asked.at is not None:
        members["taken_at"] = asked.at.isoformat()
    if "question" in extract.layer.parts:
        members["question"] = question(asked)
    if asked.assignment is not None and "assignment" in extract.layer.parts:
        members["assignment"] = assignment(asked.assignment, asked.language)
    with path.open("w", encoding="utf-8") as file:
        file.write(_json(members)[:-1] + ',"features":[')
        before = "\n"
        for rows, shapes in extract.chunks():
            for text in _features(rows, extract.columns, shapes):
                file.write(before + text)
                before = ",\n"
        file.write("\n]}\n")


def _features(rows: pd.DataFrame, columns: Sequence[Column], shapes: NDArray[np.object_]) -> Iterator[str]:
    geometries = shapely.to_geojson(shapes)
    names = [column.name for column in columns]
    for geometry, values in zip(geometries, zip(*_plain(rows, columns), strict=True), strict=True):
        properties = _json(dict(zip(names, values, strict=True)))
        yield f'{{"type":"Feature","properties":{properties},"geometry":{geometry or "null"}}}'


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _plain(rows: pd.DataFrame, columns: Sequence[Column]) -> list[list[Any]]:
    """The columns as plain values: texts cleaned, numbers, true and false, None where unknown."""

    def plain(column: Column) -> list[Any]:
        values = rows[column.name]
        if column.kind in ("number", "integer", "flag"):
            return values.astype(object).where(values.notna(), None).tolist()
        return [clean(text) or None for text in values]

    return [plain(column) for column in columns]


def write_geopackage(path: Path, extracts: Sequence[Extract], district: District, asked: Asked) -> None:
    """A table for each extract, named as the layer, with its style; then ``about``, which says what they are."""
    said = about(extracts, district, asked)
    noted = {"datum": DATUM, "as_of": district.about["as_of"], "notice": district.notice(asked.language)}
    for extract in extracts:
        _table(path, extract, noted, asked)
    rows = pa.table({"item": [key for key, _ in said], "text": [text for _, text in said]})
    _write(path, "about", rows, title("about", asked.language), noted)
    if styles := [_styled(extract, asked) for extract in extracts if extract.layer.shape]:
        _write(path, "layer_styles", pa.Table.from_pylist(styles, STYLES), "layer_styles", {}, FID="id")


def _styled(extract: Extract, asked: Asked) -> dict[str, Any]:
    """A layer's row of ``layer_styles``."""
    words = title(extract.layer.name, asked.language)
    return dict.fromkeys(STYLES.names, "") | {
        "f_table_name": extract.layer.name,
        "f_geometry_column": GEOMETRY,
        "styleName": words[:NAME_AT_MOST],
        "styleQML": style(extract, asked),
        "useAsDefault": True,
        "description": words,
        "update_time": asked.at,
    }


def _table(path: Path, extract: Extract, noted: dict[str, str], asked: Asked) -> None:
    types = {"number": pa.float64(), "integer": pa.int64(), "flag": pa.bool_()}
    fields = [pa.field(column.name, types.get(column.kind, pa.string())) for column in extract.columns]
    shaped = bool(extract.layer.shape)
    schema = pa.schema([*fields, pa.field(GEOMETRY, pa.binary())] if shaped else fields)

    def batches() -> Iterator[pa.RecordBatch]:
        for rows, shapes in extract.chunks():
            columns = _plain(rows, extract.columns) + ([shapely.to_wkb(shapes).tolist()] if shaped else [])
            yield pa.record_batch(
                [pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)],
                schema=schema,
            )

    reader = pa.RecordBatchReader.from_batches(schema, batches())
    noted = {**noted, "standings": grounds(extract, asked.language), "sources": ";".join(sources([extract]))}
    if "question" in extract.layer.parts:
        noted["question"] = question(asked)
    if asked.assignment is not None and "assignment" in extract.layer.parts:
        noted["assignment"] = assignment(asked.assignment, asked.language)
    _write(path, extract.layer.name, reader, title(extract.layer.name, asked.language), noted, extract.layer.shape)


def _write(
    path: Path,
    layer: str,
    rows: pa.Table | pa.RecordBatchReader,
    words: str,
    noted: dict[str, str],
    shape: str = "",
    **options: str,
) -> None:
    spatial: dict[str, Any] = {"geometry_name": GEOMETRY, "geometry_type": shape, "crs": "EPSG:4326"} if shape else {}
    pyogrio.write_arrow(
        rows,
        path,
        layer=layer,
        driver="GPKG",
        layer_metadata=noted,
        layer_options={
            "IDENTIFIER": words,
            "DESCRIPTION": " · ".join(noted.values()),
            "GEOMETRY_NAME": GEOMETRY,
            **options,
        },
        **spatial,
    )
