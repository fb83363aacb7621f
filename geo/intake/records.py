"""Rows of enterprises, facilities and positions against the store: what each would write, and what is against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.district import District
from geo.intake.asked import OWN_PROVENANCE, Asked, known_fields
from geo.intake.cells import clean_code, parse
from geo.intake.differences import differences
from geo.intake.doubts import doubt_figures, doubt_moves, doubt_namesakes, doubt_regions, find_regions
from geo.intake.draft import Cells, Draft, Masks
from geo.intake.files import Note, Sheet
from geo.intake.identity import NEW, Ints, match, normal_address, normal_name
from geo.intake.reading import read_values
from geo.intake.reasons import Mask, Reasons
from geo.intake.repeats import refuse_contradictions
from geo.places import Gazetteer
from geo.regions import name_codes

BUILT_IN = {"union_status": "none", "state": "unverified"}
"""What a new record gets for a field it must have, where neither the file nor the user says it."""
SHOWN = ["name", "region", "region_by", "region_conflict", "lon", "lat"]
FIGURES = ("workers", "members", "union_status", "established_on", "verified_on")


def draft_records(sheet: Sheet, asked: Asked, known: pd.DataFrame, district: District, reasons: Reasons) -> Draft:
    """What the rows of ``sheet`` would make of ``known``, all records of the noun as ``Store.read`` gives them."""
    return _Records(sheet, asked, known, district, reasons).draft()


@dataclass(eq=False)
class _Records:
    sheet: Sheet
    asked: Asked
    known: pd.DataFrame
    district: District
    reasons: Reasons

    def draft(self) -> Draft:
        self.gazetteer = Gazetteer(
            self.district.regions, self.district.places, district=self.district.about["name"]["zh"]
        )
        values = read_values(self.sheet, self.asked, self.district.regions.total_bounds, self.reasons)
        self.valid = values.pop("code_valid", self._nothing().astype(bool))
        self.declared = values.get("region", self._nothing())
        self.values = values if self.asked.kind == "enterprises" else self._with_region_codes(values)

        rows, known = self._rows(), self._known()
        self.values.pop("id", None)
        said = {name: _is_known(cells) for name, cells in self.values.items()}
        # Before rows are matched by name: what a refused one says must not decide what another one is.
        sure = rows["code"] if self.asked.kind == "enterprises" else rows["id"]
        self._refuse_contradictions({name: mask.copy() for name, mask in said.items()}, sure, sure)
        self.id, self.at = match(self.asked.noun, rows, known, self.reasons)
        given = self._given(said)
        self._refuse_contradictions(given, self.id, sure)
        notes = self._complete(given)
        refused = self.reasons.refused
        given = {name: mask & ~refused for name, mask in given.items()}
        self.id = self.id.mask(refused, "")
        first = ~refused & ~self.id.duplicated().to_numpy(bool)
        writes, before = differences(self.values, given, self.known, self.at, self.gazetteer, self._district_name())
        found = self._find_regions(said)
        notes += self._doubt(found, said, first, rows.assign(id=self.id), known)
        return Draft(
            id=self.id,
            version=self.known["version"].reindex(self.at).fillna(0).to_numpy(dtype=np.int64),
            first=first,
            values=self.values,
            writes=writes,
            before=before,
            about=found[SHOWN],
            retires=self._retires(),
            notes=tuple(notes),
        )

    def _refuse_contradictions(self, given: Masks, ids: pd.Series, sure: pd.Series) -> None:
        refuse_contradictions(
            self.values,
            given,
            ids,
            (sure != "").to_numpy(bool),
            self.sheet.cells.index,
            self.gazetteer,
            self._district_name(),
            self.reasons,
        )

    def _district_name(self) -> str:
        name: str = self.district.about["name"]["zh"]
        return name

    def _nothing(self) -> pd.Series:
        """A text column in which no row says anything."""
        return pd.Series("", index=range(len(self.sheet.cells)), dtype="str")

    def _with_region_codes(self, values: Cells) -> Cells:
        """Facilities and positions keep their region's code: the one declared, else the one their address names."""
        if not {"region", "address"} & set(values):
            return values
        declared = self.gazetteer.declared(self.declared)
        address = self.gazetteer.resolve(values.get("address", self._nothing()))["region"].to_numpy()
        codes = name_codes(np.where(declared >= 0, declared, address), self.district.regions["code"])
        return values | {"region": pd.Series(codes, dtype="str")}

    def _rows(self) -> pd.DataFrame:
        """The rows as ``identity.match`` takes them, and what they ``said`` their name is."""
        nothing = self._nothing()
        name, address = (self.values.get(field, nothing) for field in ("name", "address"))
        rows = self._compared(name, address, self.values.get("region", nothing))
        code = self.values.get("credit_code", nothing).where(self.valid, "")
        return rows.assign(id=self.values.get("id", nothing), code=code, said=name, address=address)

    def _known(self) -> pd.DataFrame:
        """The records of the store as ``identity.match`` takes them."""
        known = self.known
        nothing = pd.Series("", index=known.index, dtype="str")
        address, code = (known.get(field, nothing) for field in ("address", "credit_code"))
        frame = self._compared(known["name"], address, known["region"])
        plain = code.str.upper().str.replace(r"\s+", "", regex=True)
        return frame.assign(id=known["id"], code=plain, retired=known["retired"], said=known["name"], address=address)

    def _compared(self, name: pd.Series, address: pd.Series, region: pd.Series) -> pd.DataFrame:
        """Normal name and place: of an enterprise its address; of a facility its region, else its address."""
        district = self._district_name()
        place = address.map(lambda text: normal_address(text, district))
        if self.asked.kind == "facilities":
            read = name_codes(self.gazetteer.resolve(address)["region"].to_numpy(), self.district.regions["code"])
            region = region.where(region != "", pd.Series(read, index=region.index, dtype="str"))
            place = region.where(region != "", place)
        elif self.asked.kind == "positions":
            place = address.where(address == "", "")
        return pd.DataFrame({"name": name.map(normal_name), "place": place}).astype("str")

    def _given(self, said: Masks) -> Masks:
        """The cells that would be written: not an invalid code where the record or another row has a valid one, nor a
        region out of an address where one is known.
        """
        given = {name: mask & ~self.reasons.refused for name, mask in said.items()}
        if "credit_code" in given:
            given["credit_code"] &= self.valid.to_numpy(bool) | ~self._any_row(
                {"valid": self.valid.to_numpy(bool)}, "valid"
            )
            codes = self.known["credit_code"].reindex(self.at).fillna("").reset_index(drop=True)
            risky = given["credit_code"] & ~self.valid.to_numpy(bool) & (codes != "").to_numpy(bool)
            valid = {code for code in codes[risky].unique() if clean_code(code)[1]}
            given["credit_code"] &= ~(risky & codes.isin(valid).to_numpy(bool))
        if self.asked.kind != "enterprises" and "region" in given:
            has = (self.known["region"].reindex(self.at).fillna("") != "").to_numpy(bool)
            given["region"] &= ~(has & (self.gazetteer.declared(self.declared) < 0))
        return given

    def _complete(self, given: Masks) -> list[Note]:
        """Gives new records what they must have and no row says, or refuses them; tells how many got what."""
        notes: list[Note] = []
        columns = known_fields(self.asked.kind)
        required = [c.name for c in columns.values() if c.required and c.name not in OWN_PROVENANCE | {"id"}]
        for name in dict.fromkeys([*required, *self.asked.defaults]):
            new = ~self.reasons.refused & (self.at == NEW)
            lacking = new & ~self._any_row(given, name)
            if not lacking.any():
                continue
            asked = self.asked.defaults.get(name, "")
            default = asked or BUILT_IN.get(name, "")
            if not default:
                if name in required:
                    self.reasons.refuse(lacking, "reason.required", field=name)
                continue
            first = lacking & ~self.id.where(lacking, "").duplicated().to_numpy(bool)
            cells = self._nothing() + default
            if name == "union_status" and not asked:
                founded = first & (self._any_row(given, "established_on") | self._any_row(given, "union_form"))
                cells = cells.mask(founded, "established")
                notes += _counted("plan.note_founded", founded)
            if not asked:
                notes += _counted(f"plan.note_{name}", first & (cells == default).to_numpy(bool))
            typed = parse(cells, columns[name])[0]
            self.values[name] = self.values[name].mask(first, typed) if name in self.values else typed
            given[name] = given.get(name, np.zeros(len(first), dtype=bool)) | first
        return notes

    def _any_row(self, given: Masks, name: str) -> Mask:
        """Whether any row of the same record gives the field."""
        if name not in given:
            return np.zeros(len(self.id), dtype=bool)
        return pd.Series(given[name]).groupby(self.id).transform("any").to_numpy(bool)

    def _find_regions(self, said: Masks) -> pd.DataFrame:
        """Name, location and region of each row's record as it would be: what the row says, else what is known."""
        frame = pd.DataFrame(
            {name: self._after(said, name) for name in ("name", "address", "lon", "lat") if name in self.known}
        )
        region = self._after(said, "region")
        frame["region"] = region.mask((self.declared != "").to_numpy(bool), self.declared)
        if "address" not in frame:
            frame["address"] = ""
        return find_regions(frame, self.district)

    def _after(self, said: Masks, name: str) -> pd.Series:
        old = _of_rows(self.known[name], self.at)
        return old.mask(said[name], self.values[name]) if name in said else old

    def _doubt(
        self, found: pd.DataFrame, said: Masks, first: Mask, rows: pd.DataFrame, known: pd.DataFrame
    ) -> list[Note]:
        """Doubts that need the record as it would be."""
        accepted = ~self.reasons.refused
        says_region = accepted & (self.declared != "").to_numpy(bool)
        notes = doubt_regions(found, says_region, accepted, self.district, self.reasons)
        record = {name: self._after(said, name) for name in FIGURES if name in self.known}
        doubt_figures(
            pd.DataFrame(record, index=range(len(self.id))),
            {name: mask & accepted for name, mask in said.items()},
            self.asked.as_of,
            self.reasons,
        )
        if "union_status" in said:
            before = _of_rows(self.known["union_status"], self.at)
            doubt_moves(before, record["union_status"], said["union_status"] & accepted, self.reasons)
        new = first & (self.at == NEW)
        if self.asked.kind != "positions":
            doubt_namesakes(rows, known, new, self.reasons)
        if "id" in self.asked.taken:
            names = _of_rows(known["name"], self.at)
            renamed = (rows["name"] != "") & (names != "") & (rows["name"] != names)
            other = _of_rows(known["said"], self.at)
            self.reasons.doubt(
                accepted & renamed.to_numpy(bool), "reason.renames", field="name", value=rows["said"], other=other
            )
        lost = accepted & (found["region"] == "").to_numpy(bool)
        return notes + _counted("plan.note_no_region", lost)

    def _retires(self) -> dict[str, int]:
        """The living demonstration records that no row is about, where they are to be retired: id → version."""
        if not self.asked.retire_demo:
            return {}
        known = self.known
        gone = known[(known["standing"] == "synthetic") & (known["retired"] == "") & ~known["id"].isin(self.id)]
        return dict(zip(gone["id"], gone["version"].tolist(), strict=True))


def _counted(key: str, where: Mask) -> list[Note]:
    count = int(where.sum())
    return [(key, {"count": count})] if count else []


def _is_known(cells: pd.Series) -> Mask:
    return (cells != "").to_numpy(bool) if cells.dtype == "str" else cells.notna().to_numpy(bool)


def _of_rows(cells: pd.Series, at: Ints) -> pd.Series:
    """The store's cells for each row (n,), unknown where the row is new."""
    found = cells.reindex(at).reset_index(drop=True)
    return found.fillna("") if cells.dtype == "str" else found
