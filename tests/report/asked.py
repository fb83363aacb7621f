"""What the tests of the reports share: a question asked, sites put somewhere, a report read back."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pypdfium2 as pdfium

from geo.district import District
from geo.planner.coverage import Answer, answer, measure, moment, sites_at
from geo.planner.outcome import Outcome, outcome
from geo.planner.plan import Site
from geo.planner.question import Question
from geo.report.content import Report
from geo.report.pages import pdf

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def ask(district: District, **params: str) -> Answer:
    question = Question.read({"reach": "1500", **params})
    at = moment(question.when, TODAY, district.calendar) if question.when else None
    return answer(district, question, at, measure(district, sites_at(district, question.kinds, at)))


def site(id_: str, district: District, east_km: float, north_km: float, *, moved: bool = False) -> Site:
    lon, lat = district.plane.unproject([430_000 + 1000 * east_km], [4_380_000 + 1000 * north_km])
    return Site(id_, f"点{id_}", float(lon[0]), float(lat[0]), moved)


def come_to(district: District, *sites: Site, **params: str) -> Outcome:
    question = Question.read({"reach": "1500", **params})
    measured = measure(district, sites_at(district, question.kinds, None))
    return outcome(district, question, None, measured, sites)


def written(report: Report) -> list[str]:
    """The text of each page, as a reader would copy it, without line breaks."""
    document = pdfium.PdfDocument(io.BytesIO(pdf(report)))
    try:
        pages = [document[number] for number in range(len(document))]
        texts = [re.sub(r"[\r\n]+", "", page.get_textpage().get_text_range()) for page in pages]
        for page in pages:
            page.close()
        return texts
    finally:
        document.close()


def without_workers(district: District) -> District:
    """The district with a register that states no workers."""
    demand = replace(district.demand, workers=np.full(len(district.demand.x), np.nan))
    return replace(district, demand=demand)
