"""Rows of the ledger against the store: which entry each is, whom and what it names, and what is against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.district import District
from geo.enterprises import project_usable
from geo.intake.asked import CALLER, Asked
from geo.intake.cells import clean_code
from geo.intake.draft import Draft, Masks
from geo.intake.entry_cells import differs, due_on, is_known, made_id, plain
from geo.intake.entry_past import put_right, settled, telling, with_callers
from geo.intake.files import Note, Sheet
from geo.intake.identity import NEW
from geo.intake.named import Named, find, listed, look_up
from geo.intake.reading import read_values
from geo.intake.reasons import Mask, Reasons
from geo.ledger import AMOUNTS, ANY_OF, DAYS, FEN, NAMED, NEEDED, OF_KIND, OUTSIDE_AT_MOST_M, STEPS
from geo.places import Gazetteer
from geo.regions import name_codes

NAME_AT_MOST = 40
"""Characters of its note that name an entry in a preview."""


def draft_entries(
    sheet: Sheet, asked: Asked, known: pd.DataFrame, district: District, reasons: Reasons, named: Named
) -> Draft:
    """What the rows of ``sheet`` would make of ``known``, all entries as ``Store.read`` gives them.

    A row is the entry whose id it gives; where it says something else than somebody corrected in it after the last
    import, it is doubtful. One that gives none has an id that is made of what it says, whatever is said for all rows of
    the campaign: the same file brought in again finds its entries there and changes none of them, whatever has become
    of them since. Of two rows of one file that say the same, without ids, the second is refused: whether it is another
    entry or the same one twice, only an id can tell; so is the second of two with one id.

    Teams and positions are named by id or name, of the row's campaign; enterprises by id, credit code or a name that
    only one has, facilities and programmes by id or such a name: where that finds nothing, or several, the row is
    doubtful and names none. What the form refuses is refused here: a day that has not come, a step after the closing,
    fractions of a fen, an id of another shape, a text that holds the caller of its appeal, a day that the campaign does
    not state. A point farther outside than the form takes is doubtful and left out. A campaign that no row and nobody
    says is the newest that is not closed. An appeal is at its first step and due by the campaign's rules, unless
    the row says otherwise.
    """
    return _Entries(sheet, asked, known, district, reasons, named).draft()


@dataclass(eq=False)
class _Entries:
    sheet: Sheet
    asked: Asked
    known: pd.DataFrame
    district: District
    reasons: Reasons
    named: Named

    def draft(self) -> Draft:
        self.notes: list[Note] = []
        self.gazetteer = Gazetteer(
            self.district.regions, self.district.places, district=self.district.about["name"]["zh"]
        )
        self.values = read_values(self.sheet, self.asked, self.district.regions.total_bounds, self.reasons)
        self.values.pop("code_valid", None)
        said_id = self._text("id")
        self.values.pop("id", None)
        self._default("kind")
        self._campaign()
        self._identify(said_id)
        self._default_campaign()
        self._place()
        code = self._text("credit_code")
        self.said = {name: self._text(name) != "" for name in ("enterprise", "facility", "region")}
        self.said["enterprise"] |= code != ""
        self.values.pop("credit_code", None)
        self._of_campaign()
        self._references(code)
        self._region()
        kind = self._after("kind")
        self._fields_of(kind)
        self._needed(kind)
        self._days(kind)
        self._callers(kind)
        return self._made()

    # Texts of the rows

    def _text(self, name: str) -> pd.Series:
        return self.values.get(name, pd.Series("", index=range(len(self.sheet.cells)), dtype="str"))

    def _after(self, name: str) -> pd.Series:
        """The text of the row, else of the entry that it is."""
        cells = self._text(name)
        old = self.known[name].reindex(self.at).fillna("").reset_index(drop=True)
        return cells.mask(cells == "", old)

    def _default(self, name: str) -> None:
        if default := self.asked.defaults.get(name, ""):
            cells = self._text(name)
            self.values[name] = cells.mask(cells == "", default)

    # Which entry

    def _campaign(self) -> None:
        """The campaign's id in place of its name, where a row says it."""
        cells = self._text("campaign")
        self.campaigns = {one.id: one for one in self.named.campaigns}
        found, _ = find(cells, [(one.id, (one.id, one.name, one.name_en)) for one in self.campaigns.values()])
        self.reasons.refuse(
            ((cells != "") & (found == "")).to_numpy(bool), "reason.reference", field="campaign", value=cells
        )
        self.values["campaign"] = found
        self.unnamed = cells == ""

    def _default_campaign(self) -> None:
        """The campaign asked for, else the newest that is open, of new entries where no row says it; an entry that is
        there already keeps its own. Refuses what would be written to a closed one.
        """
        newest = next((one.id for one in self.named.campaigns if one.closed_at is None), "")
        default = self.asked.defaults.get("campaign", "") or newest
        silent = self.unnamed & (self.at == NEW)
        self.values["campaign"] = self._text("campaign").mask(silent, default)
        if silent.any() and default in self.campaigns and not self.asked.defaults.get("campaign"):
            said = {"count": int(silent.sum()), "campaign": self.campaigns[default].name}
            self.notes.append(("plan.note_campaign", said))
        unknown = silent & ~self.values["campaign"].isin(list(self.campaigns))
        self.reasons.refuse(unknown.to_numpy(bool), "reason.required", field="campaign")
        closed = [one.id for one in self.named.campaigns if one.closed_at is not None]
        over = self._after("campaign").isin(closed).to_numpy(bool) & ~self.brought
        self.reasons.refuse(over, "reason.campaign_closed", field="campaign", value=self._after("campaign"))

    def _identify(self, said: pd.Series) -> None:
        """``id``, ``at`` (position in ``known``) and ``brought``: rows brought in before, which change nothing."""
        given = said != ""
        made = pd.Series([made_id(words) for words in self._words()], dtype="str")
        self.id = said.mask(~given, made)
        again = self.id.duplicated().to_numpy(bool) & ~self.reasons.refused
        first = look_up(self.id, dict(zip(self.id[::-1], self.sheet.cells.index[::-1].astype(str), strict=True)))
        self.reasons.refuse(again & given.to_numpy(bool), "reason.id_again", field="id", value=said, other=first)
        self.reasons.refuse(again & ~given.to_numpy(bool), "reason.entry_again", other=first)
        self.at = pd.Index(self.known["id"]).get_indexer(pd.Index(self.id)).astype(np.int64)  # NEW where it is not
        odd = (given & ~said.map(lambda id_: bool(NAMED.fullmatch(id_))).astype(bool)).to_numpy(bool)
        self.reasons.refuse(odd & (self.at == NEW), "reason.entry_id", field="id", value=said)
        gone = (self.known["retired"].reindex(self.at).fillna("") != "").to_numpy(bool)
        self.reasons.refuse(gone, "reason.retired", other=self.id)
        self.brought = (self.at != NEW) & ~given.to_numpy(bool)
        old, new = self.known["kind"].reindex(self.at).fillna("").reset_index(drop=True), self._text("kind")
        other = (old != "") & (new != "") & (old != new)
        self.reasons.refuse(other.to_numpy(bool), "reason.entry_kind", field="kind", value=self.id)

    def _words(self) -> Iterable[str]:
        """What each row says, field by field, before anything is looked up: the same for the same words."""
        columns = {name: plain(cells) for name, cells in sorted(self.values.items())}
        for row in zip(*columns.values(), strict=True):
            yield "|".join(f"{name}={cell}" for name, cell in zip(columns, row, strict=True) if cell)

    # Whom and what it names

    def _place(self) -> None:
        """Leaves out points that the form would not take."""
        if "lon" not in self.values:
            return
        lon, lat = self.values["lon"], self.values["lat"]
        far = self.district.outside_m(lon, lat) > OUTSIDE_AT_MOST_M
        field = "lonlat" if "lonlat" in self.asked.taken else "lon"
        said = lon.round(6).astype(str) + ", " + lat.round(6).astype(str)
        self.reasons.doubt(far, "reason.elsewhere", field=field, value=said)
        self.values |= {"lon": lon.mask(far), "lat": lat.mask(far)}

    def _of_campaign(self) -> None:
        """Ids of teams and positions, of the row's campaign; refused where it has none of that id or name."""
        campaign = self._after("campaign")
        names = dict(listed(self.district.positions))
        for field in ("team", "position"):
            cells = self._text(field).mask(campaign != self._old("campaign"), self._after(field))
            found = cells.where(cells == "", "")
            for one in self.named.campaigns:
                those = (
                    [(team.id, (team.id, team.name, team.name_en)) for team in one.teams]
                    if field == "team"
                    else [(id_, names[id_]) for id_ in one.positions if id_ in names]
                )
                mine = ((campaign == one.id) & (cells != "")).to_numpy(bool)
                if mine.any():
                    found = found.mask(mine, find(cells, those)[0])
            lost = (cells != "") & (found == "")
            self.reasons.refuse(lost.to_numpy(bool), "reason.reference", field=field, value=cells)
            if field in self.values:
                self.values[field] = found

    def _references(self, code: pd.Series) -> None:
        """Ids of enterprises, facilities and programmes; ``code``: of the enterprise, where a column says it."""
        cells, firms = self._text("enterprise"), self.named.enterprises
        if not ((cells != "") | (code != "")).any():
            firms = firms.iloc[:0]
        rows = zip(firms["id"], firms["name"], firms["credit_code"], strict=True)
        words = [(id_, (id_, name, clean_code(text)[0])) for id_, name, text in rows]
        by_name, several = find(cells, words)
        by_code, _ = find(code, words)
        two = (by_name != "") & (by_code != "") & (by_name != by_code)
        self.reasons.refuse(two.to_numpy(bool), "reason.two", field="enterprise", value=cells, other=by_code)
        found = by_code.mask(by_code == "", by_name)
        said = cells.mask(cells == "", code)
        self._doubt("enterprise", said, found, several)
        if "enterprise" in self.values or (found != "").any():
            self.values["enterprise"] = found
        for field, frame in (("facility", self.district.facilities), ("programme", self.district.programmes)):
            if field in self.values:
                cells = self.values[field]
                self.values[field], several = find(cells, listed(frame))
                self._doubt(field, cells, self.values[field], several)
        if "programme" in self.values:
            kinds = dict(zip(self.district.programmes["id"], self.district.programmes["kind"], strict=True))
            cells = self._text("programme_kind")
            self.values["programme_kind"] = cells.mask(cells == "", look_up(self.values["programme"], kinds))

    def _doubt(self, field: str, said: pd.Series, found: pd.Series, several: Mask) -> None:
        lost = ((said != "") & (found == "")).to_numpy(bool)
        self.reasons.doubt(lost & several, "reason.entry_several", field=field, value=said)
        self.reasons.doubt(lost & ~several, "reason.entry_unknown", field=field, value=said)

    def _region(self) -> None:
        """The code of the region that is said; else the position's, else the enterprise's, else where the point is."""
        cells = self._text("region")
        codes = self.district.regions["code"]
        found = pd.Series(name_codes(self.gazetteer.declared(cells), codes), dtype="str")
        lost = (cells != "") & (found == "")
        self.reasons.doubt(lost.to_numpy(bool), "reason.region_unknown", field="region", value=cells)
        self.region_by = pd.Series(np.where(found != "", "declared", ""), dtype="str")
        has = self._old("region") != ""
        positions = dict(zip(self.district.positions["id"], self.district.positions["region"], strict=True))
        found = found.mask(found == "", look_up(self._after("position"), positions))
        firms = self.named.enterprises[self.named.enterprises["id"].isin(self._after("enterprise"))]
        own = look_up(self._after("enterprise"), dict(zip(firms["id"], firms["region"], strict=True)))
        said = name_codes(self.gazetteer.declared(own), codes)
        found = found.mask(found == "", pd.Series(said, dtype="str"))
        if "lon" in self.values:
            plane = project_usable(self.values["lon"], self.values["lat"], self.district.regions, self.district.plane)
            where = pd.Series(name_codes(self.district.region_index.locate(*plane), codes), dtype="str")
            self.region_by = self.region_by.mask((found == "") & (where != ""), "location")
            found = found.mask(found == "", where)
        guessed = self.region_by != "declared"
        self.values["region"] = found.mask(guessed & has, "")  # what is known is not guessed again

    def _old(self, name: str) -> pd.Series:
        return self.known[name].reindex(self.at).fillna("").reset_index(drop=True)

    # What an entry of its kind says

    def _fields_of(self, kind: pd.Series) -> None:
        """Fields that the kind does not have: an amount of nothing is left out, all else refuses the row."""
        for name, kinds in {**OF_KIND, **AMOUNTS}.items():
            if name not in self.values:
                continue
            cells = self.values[name]
            strange = is_known(cells) & ((kind != "") & ~kind.isin(kinds)).to_numpy(bool)
            nothing = strange & (cells == 0).fillna(False).to_numpy(bool) if name in AMOUNTS else strange & False
            self.values[name] = cells.mask(nothing)
            self.reasons.refuse(strange & ~nothing, "reason.not_of_kind", field=name, value=cells)
        if "recovered" in self.values:
            fen = self.values["recovered"].astype("Float64") * 100
            odd = ((fen - fen.round()).abs() > FEN).fillna(False).to_numpy(bool)
            self.reasons.refuse(odd, "reason.cents", field="recovered", value=self.values["recovered"])

    def _needed(self, kind: pd.Series) -> None:
        new = self.at == NEW
        for name in ("kind", "date"):
            self.reasons.refuse(new & (self._text(name) == "").to_numpy(bool), "reason.required", field=name)
        for one, names in NEEDED.items():
            for name in names:
                lacking = new & ((kind == one) & (self._text(name) == "")).to_numpy(bool)
                self.reasons.refuse(lacking, "reason.required", field=name)
        for one, groups in ANY_OF.items():
            for what, those in groups.items():
                silent = new & (kind == one).to_numpy(bool)
                for name in those:
                    if name in self.values:
                        silent &= ~is_known(self.values[name])
                    if name in self.said:  # what is not known, or not the only one, is doubtful already
                        silent &= ~self.said[name].to_numpy(bool)
                self.reasons.refuse(silent, f"reason.{what}", field=those[0])

    def _days(self, kind: pd.Series) -> None:
        """Whole days, of the campaign; of an appeal also those that follow from the rules."""
        for name in DAYS:
            if name in self.values:
                cells = self.values[name]
                partial = cells.str.len().isin([4, 7]).to_numpy(bool)
                self.reasons.refuse(partial, "reason.day", field=name, value=cells)
        day, campaign = self._after("date"), self._after("campaign")
        said = (self._text("date") != "") | (campaign != self._old("campaign"))
        for one in self.named.campaigns:
            mine = ((campaign == one.id) & said & (day.str.len() == 10)).to_numpy(bool)
            within = np.array([one.stated.has(on, on) for on in day], dtype=bool)
            span = f"{one.starts or '…'} ~ {one.ends or '…'}"
            self.reasons.refuse(mine & ~within, "reason.outside_campaign", field="date", value=day, other=span)
        for name in ("date", "step_on", "closed_on"):
            cells = self._text(name)
            late = (cells.str[: len(self.asked.as_of)] > self.asked.as_of).to_numpy(bool)
            self.reasons.refuse(late, "reason.future", field=name, value=cells, other=self.asked.as_of)
        for name in ("step_on", "closed_on", "due"):
            cells = self._after(name)
            told = (self._text(name) != "") | (self._text("date") != "")
            before = (told & (cells.str.len() == 10) & (day.str.len() == 10) & (cells < day)).to_numpy(bool)
            self.reasons.refuse(before, "reason.before", field=name, value=cells, other=day)
        step, closed = self._after("step_on"), self._after("closed_on")
        told = (self._text("step_on") != "") | (self._text("closed_on") != "")
        after = (told & (step.str.len() == 10) & (closed.str.len() == 10) & (step > closed)).to_numpy(bool)
        self.reasons.refuse(after, "reason.after_closing", field="step_on", value=step, other=closed)
        appeal = ((kind == "appeal") & (day.str.len() == 10)).to_numpy(bool) & (self.at == NEW)
        if appeal.any():
            source = self._text("appeal_source")
            due = [
                due_on(start, asked, self.campaigns.get(one)) if mine and asked else ""
                for mine, start, asked, one in zip(appeal, day, source, campaign, strict=True)
            ]
            for name, then in (("step", STEPS[0]), ("step_on", day), ("due", pd.Series(due, dtype="str"))):
                cells = self._text(name)
                self.values[name] = cells.mask((cells == "").to_numpy(bool) & appeal, then)

    def _callers(self, kind: pd.Series) -> None:
        """Refuses texts that hold the caller of the appeal they are of; ``settles``: until when callers are kept."""
        there = (kind == "appeal").to_numpy(bool) & (self.at != NEW) & ~self.brought
        mine = with_callers(self.named.callers, self.id, there)
        for field in ("note", "claims"):
            told = telling(self.named.callers, self.id, mine, self._text(field))
            self.reasons.refuse(told, "reason.caller_in_text", field=field)
        rows = pd.DataFrame({name: self._after(name) for name in ("date", "closed_on", "campaign")}, dtype="str")
        rules = {id_: one.rules for id_, one in self.campaigns.items()}
        self.settles = settled(rows.set_index(self.id)[mine & ~self.reasons.refused], rules)

    # What would be written

    def _made(self) -> Draft:
        accepted = ~self.reasons.refused
        there = self.at != NEW
        writes: Masks = {}
        before = {}
        for name, cells in self.values.items():
            old = self.known[name].reindex(self.at).reset_index(drop=True)
            given = is_known(cells) & accepted & ~self.brought
            writes[name] = given & differs(name, cells, old)
            before[name] = old[writes[name] & there]
        for one, other in (("lon", "lat"), ("lat", "lon")):
            if one in writes and other in writes:
                writes[one] = writes[one] | writes[other]
        self._corrected(writes)
        ids = self.id.where(accepted, "")
        region = self._after("region")
        lost = accepted & (region == "").to_numpy(bool)
        if lost.any():
            self.notes.append(("plan.note_no_region", {"count": int(lost.sum())}))
        if callers := [self.sheet.header[at] for at, field in self.asked.columns.items() if field in CALLER]:
            self.notes.append(("plan.note_callers", {"columns": " / ".join(callers)}))
        blank = pd.Series(np.nan, index=range(len(ids)))
        note = self._after("note").str.replace("\n", " ").str[:NAME_AT_MOST]
        about = pd.DataFrame(
            {
                "name": (self._after("date") + " " + note).str.strip(),
                "region": region,
                "region_by": self.region_by,
                "region_conflict": False,
                "lon": self.values.get("lon", blank),
                "lat": self.values.get("lat", blank),
            }
        )
        return Draft(
            id=ids,
            version=self.known["version"].reindex(self.at).fillna(0).to_numpy(dtype=np.int64),
            first=accepted,
            values=self.values,
            writes=writes,
            before=before,
            about=about,
            retires=self._retires(ids),
            settles=self.settles,
            notes=tuple(self.notes),
        )

    def _corrected(self, writes: Masks) -> None:
        """Doubts rows that would undo what somebody corrected since the entry was last imported."""
        asked = {id_ for mask in writes.values() for id_ in self.id[mask & (self.at != NEW)]}
        by = put_right(self.named.past(asked), self.district) if asked else {}
        for name, mask in writes.items():
            other = pd.Series([by.get((id_, name), "") for id_ in self.id], dtype="str")
            undone = mask & (other != "").to_numpy(bool)
            now = self.known[name].reindex(self.at).reset_index(drop=True).astype(str)
            self.reasons.doubt(undone, "reason.corrected", field=name, value=now, other=other)

    def _retires(self, ids: pd.Series) -> dict[str, int]:
        if not self.asked.retire_demo:
            return {}
        known = self.known
        gone = known[(known["standing"] == "synthetic") & (known["retired"] == "") & ~known["id"].isin(ids)]
        return dict(zip(gone["id"], gone["version"].tolist(), strict=True))
