"""The questions of an import: which file, how it is to be read, what each column means."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geo.clock import today
from geo.datum import DATUMS, Datum
from geo.district import District
from geo.errors import GongtuError
from geo.fieldwork.campaign import campaigns
from geo.i18n import Language, explain
from geo.intake.asked import CALLER
from geo.intake.columns import KINDS, fields, guess_columns
from geo.intake.files import Sheet, read_file
from geo.intake.plan import Asked
from geo.words import Say
from pages.ui import cached, state
from pages.ui.words import choice_word, escape_markdown

SAMPLES = 3
CHOICES = {"facilities": ("kind",), "positions": ("kind",), "entries": ("kind",)}
"""What a file may leave out and the user then says for all of its rows."""


@dataclass(frozen=True, eq=False)
class Upload:
    """A file as it was read, and all that was said about it."""

    name: str
    sheet: Sheet
    asked: Asked


def ask(district: District, say: Say, language: Language) -> Upload | None:
    """The file and what is said of it; None until there is one."""
    kind = st.segmented_control(
        say("import.kind"),
        KINDS,
        required=True,
        format_func=lambda kind: say(f"noun.{kind}"),
        **state.in_url("kind", KINDS[0], KINDS),
    )
    file = st.file_uploader(say("import.file"), key=f"file/{kind}", help=say(f"import.help_{kind}"))
    if file is None:
        st.session_state.pop("import", None)
        st.caption(say(f"import.help_{kind}"))
        return None
    content = file.getbuffer()
    digest = hashlib.sha256(content).hexdigest()
    with st.expander(say("import.reading"), icon=":material/tune:", expanded=True):
        sheet = _sheet(file.name, content, digest, say)
        asked = _options(kind, file.name, sheet, digest, district, say, language)
    _notes(sheet, say)
    return Upload(file.name, sheet, asked)


def explain_error(error: GongtuError, language: Language) -> None:
    """Why nothing can be brought in, in words."""
    st.error(escape_markdown(explain(error, language)))


def _sheet(name: str, content: memoryview, digest: str, say: Say) -> Sheet:
    """The file, read once for each way to read it."""
    kept: dict[str, Any] = st.session_state.get("import", {})
    if kept.get("digest") != digest:
        kept = {"digest": digest, "sheets": ()}
    columns = st.columns(2)
    sheets: tuple[str, ...] = kept["sheets"]
    sheet = ""
    if len(sheets) > 1:
        sheet = columns[0].selectbox(say("import.sheet"), sheets, key=f"sheet/{digest}", index=kept["first"])
    row = columns[1].number_input(
        say("import.header_row"),
        min_value=0,
        max_value=200,
        value=0,
        help=say("import.header_help"),
        key=f"row/{digest}",
    )
    if kept.get("read") != (sheet, row):
        with st.spinner(say("import.is_read")), tempfile.TemporaryDirectory(prefix="gongtu-") as folder:
            path = Path(folder) / "upload"
            path.write_bytes(content)
            read = read_file(path, name=name, sheet=sheet, header_row=row or None)
        first = read.sheets.index(read.name) if read.name in read.sheets else 0
        kept = {"digest": digest, "sheets": read.sheets, "first": first, "read": (sheet, row), "sheet": read}
        st.session_state["import"] = kept
        if len(read.sheets) > 1 and not sheets:
            st.session_state["import"]["read"] = (read.name, row)
            st.rerun()  # now the worksheets can be offered
    found: Sheet = kept["sheet"]
    return found


def _notes(sheet: Sheet, say: Say) -> None:
    """What was done on the way from the file to its rows."""
    if sheet.notes:
        st.caption(escape_markdown(" · ".join(say(key, **params) for key, params in sheet.notes)))


def _options(
    kind: str, name: str, sheet: Sheet, digest: str, district: District, say: Say, language: Language
) -> Asked:
    """How the file is to be taken."""
    columns = _columns(kind, sheet, digest, say)
    placed = {"lon", "lat", "lonlat"} & set(columns.values()) or (sheet.shapes is not None and kind != "boundaries")
    datum, swapped = "wgs84", False
    if placed:
        datum, swapped = _datum(digest, say)
    left, right = st.columns(2)
    source = left.text_input(say("import.source"), value=name, key=f"source/{digest}")
    now = today(district, cached.workspace().now()).isoformat()
    as_of = right.text_input(say("import.as_of"), value=now, key=f"as_of/{digest}")
    defaults: dict[str, str] = {}
    for field in CHOICES.get(kind, ()):
        if field not in columns.values():
            options = next(column.choices for column in fields(kind) if column.name == field)
            chosen = st.selectbox(
                say("import.default", field=say(f"field.{field}")),
                ["", *options],
                format_func=lambda code, field=field: choice_word(kind, field, code, say),
                key=f"default/{field}/{digest}",
            )
            defaults |= {field: chosen} if chosen else {}
    if kind == "entries" and "campaign" not in columns.values():
        open_ones = {one.id: one.name for one in campaigns(district, cached.workspace().store) if one.closed_at is None}
        chosen = st.selectbox(
            say("import.default", field=say("field.campaign")),
            list(open_ones),
            format_func=lambda id_: open_ones.get(id_, ""),
            key=f"default/campaign/{digest}",
        )
        defaults |= {"campaign": chosen} if chosen else {}
    labels: dict[str, str] = {}
    if kind == "boundaries":
        labels["label_zh"] = left.text_input(say("field.boundary_label_zh"), value="导入边界", key=f"zh/{digest}")
        labels["label_en"] = right.text_input(
            say("field.boundary_label_en"), value="imported boundary", key=f"en/{digest}"
        )
    retire = False
    demo = cached.workspace().entries() if kind == "entries" else getattr(district, kind, None)
    if demo is not None and (demo["standing"] == "synthetic").any():
        retire = st.checkbox(say("import.retire_demo"), value=True, key=f"retire/{digest}")
    return Asked(
        kind=kind,
        columns=columns,
        datum=datum,
        swapped=swapped,
        source=source.strip() or name,
        as_of=as_of.strip(),
        defaults=defaults,
        retire_demo=retire,
        **labels,
    )


def _columns(kind: str, sheet: Sheet, digest: str, say: Say) -> dict[int, str]:
    """Each column, some of what it holds, and what it is taken for, which can be changed."""
    guessed = guess_columns(sheet, kind)
    words = {"": say("import.ignored")} | {field.name: say(f"field.{field.name}") for field in fields(kind)}
    code = {word: name for name, word in words.items()}
    samples = [
        "" if guessed.get(number) in CALLER else _sample(sheet.cells[number])  # who called is not shown here either
        for number in range(len(sheet.header))
    ]
    table = pd.DataFrame(
        {
            "header": [header or f"（{number + 1}）" for number, header in enumerate(sheet.header)],
            "sample": samples,
            "field": [words[guessed.get(number, "")] for number in range(len(sheet.header))],
        }
    )
    st.caption(say("import.columns_help"))
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=["header", "sample"],
        column_config={
            "header": st.column_config.TextColumn(say("import.header")),
            "sample": st.column_config.TextColumn(say("import.sample"), width="large"),
            "field": st.column_config.SelectboxColumn(say("import.taken_for"), options=list(code), required=True),
        },
        key=f"columns/{kind}/{digest}/{sheet.name}/{sheet.header_row}",
    )
    return {number: code[word] for number, word in enumerate(edited["field"]) if code[word]}


def _sample(cells: pd.Series) -> str:
    """Some of what a column holds."""
    return " / ".join([text for text in cells.unique() if text][:SAMPLES])[:80]


def _datum(digest: str, say: Say) -> tuple[Datum, bool]:
    """The datum the user declares; what the points themselves suggest, the plan says."""
    left, right = st.columns(2)
    datum = left.selectbox(
        say("import.datum"), DATUMS, format_func=lambda datum: say(f"datum.{datum}"), key=f"datum/{digest}"
    )
    swapped = right.checkbox(say("import.swapped"), key=f"swapped/{digest}")
    return datum, swapped
