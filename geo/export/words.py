"""What an exported table is written in: headers and choices in words, and what a file says of itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import pandas as pd

from geo import __version__
from geo.coverage import LENS_UNION
from geo.district import District
from geo.export.layer import DATUM, Asked, Extract
from geo.fieldwork.told import Told
from geo.i18n import LANGUAGES, Language, messages, translate
from geo.schema import Column
from geo.text import clean

KIND_WORDS = {
    "facilities": "kind",
    "positions": "position_kind",
    "regions": "region_kind",
    "places": "export.place_kind",
    "programmes": "export.programme_kind",
    "assignment": "position_kind",
    "assignment_points": "position_kind",
    "ledger": "entry_kind",
}
CHOICE_WORDS = {
    "location_standing": "standing",
    "boundary_standing": "standing",
    "position_standing": "standing",
    "year_standing": "standing",
    "base_standing": "standing",
    "kinds": "kind",
    "region_by": "export.region_by",
    "measure": "export.measure",
    "union": "export.union",
    "reach_unit": "export.reach_unit",
    "status": "export.status",
    "before_status": "export.status",
    "qualifier": "export.qualifier",
}
"""The locale table with a column's choices, where it is not called as the column is."""


def title(name: str, language: Language) -> str:
    """What a layer is called."""
    found = messages(language)
    return found.get(f"records.{name}") or found[f"export.layer.{name}"]


def header(name: str, layer: str, language: Language) -> str:
    """What a column of a layer is called; ``[export.field]`` has those that are stored nowhere, or say less than
    ``[field]``, ``[export.field_of_LAYER]`` those that mean something else there. Those of before and after are called
    as the column itself, with that said.
    """
    found = messages(language)
    if own := found.get(f"export.field_of_{layer}.{name}"):
        return own
    side, _, rest = name.partition("_")
    if side in ("before", "after"):
        known = found.get(f"export.field.amount_{rest}") or found[f"export.field.{rest}"]
        return translate(f"export.{side}", language, what=known)
    return found.get(f"export.field.{name}") or found[f"field.{name}"]


def choices(layer: str, column: Column, language: Language) -> dict[str, str]:
    """The words of a column's choices, by code; a choice that is a word already (货车司机) stands for itself."""
    table = KIND_WORDS[layer] if column.name == "kind" else CHOICE_WORDS.get(column.name, column.name)
    found = messages(language)
    return {code: found.get(f"{table}.{code}", code) for code in column.choices}


def in_words(rows: pd.DataFrame, extract: Extract, language: Language, fit: Callable[[str], str]) -> pd.DataFrame:
    """The rows as a person reads them: headers and choices in words, texts through ``fit``, numbers as they are."""
    yes_no = {True: translate("export.yes", language), False: translate("export.no", language)}
    cells: dict[str, pd.Series] = {}
    for column in extract.columns:
        values = rows[column.name]
        match column.kind:
            case "number" | "integer":
                pass
            case "flag":
                values = values.map(yes_no, na_action="ignore").astype(object)
            case "choice" | "choices":
                words = choices(extract.layer.name, column, language)
                known = {cell: ";".join(words.get(p, p) for p in _parts(cell)) for cell in values.unique()}
                values = values.map(known).map(fit)
            case _:
                values = values.astype(object).map(fit)
        cells[header(column.name, extract.layer.name, language)] = values
    return pd.DataFrame(cells)


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";")]


def about(extracts: Sequence[Extract], district: District, asked: Asked) -> list[tuple[str, str]]:
    """What a file says of itself, line by line: whose data, what, as of when, in which datum, on what grounds."""
    language = asked.language
    lines = [
        ("title", f"{translate('app.of', language, district=district.about['name'][language])} · {version()}"),
        ("notice", district.notice(language)),
        ("as_of", district.about["as_of"]),
        ("datum", translate("export.datum", language, datum=DATUM)),
        ("revision", district.revision),
    ]
    if asked.at is not None:
        zone = ZoneInfo(district.about["time_zone"])
        lines.append(("taken_at", f"{asked.at.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"))
    if any("question" in extract.layer.parts for extract in extracts):
        lines.append(("question", question(asked)))
    if asked.assignment is not None and any("assignment" in extract.layer.parts for extract in extracts):
        lines.append(("assignment", assignment(asked.assignment, language)))
    said = [(translate(f"export.about.{key}", language), text) for key, text in lines]
    for extract in extracts:
        rows = translate("export.rows_count", language, count=len(extract.frame))
        parts = filter(None, (rows, grounds(extract, language)))
        said.append((title(extract.layer.name, language), " · ".join(parts)))
    said += [
        (translate(f"standing.{name}", language), translate(f"about.standing_{name}", language).replace("**", ""))
        for name in sorted({name for extract in extracts for name in extract.frame["standing"].unique()})
    ]
    return said + [
        (f"{translate('field.source', language)} {name}", source(name, district, language))
        for name in sources(extracts)
    ]


def grounds(extract: Extract, language: Language) -> str:
    """How many rows stand on which grounds, in words."""
    counts = extract.frame["standing"].value_counts().sort_index()
    words = [f"{translate(f'standing.{name}', language)} {count}" for name, count in counts.items()]
    return translate("export.and", language).join(words)


def question(asked: Asked) -> str:
    """The question that is answered, in words: what, within what reach, and whatever is not as usual."""
    language, given = asked.language, asked.question
    together = translate("export.and", language)
    kinds = together.join(translate(f"kind.{kind}", language) for kind in given.kinds)
    lens, reach = translate(f"lens.{given.lens}", language), f"{given.reach.within_m:g}"
    parts = [translate("export.question", language, lens=lens, kinds=kinds or "—", metres=reach)]
    if given.reach.unit != "m":
        mode = translate(f"export.reach_unit.{given.reach.unit}", language)
        parts.append(translate("export.minutes", language, mode=mode, minutes=f"{given.reach.value:g}"))
    if given.who.union != LENS_UNION[given.lens]:
        parts.append(translate(f"export.union.{given.who.union}", language))
    parts += [together.join(names) for names in (given.who.industries, given.who.groups) if names]
    if given.who.measure != "enterprises":
        parts.append(translate(f"export.measure.{given.who.measure}", language))
    if given.when is not None:
        day = translate(f"weekday.{given.when.weekday}", language)
        parts.append(translate("export.open_at", language, day=day, hour=f"{given.when.hour:02d}:00"))
    return " · ".join(parts)


def assignment(found: Told, language: Language) -> str:
    """Which version of which campaign's plan it is."""
    name = (language == "en" and found.campaign.name_en) or found.campaign.name
    if not found.number:
        return translate("assignment_file.of_draft", language, name=name)
    return translate("assignment_file.of", language, name=name, number=found.number, starts=found.starts)


def sources(extracts: Sequence[Extract]) -> list[str]:
    """The sources that any row names, sorted."""
    cells = {cell for extract in extracts for cell in extract.frame["source"].unique()}
    return sorted({part for cell in cells for part in _parts(cell)} - {""})


def source(name: str, district: District, language: Language) -> str:
    """What is known of a source: title, origin, date, datum, licence, note; its name where nothing is."""
    known = district.sources.get(name, {})
    suffix = "" if language == "zh" else "_en"
    keys = ("title", "origin", "date", "datum", "licence", "note")
    parts = [str(known.get(f"{key}{suffix}") or known.get(key, "")) for key in keys]
    return clean(" · ".join(filter(None, parts)) or name)


def version() -> str:
    """The program that wrote a file."""
    return f"Gongtu {__version__}"


def file_names(name: str, format_: str, extracts: Sequence[Extract], district: District) -> dict[Language, str]:
    """The file's name by language; it says so where a row is made up. ``name`` is a layer's or ``map``."""
    stem = f"gongtu-{district.about['id']}-{name}-{district.about['as_of']}"
    made_up = any(extract.synthetic for extract in extracts)
    return {
        language: f"{stem}{translate('export.made_up', language) if made_up else ''}.{format_}"
        for language in LANGUAGES
    }
