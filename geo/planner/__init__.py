"""规划: a planner's question of the district and its answer, put together once for pages, files, reports and commands.

``question`` is what can be asked, and its URL; ``coverage`` who is served, ``week`` when and how far, ``cells`` where,
``privacy`` what of it the public sees; ``plan`` to ``solving`` are the same for a siting. What has its module's name
(``cells``, ``week``, ``candidates``, ``outcome``) is imported from there.
"""

from geo.coverage import LENS_UNION
from geo.demand import MEASURES, UNIONS, Measure, Who
from geo.planner.cells import SIZES_M, Cells, shapes
from geo.planner.coverage import (
    Answer,
    Measured,
    Sites,
    Uncovered,
    answer,
    measure,
    moment,
    overview,
    sites_at,
    uncovered,
    worst,
)
from geo.planner.privacy import AT_LEAST, public_curve, public_rows, public_week, withheld
from geo.planner.question import REACH_AT_MOST, REACH_UNITS, Question, Reach, ReachUnit, When
from geo.planner.week import curve

__all__ = [
    "AT_LEAST",
    "LENS_UNION",
    "MEASURES",
    "REACH_AT_MOST",
    "REACH_UNITS",
    "SIZES_M",
    "UNIONS",
    "Answer",
    "Cells",
    "Measure",
    "Measured",
    "Question",
    "Reach",
    "ReachUnit",
    "Sites",
    "Uncovered",
    "When",
    "Who",
    "answer",
    "curve",
    "measure",
    "moment",
    "overview",
    "public_curve",
    "public_rows",
    "public_week",
    "shapes",
    "sites_at",
    "uncovered",
    "withheld",
    "worst",
]
