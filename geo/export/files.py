"""One way to write a file out: what is asked for, in the format asked for, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from geo.district import District
from geo.errors import GongtuError, ParameterError
from geo.export.layer import Asked, take
from geo.export.layers import LAYERS, MAP, layers
from geo.export.layers import WHOLE_MAP as WHOLE_MAP
from geo.export.spatial import write_geojson, write_geopackage
from geo.export.tables import write_csv, write_workbook
from geo.export.words import file_names
from geo.i18n import Language, translate
from geo.people import Role

FORMATS: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}
"""Formats and their media types."""


class RoleError(GongtuError):
    """Who asks may not have this; ``params`` hold ``role``, the one it takes."""


def export(name: str, format_: str, path: Path, district: District, asked: Asked) -> dict[Language, str]:
    """Writes a layer (``LAYERS``) or the ``map`` to ``path``; answers what the file should be called, by language.

    The file appears when it is whole. ParameterError, with ``field``, where there is no such name or format, the format
    cannot hold the rows, or the question cannot be asked. RoleError where ``asked.person`` may not have it.
    """
    if name != MAP and name not in LAYERS:
        raise ParameterError("export.unknown", field="name", value=name[:80], names=", ".join([*LAYERS, MAP]))
    allowed = WHOLE_MAP if name == MAP else tuple(FORMATS)
    if format_ not in allowed:
        raise ParameterError("export.format", field="format", value=format_[:80], name=name, formats=", ".join(allowed))
    chosen = layers(name, format_, asked.person)
    needed: tuple[Role, ...] = (*(layer.role for layer in chosen), *(("leader",) if asked.contacts else ()))
    for role in needed:
        if not asked.person.may(role):
            raise RoleError("export.refused", role=translate(f"role.{role}", asked.language))
    extracts = [take(layer, district, asked) for layer in chosen]
    try:
        with TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
            made = Path(folder) / f"{name}.{format_}"
            match format_:
                case "csv":
                    write_csv(made, extracts[0], asked)
                case "geojson":
                    write_geojson(made, extracts[0], district, asked)
                case "xlsx":
                    write_workbook(made, extracts, district, asked)
                case "gpkg":
                    write_geopackage(made, extracts, district, asked)
            os.replace(made, path)
    except OSError as error:
        raise GongtuError("export.unwritable", file=str(path), reason=str(error.strerror or error)) from error
    return file_names(_called(name, asked), format_, extracts, district)


def _called(name: str, asked: Asked) -> str:
    """What the file is of: of an assignment also whose, and which version."""
    told = asked.assignment
    return name if told is None else f"{name}-{told.campaign.id}-{told.number or 'draft'}"
