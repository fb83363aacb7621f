"""What would become of a file's rows, before any of it is written; and the writing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
import streamlit as st

from geo.coverage import SERVED, UNSERVED
from geo.district import District
from geo.errors import GongtuError
from geo.fieldwork.campaign import campaigns
from geo.fieldwork.flags import noted
from geo.i18n import Language, explain
from geo.intake.plan import FATES, Plan, commit, plan
from geo.layers import areas, points
from geo.layers.base import base_map
from geo.storage import MAPPED, Conflict
from geo.text import safe_csv
from geo.words import Say
from pages.ui import access, cached
from pages.ui.import_steps import Upload
from pages.ui.map_view import show_map
from pages.ui.words import escape_markdown

LISTED = 200
DETAIL_DEGREES = 0.0003
"""How far a drawn boundary may lie from the true one: about 30 m."""


def show(upload: Upload, district: District, say: Say, language: Language) -> None:
    """Counts, reasons and a map of the rows; the rows refused to take along; the button that writes."""
    made = _plan(upload, district, say)
    with st.container(key="fates"):
        for column, fate in zip(st.columns(len(FATES)), FATES, strict=True):
            column.metric(say(f"import.{fate}"), f"{made.counts[fate]:,}", help=say(f"import.{fate}_help"), border=True)
    if made.notes:
        st.info("\n".join(f"- {escape_markdown(say(key, **params))}" for key, params in made.notes))
    where, why = st.columns([6, 5], gap="medium")
    with where:
        _map(made, district, say, language)
    with why:
        _reasons(made, say, language)
    _write(made, upload, district, say, language)


def _plan(upload: Upload, district: District, say: Say) -> Plan:
    """Worked out once for each file, answer and state of the store; what is entered in the ledger meanwhile is no
    matter to a register.
    """
    store = cached.workspace().store
    key = (upload.asked, store.state(*(() if upload.asked.kind == "entries" else MAPPED)))
    kept = st.session_state.get("plan")
    if kept is None or kept[0] is not upload.sheet or kept[1] != key:
        with st.spinner(say("import.is_compared")):
            made = plan(upload.sheet, upload.asked, store, district, campaigns(district, store))
            kept = (upload.sheet, key, noted(made, district, store))
        st.session_state["plan"] = kept
    answer: Plan = kept[2]
    return answer


def _map(made: Plan, district: District, say: Say, language: Language) -> None:
    """Where the rows fall: gathered into circles, amber where most of them are doubtful or refused."""
    drawing = cached.drawing(district, "wgs84")
    names = list(cached.region_names(district, language).values())
    if made.shapes is None:
        layers = areas.regions(
            district.regions["code"].tolist(), drawing.regions, [0.0] * len(names), names, [()] * len(names)
        )
    else:
        shapes = [str(text) for text in shapely.to_geojson(shapely.simplify(made.shapes, DETAIL_DEGREES))]
        layers = areas.regions([""] * len(shapes), shapes, [0.0] * len(shapes), [""] * len(shapes), [()] * len(shapes))
    layers.append(areas.names(drawing.centres, names))
    rows = made.rows[made.rows["lon"].notna()] if "lon" in made.rows else made.rows.iloc[:0]
    if len(rows):
        x, y = district.plane.project(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float))
        status = np.where(rows["fate"].isin(["doubtful", "refused"]), UNSERVED, SERVED).astype(np.int8)
        cells = points.gather(x, y, status, private=False)
        lon, lat = district.plane.unproject(cells.x, cells.y)
        words = [
            say("import.cell", count=f"{count:,}", amiss=f"{amiss:,}")
            for count, amiss in zip(cells.count.tolist(), cells.unserved.tolist(), strict=True)
        ]
        layers.append(points.enterprises(cells, lon, lat, [""] * len(words), words))
    show_map(base_map(drawing.bounds), layers, lambda feature: None)
    st.caption(say("import.map_help", placed=f"{len(rows):,}", all=f"{len(made.rows):,}"))


def _reasons(made: Plan, say: Say, language: Language) -> None:
    """The rows refused and doubtful with their reasons, and what would change in those that change."""
    tabs = st.tabs([say(f"import.{fate}") for fate in ("refused", "doubtful", "changed")])
    looks = {"refused": made.refused, "doubtful": made.doubtful, "changed": made.changed}
    for tab, (fate, look) in zip(tabs, looks.items(), strict=True):
        with tab:
            if not made.counts[fate]:
                st.caption(say("import.none"))
                continue
            st.dataframe(_apart(look(language, LISTED)), hide_index=True, height=330)
            if made.counts[fate] > LISTED:
                st.caption(say("import.listed", listed=LISTED, count=f"{made.counts[fate]:,}"))
            if fate != "changed":
                st.download_button(
                    say(f"import.take_{fate}"),
                    lambda look=look: safe_csv(look(language)),
                    file_name=f"{say(f'import.{fate}')}.csv",
                    mime="text/csv",
                    icon=":material/download:",
                    on_click="ignore",
                    key=f"take/{fate}",
                )


def _apart(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with headers that differ, reasons first: a screen shows no two columns of one name."""
    names = list(frame.columns)
    named = [name if names.count(name) == 1 and name else f"{name} ({at + 1})" for at, name in enumerate(names)]
    return frame.set_axis(named, axis=1)[[named[-1], *named[:-1]]]


def _write(made: Plan, upload: Upload, district: District, say: Say, language: Language) -> None:
    """The button, the progress, and what came of it."""
    if done := st.session_state.pop("imported", ""):
        st.success(done)
    touched = made.records
    if not touched and not made.retires:
        st.info(say("import.nothing"))
        return
    why = st.text_input(say("record.why"), value=say("import.why", file=upload.name), key="import_why")
    if not st.button(say("import.do", count=f"{touched:,}"), type="primary", key="import_do"):
        return
    person = access.require("admin")
    workspace = cached.workspace()
    bar = st.progress(0.0, say("import.is_written"))
    whole = max(touched + made.retires, 1)
    try:
        commit(
            made,
            workspace.store,
            by=person.name,
            at=workspace.now(),
            why=why.strip() or upload.name,
            progress=lambda count: bar.progress(min(count / whole, 1.0), say("import.is_written")),
        )
    except Conflict:
        st.error(say("import.outdated"))
    except GongtuError as error:
        st.error(escape_markdown(explain(error, language)))
    else:
        st.session_state["imported"] = say("import.done", count=f"{touched:,}", retired=f"{made.retires:,}")
        st.rerun()
