"""服务活动 on a map: what was brought to workers, when, and how many it reached."""

from __future__ import annotations

import pandas as pd

from geo.datum import Datum, convert
from geo.district import District
from geo.i18n import Language
from geo.layers import legend, points, programmes
from geo.programmes import KINDS
from geo.words import Say, local_name


def programme_marks(
    district: District, entries: pd.DataFrame, datum: Datum, say: Say, language: Language
) -> tuple[list[str], list[legend.Row]]:
    """The programme entries among ``entries`` that have a place, as features for the pane ``points``, and the legend's
    rows of them; nothing where there are none. A click on a mark reports the id of the last entry there.
    """
    stops = programmes.stops(programmes.placed(entries, district.programmes), district.plane)
    if not stops:
        return [], []
    lon, lat = convert([stop.lon for stop in stops], [stop.lat for stop in stops], "wgs84", datum)
    records = district.programmes.drop_duplicates("id").set_index("id", drop=False)
    names = {id_: local_name(row, language) for id_, row in records.to_dict("index").items()}
    marks = [
        points.Mark(
            stop.ids[-1],
            float(x),
            float(y),
            stop.sprite,
            _title(stop, names, say),
            _lines(stop, say),
            size=20,
            order=int(not stop.synthetic),
        )
        for stop, x, y in zip(stops, lon, lat, strict=True)
    ]
    rows = [
        legend.Row(words + say("programme.invented") * mark.endswith("-synthetic"), mark=mark)
        for mark, words in programmes.sprites(stops, KINDS, lambda kind: say(f"programme_kind.{kind}"))
    ]
    return points.marks(marks), rows


def _title(stop: programmes.Stop, names: dict[str, str], say: Say) -> str:
    """The programme, where it is one that the pack knows, else its kind; and how many entries stand there."""
    known = names.get(stop.names[0], "") if len(stop.names) == 1 else ""
    title = known or say(f"programme_kind.{stop.kind}")
    return f"{title} ×{len(stop.ids)}" if len(stop.ids) > 1 else title


def _lines(stop: programmes.Stop, say: Say) -> tuple[str, ...]:
    when = stop.first if stop.first == stop.last else f"{stop.first} ~ {stop.last}"
    reached = say("programme.unknown") if stop.people is None else say("programme.people", people=f"{stop.people:,}")
    place = say("programme.assumed") if stop.assumed else ""
    invented = say("standing.synthetic") if stop.synthetic else ""
    return tuple(filter(None, (when, reached, place, invented)))
