"""Which record a row is about: by its credit code or id, else by name and place. Whatever the order of the rows."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.intake.cells import clean_code
from geo.intake.reasons import Mask, Reasons
from geo.places import normalise

NEW = -1
SEVERAL = -2
INITIALS: Mapping[str, str] = MappingProxyType({"enterprises": "E", "facilities": "F", "positions": "P"})
SIGNS = str.maketrans(
    {
        **dict.fromkeys("[{〔【〈《「", "("),
        **dict.fromkeys("]}〕】〉》」", ")"),
        **dict.fromkeys("—–‐‑−", "-"),
        **dict.fromkeys("·・•‧", "."),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff"),
    }
)
UNIT = re.compile(r".+?(?:自治区|省|市|区|县|旗)")
Ints = NDArray[np.int64]


def normal_name(text: str) -> str:
    """A name as it is compared: full-width made plain, no blanks, one kind of bracket and dash, no capitals."""
    return "".join(unicodedata.normalize("NFKC", text).split()).translate(SIGNS).casefold()


def normal_address(text: str, district: str) -> str:
    """An address as it is compared: as a name, its characters written one way (``places.normalise``), without the
    ``district`` (北京市大兴区, or a part of it) at its head.
    """
    words = normal_name(normalise(text))
    *above, own = UNIT.findall(normalise(district)) or [""]
    for unit in above:
        words = words.removeprefix(unit).removeprefix(unit[:-1])
    return words.removeprefix(own)


def made_id(noun: str, name: str, place: str) -> str:
    """The id of a new record without a code: the same for the same normal name and place."""
    return INITIALS[noun] + hashlib.sha256(f"{name}|{place}".encode()).hexdigest()[:12]


def match(noun: str, rows: pd.DataFrame, known: pd.DataFrame, reasons: Reasons) -> tuple[pd.Series, Ints]:
    """The id (n,) each row's record has or will have, and its position in ``known``, ``NEW`` where it is not there.

    ``rows`` (0 … n - 1): ``id`` said, valid ``code``, normal ``name`` and ``place``; ``""`` where there is none.
    ``known`` (0 … m - 1), all records of the noun: the same, ``code`` as it stands, and ``retired``. What rows are
    refused for goes to ``reasons``; rows refused before are not looked at. Refused rows have the id ``""``.

    A row is the living record that has its id; else its code; else its name and place, unless both have codes and
    they differ. A row that says no place is the only one of its name, where there is only one (a doubt). The rows of
    the file are matched to each other by the same rules. What a record is called and where it is, is what the first
    row with its code or id says: so a second import finds what the first one did. Any other row is new; its id is the
    one it says (of enterprises: never), else its code, else made of name and place.
    """
    return _Matching(noun, rows, known, reasons).run()


class _Matching:
    """The steps of ``match``: each settles some of the rows that are still ``open``."""

    def __init__(self, noun: str, rows: pd.DataFrame, known: pd.DataFrame, reasons: Reasons) -> None:
        self.noun, self.rows, self.known, self.reasons = noun, rows, known, reasons
        self.id = pd.Series("", index=rows.index, dtype="str")
        self.at: Ints = np.full(len(rows), NEW, dtype=np.int64)
        self.alive = (known["retired"] == "").to_numpy(bool)
        self.key = _key(rows)
        self.known_key = _key(known)
        self.known_code = self._valid_codes()
        self.has = {name: (rows[name] != "").to_numpy(bool) for name in ("id", "code", "name", "place")}

    def run(self) -> tuple[pd.Series, Ints]:
        has = self.has
        self.reasons.refuse(self._open() & ~(has["id"] | has["code"] | has["name"]), "reason.nameless")
        self._by_id()
        self._by_code()
        self._refuse_two()
        self._by_name_and_place()
        self._make_ids(has["name"] & has["place"])
        self._by_name(has["name"] & ~has["place"])
        self._make_ids(has["name"])
        gone = self.reasons.refused
        return self.id.mask(gone, ""), np.where(gone, NEW, self.at)

    def _open(self) -> Mask:
        return ~self.reasons.refused & (self.id == "").to_numpy(bool)

    def _settled(self) -> Mask:
        return ~self.reasons.refused & (self.id != "").to_numpy(bool)

    def _valid_codes(self) -> pd.Series:
        """The codes of ``known``, ``""`` where not valid; tested only where a row's answer can hang on it."""
        code = self.known["code"]
        certain = _find(code, self.rows["code"]) != NEW
        asked = ~certain & (_find(self.known_key, self.key) != NEW)
        good = {text: text for text in code[asked].unique() if clean_code(text)[1]}
        return code.where(certain, code.map(good).fillna("").astype("str"))

    def _by_id(self) -> None:
        found = _find(self.rows["id"], self.known["id"])
        self._take(self._open() & (found != NEW), found)
        if self.noun == "enterprises":
            return
        new = self._open() & self.has["id"]
        twin = _find(self.key, self.known_key.where(self.alive, ""))
        self._refuse(new & self.has["name"] & (twin != NEW), "reason.id_strange", twin, value=self.rows["id"])
        self.id = self.id.mask(new & ~self.reasons.refused, self.rows["id"])

    def _by_code(self) -> None:
        said = self.has["code"]
        found = _find(self.rows["code"], self.known_code.where(self.alive, ""))
        differs = self._settled() & said & (found != NEW) & (found != self.at)
        self._refuse(differs, "reason.two", found, value=self.rows["code"])
        self._refuse(self._open() & (found == SEVERAL), "reason.several", found, value=self.rows["code"])
        self._take(self._open() & (found != NEW), found)
        retired = _find(self.rows["code"], self.known_code.mask(self.alive, ""))
        self._refuse(self._open() & (retired != NEW), "reason.retired", retired)
        # A record that had no code gains it.
        bare = _find(self.key, self.known_key.where(self.alive & (self.known_code == ""), ""))
        named = said & self.has["name"]
        self._refuse(self._open() & named & (bare == SEVERAL), "reason.several", bare, value=self.rows["name"])
        self._take(self._open() & named & (bare != NEW), bare)
        self._make(self._open() & said, self.rows["code"])

    def _refuse_two(self) -> None:
        """A row with the id or code of one record, and name and place of another that the one has not as well."""
        twin = _find(self.key, self.known_key.where(self.alive, ""))
        own = (_pick(self.known_key, self.at) == self.key).to_numpy(bool)
        matched = self._settled() & (self.at != NEW) & self.has["name"]
        self._refuse(matched & ~own & (twin != NEW) & (twin != self.at), "reason.two", twin, value=self.id)

    def _by_name_and_place(self) -> None:
        here = self._open() & self.has["name"]
        if not here.any():
            return
        of_key = self._everyone()
        found = _find(self.key, of_key["key"])
        several = here & (found == SEVERAL)
        self.reasons.refuse(several, "reason.several", field="name", value=self.rows["name"])
        self._name(here & (found >= 0), _pick(of_key["id"], found))
        retired = _find(self.key, self.known_key.mask(self.alive, ""))
        self._refuse(self._open() & self.has["name"] & (retired != NEW), "reason.retired", retired)

    def _by_name(self, where: Mask) -> None:
        if not (self._open() & where).any():
            return
        of_name = self._everyone()
        found = _find(self.rows["name"], of_name["name"])
        here = self._open() & where & (found >= 0)
        other = _pick(of_name["place"], found)
        self.reasons.doubt(here, "reason.by_name", field="name", value=self.rows["name"], other=other)
        self._name(here, _pick(of_name["id"], found))

    def _make_ids(self, where: Mask) -> None:
        open_rows = np.flatnonzero(self._open() & where)
        names, places = (self.rows[part].to_numpy(dtype=object) for part in ("name", "place"))
        ids = self.id.to_numpy(dtype=object, copy=True)
        ids[open_rows] = [made_id(self.noun, names[row], places[row]) for row in open_rows]
        self._make(self._open() & where, pd.Series(ids, dtype="str"))

    def _make(self, where: Mask, ids: pd.Series) -> None:
        """New records of these ids; refused where a record has the id already, and so has been renamed since."""
        taken = _find(ids, self.known["id"])
        self._refuse(where & (taken != NEW), "reason.renamed", taken)
        self.id = self.id.mask(where & ~self.reasons.refused, ids)

    def _everyone(self) -> pd.DataFrame:
        """Everyone there will be, by what is settled so far: id, name, place, key. The rows' words go first."""
        # A row that says no place leaves its record where it is.
        place = self.rows["place"].where(self.has["place"], _pick(self.known["place"], self.at))
        rows = self.rows.assign(id=self.id, place=place)[self._settled() & self.has["name"]]
        both = pd.concat([part[["id", "name", "place"]] for part in (rows, self.known[self.alive])])
        both = both.drop_duplicates("id", ignore_index=True)
        return both.assign(key=_key(both))

    def _take(self, where: Mask, at: Ints) -> None:
        """The rows of ``where`` are the records at ``at``; refused where that is retired."""
        gone = (_pick(self.known["retired"], at) != "").to_numpy(bool)
        self._refuse(where & gone, "reason.retired", at)
        self._name(where & ~gone, _pick(self.known["id"], at))

    def _name(self, where: Mask, ids: pd.Series) -> None:
        """The rows of ``where`` are those of ``ids``, known or new."""
        self.id = self.id.mask(where, ids)
        self.at[where] = _find(ids, self.known["id"])[where]

    def _refuse(self, where: Mask, key: str, at: Ints, *, value: object = "") -> None:
        """The rows of ``where`` are refused on account of the records at ``at``, which the reason names."""
        self.reasons.refuse(where, key, value=value, other=_pick(self.known["label"], at))


def _key(frame: pd.DataFrame) -> pd.Series:
    """Name and place in one text; ``""`` where there is no name."""
    return (frame["name"] + "|" + frame["place"]).where(frame["name"] != "", "")


def _find(keys: pd.Series, of: pd.Series) -> Ints:
    """Where each of ``keys`` (n,) is in ``of`` (m,): a position, NEW where it is not (``""`` never is), or SEVERAL."""
    places = pd.Series(np.arange(len(of)), index=pd.Index(of.to_numpy(), dtype="str"))[(of != "").to_numpy(bool)]
    places[places.index.duplicated(keep=False)] = SEVERAL
    return keys.map(places[~places.index.duplicated()]).fillna(NEW).to_numpy(dtype=np.int64)


def _pick(cells: pd.Series, at: Ints) -> pd.Series:
    """The texts of ``cells`` at positions ``at`` (n,), ``""`` where there is none."""
    texts = np.append(cells.to_numpy(dtype=object), "")
    return pd.Series(texts[np.where(at >= 0, at, -1)], dtype="str")
