"""Demand 需求: the enterprises to be served as arrays, and whose service is asked about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.distance import Floats, Plane
from geo.enterprises import GROUPS, counted, is_unionised, lonlat, project_usable
from geo.errors import ParameterError
from geo.regions import require_regions
from geo.splice import merged, order_of

Measure = Literal["enterprises", "workers", "members"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

Group = Literal["all", "unionised", "ununionised"]
UNIONS: tuple[Group, ...] = get_args(Group)


@dataclass(frozen=True, eq=False)
class Demand:
    """The enterprises to be served, as arrays (n,) in one order.

    ``x``, ``y``: metres, NaN where there is no usable location; ``region``: index into ``codes`` (r,), -1 where
    unknown; ``workers``, ``members``: NaN where not stated; ``industry``: index into ``industries``, the sorted texts
    that the register has, -1 where not stated; ``groups``: the bit ``1 << i`` for each ``geo.enterprises.GROUPS[i]``
    that the register says.
    """

    id: NDArray[np.generic]
    x: Floats
    y: Floats
    region: NDArray[np.int16]
    workers: Floats
    unionised: NDArray[np.bool_]
    codes: NDArray[np.object_]
    members: Floats
    industry: NDArray[np.int32]
    industries: NDArray[np.object_]
    groups: NDArray[np.uint8]

    @classmethod
    def of(cls, enterprises: pd.DataFrame, regions: gpd.GeoDataFrame, plane: Plane) -> Demand:
        """The demand of what ``assign_regions`` gives (columns id, lon, lat, union_status, region, and workers,
        members, industry, groups where the register has them).

        In the frame's order, closed enterprises left out.
        """
        require_regions(regions)
        asked = ["id", "lon", "lat", "union_status", "region", "workers", "members", "industry", "groups"]
        frame = counted(enterprises[[name for name in asked if name in enterprises]])  # of the others there are many
        x, y = project_usable(*lonlat(frame), regions, plane)
        industry, industries = _industries(frame)
        return cls(
            id=frame["id"].to_numpy(dtype=object),
            x=x,
            y=y,
            region=pd.Index(regions["code"]).get_indexer(pd.Index(frame["region"])).astype(np.int16),
            workers=_numbers(frame, "workers"),
            unionised=is_unionised(frame["union_status"]).to_numpy(dtype=bool),
            codes=regions["code"].to_numpy(dtype=object),
            members=_numbers(frame, "members"),
            industry=industry,
            industries=industries,
            groups=_groups(frame),
        )

    def spliced(self, rows: Demand, changed: Iterable[str]) -> Demand:
        """This demand, sorted by id, with the enterprises ``changed`` as ``rows`` has them, without those it has not:
        the same as that of all of them together. The regions must be the same.
        """
        order = order_of(self.id.astype(object), rows.id.astype(object), changed)
        known = np.unique(np.concatenate([self.industries, rows.industries]))
        was, new = (np.append(known.searchsorted(one.industries), -1)[one.industry] for one in (self, rows))
        industry = merged(was, new, order)
        said = np.bincount(industry + 1, minlength=len(known) + 1)[1:] > 0
        arrays = ("id", "x", "y", "region", "workers", "unionised", "members", "groups")
        return replace(
            self,
            industry=np.append(np.cumsum(said) - 1, -1)[industry].astype(np.int32),
            industries=known[said],
            **{name: merged(getattr(self, name), getattr(rows, name), order) for name in arrays},
        )

    @classmethod
    def bare(
        cls,
        *,
        x: Floats,
        y: Floats,
        region: NDArray[np.int16],
        codes: NDArray[np.object_],
        workers: ArrayLike,
        unionised: ArrayLike,
        id: NDArray[np.generic] | None = None,  # noqa: A002 - the field's name
    ) -> Demand:
        """Enterprises of which no members, industry or groups are known; numbered from 0 without ``id``."""
        n = len(x)
        return cls(
            id=np.arange(n) if id is None else id,
            x=x,
            y=y,
            region=region,
            workers=np.asarray(workers, dtype=np.float64),
            unionised=np.asarray(unionised, dtype=bool),
            codes=codes,
            members=np.full(n, np.nan),
            industry=np.full(n, -1, dtype=np.int32),
            industries=np.empty(0, dtype=object),
            groups=np.zeros(n, dtype=np.uint8),
        )

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Which enterprises (n,) have a usable location."""
        return np.isfinite(self.x) & np.isfinite(self.y)


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    if name not in frame:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _texts(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name].fillna("") if name in frame else pd.Series("", index=frame.index, dtype=str)


def _industries(frame: pd.DataFrame) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    texts = _texts(frame, "industry")
    known = np.array(sorted({*texts.unique()} - {""}), dtype=object)
    return pd.Index(known, dtype=object).get_indexer(pd.Index(texts, dtype=object)).astype(np.int32), known


def _groups(frame: pd.DataFrame) -> NDArray[np.uint8]:
    """The bits of each cell, worked out once for each text that occurs."""
    place, said = pd.factorize(_texts(frame, "groups"))
    bits = [_bits(part.strip() for part in cell.split(";")) for cell in said]
    return np.array([*bits, 0], dtype=np.uint8)[place]


def _bits(groups: Iterable[str]) -> int:
    named = set(groups)
    return sum(1 << number for number, group in enumerate(GROUPS) if group in named)


@dataclass(frozen=True)
class Who:
    """Whose service is asked about: those of ``union``, of any of ``industries`` and with any of ``groups``, where no
    industries, or no groups, are as good as all; counted in ``measure``.

    Industries and groups are kept once each, in order, so that the same question is equal to itself. An industry that
    no register has chooses nobody. ParameterError, with ``field``, for a measure, union or group that there is not.
    """

    measure: Measure = "enterprises"
    union: Group = "unionised"
    industries: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise ParameterError("question.measure", field="measure", value=self.measure)
        if self.union not in UNIONS:
            raise ParameterError("question.union", field="union", value=self.union)
        for group in self.groups:
            if group not in GROUPS:
                raise ParameterError("question.group", field="groups", value=group)
        object.__setattr__(self, "industries", tuple(sorted({*self.industries} - {""})))
        object.__setattr__(self, "groups", tuple(group for group in GROUPS if group in self.groups))

    def working(self, demand: Demand) -> NDArray[np.bool_]:
        """Which enterprises (n,) are of the industries and groups, with a union or without."""
        found = np.ones(len(demand.x), dtype=bool)
        if self.industries:
            found &= np.append(np.isin(demand.industries, self.industries), False)[demand.industry]
        if self.groups:
            found &= (demand.groups & np.uint8(_bits(self.groups))) != 0
        return found

    def chosen(self, demand: Demand) -> NDArray[np.bool_]:
        """Which enterprises (n,) are asked about."""
        found = self.working(demand)
        if self.union != "all":
            found &= demand.unionised if self.union == "unionised" else ~demand.unionised
        return found

    def amounts(self, demand: Demand) -> Floats:
        """What each enterprise (n,), chosen or not, counts in the measure; NaN where not stated."""
        if self.measure == "enterprises":
            return np.ones(len(demand.x))
        return demand.workers if self.measure == "workers" else demand.members

    def weights(self, demand: Demand) -> Floats:
        """What each enterprise (n,) counts: 1, its workers or its members where chosen, else 0; not stated adds 0."""
        return np.where(self.chosen(demand), np.nan_to_num(self.amounts(demand)), 0.0)
