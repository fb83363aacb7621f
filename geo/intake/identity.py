"""Which record a row is about: by its credit code or id, else by name and place. Whatever the order of the rows."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
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
    return _head(district).sub("", normal_name(normalise(text)), count=1)


@cache
def _head(district: str) -> re.Pattern[str]:
    """The ``district`` at the head of an address: 北京市大兴区, 北京大兴区, 大兴区, 北京市; not 北京 of 北京路."""
    *above, own = map(re.escape, UNIT.findall(normalise(district)) or [district])
    units = "|".join(unit for whole in above for unit in (whole, whole[:-1])) or "(?!)"
    return re.compile(f"^(?:(?:{units})*{own}|(?:{'|'.join(above) or '(?!)'})+)")


def made_id(noun: str, name: str, place: str) -> str:
    """The id of a new record without a code: the same for the same normal name and place."""
    return INITIALS[noun] + hashlib.sha256(f"{name}|{place}".encode()).hexdigest()[:12]


def match(noun: str, rows: pd.DataFrame, known: pd.DataFrame, reasons: Reasons) -> tuple[pd.Series, Ints]:
    """The id (n,) each row's record has or will have, and its position in ``known``, ``NEW`` where it is not there.

    ``rows`` (0 … n - 1): ``id`` said, valid ``code``, normal ``name`` and ``place``; ``""`` where there is none.
    ``known`` (0 … m - 1), all records of the noun: the same, ``code`` as it stands, and ``retired``. Both also have
    the name and address as they are ``said``, for reasons to name them by. What rows are refused for goes to
    ``reasons``; rows refused before are not looked at, such as those that contradict another of the same id or code.
    Refused rows have the id ``""``.

    A row is the living record that has its id; else its code; else its name and place, unless both have codes and
    they differ. A row that says no place is the only one of its name, where there is only one (a doubt). The rows of
    the file are matched to each other by the same rules. What a record is called and where it is, is what the rows with
    its code or id say: so a second import finds what the first one did. Any other row is new; its id is the one it
    says (of enterprises: never), else its code, else made of name and place.
    """
    return _Matching(noun, rows, known, reasons).run()


class _Matching:
    """The steps of ``match``: each settles some of the rows that are still open.

    Texts that are compared are numbered first, equal ones alike, ``""`` -1: see ``numbers``.
    """

    def __init__(self, noun: str, rows: pd.DataFrame, known: pd.DataFrame, reasons: Reasons) -> None:
        self.noun, self.rows, self.known, self.reasons = noun, rows, known, reasons
        self.id = np.full(len(rows), "", dtype=object)
        self.at: Ints = np.full(len(rows), NEW, dtype=np.int64)
        self.alive = (known["retired"] == "").to_numpy(bool)
        self.has = {name: (rows[name] != "").to_numpy(bool) for name in ("id", "code", "name", "place")}
        self.name, self.known_name = numbers(rows["name"], known["name"])
        self.place, self.known_place = numbers(rows["place"], known["place"])
        self.places = max(self.place.max(initial=0), self.known_place.max(initial=0)) + 2
        self.key, self.known_key = self._pair(self.name, self.place), self._pair(self.known_name, self.known_place)
        self.code, known_code = numbers(rows["code"], known["code"])
        self.known_code = np.where(self._valid(known_code), known_code, NEW)

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
        return pd.Series(self.id, dtype="str").mask(gone, ""), np.where(gone, NEW, self.at)

    def _open(self) -> Mask:
        unsettled: Mask = self.id == ""
        return ~self.reasons.refused & unsettled

    def _settled(self) -> Mask:
        settled: Mask = self.id != ""
        return ~self.reasons.refused & settled

    def _valid(self, known_code: Ints) -> Mask:
        """Which codes of ``known`` are valid; asked only where a row's answer can hang on it."""
        valid: Mask = np.isin(known_code, self.code) & (known_code != NEW)
        asked = np.flatnonzero(~valid & (known_code != NEW) & np.isin(self.known_key, self.key))
        valid[asked] = [clean_code(text)[1] for text in self.known["code"].iloc[asked]]
        return valid

    def _by_id(self) -> None:
        if not self.has["id"].any():
            return
        said, known = numbers(self.rows["id"], self.known["id"])
        self._take(self._open(), _find(said, known))
        if self.noun == "enterprises":
            return
        new = self._open() & self.has["id"]
        twin = _find(self.key, np.where(self.alive, self.known_key, NEW))
        self._refuse(new & self.has["name"] & (twin != NEW), "reason.id_strange", twin, value=self.rows["id"])
        self._make(new, self.rows["id"])

    def _by_code(self) -> None:
        code = self.rows["code"]
        found = _find(self.code, np.where(self.alive, self.known_code, NEW))
        differs = self._settled() & self.has["code"] & (found != NEW) & (found != self.at)
        self._refuse(differs, "reason.two", found, value=code)
        self._take(self._open(), found, value=code)
        self._take(self._open(), _find(self.code, np.where(self.alive, NEW, self.known_code)), value=code)
        self._take(self._open() & self.has["code"], self._bare(), value=code)
        self._make(self._open() & self.has["code"], code)

    def _bare(self) -> Ints:
        """Of the rows with a code that no record has: the record without a code that has the name and place they say.

        It will gain that code; where several codes would claim it, none does.
        """
        here = self._open() & self.has["code"]
        words = pd.DataFrame({"code": self.code, "name": self.name, "place": self.place})[here]
        said = words.where(words != NEW).groupby("code").first().fillna(NEW).astype(np.int64)
        key = self._pair(said["name"].to_numpy(), said["place"].to_numpy())
        bare = _find(key, np.where(self.alive & (self.known_code == NEW), self.known_key, NEW))
        claimed = pd.Series(bare, index=said.index)
        claimed[(claimed >= 0) & claimed.duplicated(keep=False)] = NEW
        return pd.Series(self.code).map(claimed).fillna(NEW).to_numpy(dtype=np.int64)

    def _refuse_two(self) -> None:
        """A row with the id or code of one record, and name and place of another that the one has not as well."""
        everyone = self._everyone()
        own = pd.Index(everyone["id"]).get_indexer(pd.Index(self.id))
        name, place = (np.append(everyone[word], NEW)[own] for word in ("name", "place"))
        key = self._pair(np.where(self.name != NEW, self.name, name), np.where(self.place != NEW, self.place, place))
        twin = _find(key, np.where(everyone["at"] != NEW, everyone["key"], NEW))
        known = self._settled() & (self.at != NEW) & (np.append(self.known_key, NEW)[self.at] != key)
        at = np.where(twin >= 0, np.append(everyone["at"], NEW)[twin], NEW)
        self._refuse(known & (twin != NEW) & (twin != own), "reason.two", at, value=self.rows["said"])

    def _by_name_and_place(self) -> None:
        if not (self._open() & self.has["name"]).any():
            return
        everyone = self._everyone()
        found = _find(self.key, everyone["key"].to_numpy())
        several = self._open() & (found == SEVERAL)
        self.reasons.refuse(several, "reason.several", field="name", value=self.rows["said"])
        self._name(self._open() & (found != NEW), _pick(everyone["id"], found))
        self._take(self._open(), _find(self.key, np.where(self.alive, NEW, self.known_key)), value=self.rows["said"])

    def _by_name(self, where: Mask) -> None:
        if not (self._open() & where).any():
            return
        everyone = self._everyone()
        found = _find(self.name, everyone["name"].to_numpy())
        here = self._open() & where & (found >= 0)
        ids = _pick(everyone["id"], found)
        self.reasons.doubt(here, "reason.by_name", field="name", value=self.rows["said"], other=ids)
        self._name(here, ids)

    def _make_ids(self, where: Mask) -> None:
        here = self._open() & where
        rows = self.rows[here]
        ids = np.full(len(here), "", dtype=object)
        ids[here] = [made_id(self.noun, *words) for words in zip(rows["name"], rows["place"], strict=True)]
        self._make(here, pd.Series(ids, dtype="str"))

    def _make(self, where: Mask, ids: pd.Series) -> None:
        """New records of these ids; refused where a record has the id already, and so has been renamed since."""
        taken = _find(*numbers(ids.where(where, ""), self.known["id"]))
        self._refuse(where & (taken != NEW), "reason.renamed", taken)
        new = where & ~self.reasons.refused
        self.id[new] = ids[new]

    def _everyone(self) -> pd.DataFrame:
        """Everyone there will be, by what is settled so far: id, ``at`` in known, and name, place, key as numbers.

        Each word is that of the first row about the record that says one, else the record's own.
        """
        rows = pd.DataFrame({"id": self.id, "at": self.at, "name": self.name, "place": self.place})[self._settled()]
        known = pd.DataFrame(
            {"id": self.known["id"], "at": self.known.index, "name": self.known_name, "place": self.known_place}
        )
        both = pd.concat([rows, known[self.alive]], ignore_index=True)
        both[["name", "place"]] = both[["name", "place"]].where(both[["name", "place"]] != NEW)
        found = both.groupby("id", sort=False, as_index=False).first()
        found = found.fillna({"name": NEW, "place": NEW}).astype({"at": int, "name": int, "place": int})
        return found.assign(key=self._pair(found["name"].to_numpy(), found["place"].to_numpy()))

    def _pair(self, name: Ints, place: Ints) -> Ints:
        """Name and place in one number; -1 where there is no name."""
        return np.where(name == NEW, NEW, name * self.places + place + 1)

    def _take(self, where: Mask, at: Ints, *, value: object = "") -> None:
        """The rows of ``where`` that have one are the records at ``at``; refused where those are several or retired."""
        self._refuse(where & (at == SEVERAL), "reason.several", at, value=value)
        gone = np.append(~self.alive, False)[np.where(at >= 0, at, NEW)]
        self._refuse(where & gone, "reason.retired", at)
        here = where & (at >= 0) & ~gone
        self.id[here] = _pick(self.known["id"], at[here])
        self.at[here] = at[here]

    def _name(self, where: Mask, ids: pd.Series) -> None:
        """The rows of ``where`` are those of ``ids``, known or new."""
        self.id[where] = ids[where]
        self.at[where] = _find(*numbers(ids, self.known["id"]))[where]

    def _refuse(self, where: Mask, key: str, at: Ints, *, value: object = "") -> None:
        """The rows of ``where`` are refused on account of the records at ``at``, which the reason names."""
        if where.any():
            self.reasons.refuse(where, key, value=value, other=label(self.known, np.where(where, at, NEW)))


def label(frame: pd.DataFrame, at: Ints) -> pd.Series:
    """How a reason names the records or rows of ``frame`` at ``at`` (n,), by name, address and id; ``""`` for -1."""
    whole = "{} {} ({})".format
    here = at >= 0
    chosen = frame.iloc[at[here]]
    texts = np.full(len(at), "", dtype=object)
    texts[here] = [whole(*words) for words in zip(chosen["said"], chosen["address"], chosen["id"], strict=True)]
    return pd.Series(texts, dtype="str").str.replace("  ", " ").str.removesuffix(" ()")


def numbers(one: pd.Series, other: pd.Series) -> tuple[Ints, Ints]:
    """Texts as numbers, equal ones alike whichever they are in; -1 for ``""``."""
    both = pd.concat([one, other], ignore_index=True)
    found = pd.factorize(both.where(both != ""))[0].astype(np.int64)
    return found[: len(one)], found[len(one) :]


def _find(keys: Ints, of: Ints) -> Ints:
    """Where each of ``keys`` (n,) is in ``of`` (m,): a position, NEW where it is not (-1 never is), or SEVERAL."""
    both = np.concatenate((keys, of))
    numbered = np.where(both == NEW, NEW, pd.factorize(both)[0])
    keys, of = numbered[: len(keys)], numbered[len(keys) :]
    there = np.flatnonzero(of != NEW)
    positions = np.full(numbered.max(initial=0) + 2, NEW, dtype=np.int64)  # the last one is where -1 looks
    positions[of[there]] = there
    positions[:-1][np.bincount(of[there], minlength=len(positions) - 1) > 1] = SEVERAL
    return positions[keys]


def _pick(cells: pd.Series, at: Ints) -> pd.Series:
    """The texts of ``cells`` at positions ``at`` (n,), ``""`` where there is none."""
    return cells.reindex(np.where(at >= 0, at, NEW)).fillna("").reset_index(drop=True)
