"""The demonstration ledger: invented entries of the campaign of 2025 that add up, by construction, to what its article
publishes and a ledger can count; and since when the enterprises of the register are where they are.

What is published to the unit is met to the unit; 余 (over) is made a little more, 近 (nearly) a little less. Which team
was at which position is invented (``demo_ledger_words.PLAN``). No entry holds anybody's name or number. The three named
sites of the touring exhibition have no place here, as nobody said where they are; other entries are placed where the
enterprise is that they are about, or around the seat of the position's region.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely

from builders import demo_ledger_words as words
from builders.demo_ground import Dice, Region, scatter, shares
from builders.demo_register import AS_OF, Row

CAMPAIGN = "2025"
FIRST, LAST = dt.date(2025, 6, 3), dt.date.fromisoformat(AS_OF)
LATE = dt.date(2025, 10, 9)  # most enterprises on their way were moved since: the others are silent
ON_THEIR_WAY = ("contacted", "willing", "preparing", "declined")
EXAMS = tuple(dt.date(2025, 6, day) for day in (7, 8, 9, 10, 24, 25, 26))


@dataclass(frozen=True)
class Post:
    """A position: the regions and enterprises that are its own, and where its own entries are placed, if anywhere."""

    id: str
    team: str
    region: Region | None
    enterprises: tuple[Row, ...]


@dataclass(frozen=True)
class Ground:
    """What the entries stand on. ``workdays``: the campaign's, in order; ``days``: all of them."""

    posts: tuple[Post, ...]
    workdays: tuple[dt.date, ...]
    days: tuple[dt.date, ...]

    def between(self, low: dt.date, high: dt.date) -> list[dt.date]:
        """The campaign's workdays from ``low`` to ``high``, both inclusive."""
        return [day for day in self.workdays if low <= day <= high]


def add_progress(rows: Sequence[Row], workdays: Sequence[dt.date]) -> None:
    """Say of every enterprise with a union, on its way to one or unwilling, since when; and of some, what comes next.

    Draws from dice of its own, so that nothing else of the register depends on it.
    """
    dice = Dice(4)
    early = [day for day in workdays if day < LATE]
    late = [day for day in workdays if day >= LATE]
    ahead = [LATE + dt.timedelta(days=days) for days in range(8, 50)]
    ahead = [day for day in ahead if day.weekday() < 5]
    for row in rows:
        status = row["union_status"]
        if status == "established":
            row["status_on"] = row["established_on"]
        if status not in ON_THEIR_WAY:
            continue
        row["status_on"] = dice.pick(late if dice.chance(72) else early).isoformat()
        percent, steps = words.NEXT[status]
        if dice.chance(percent):
            row["next_on"], row["next_step"] = dice.pick(ahead).isoformat(), dice.pick(steps)


def workdays(folder: Path) -> tuple[dt.date, ...]:
    """The campaign's days that people work on: Mondays to Fridays, but for the pack's holidays and shifted days."""
    with (folder / "holidays.csv").open(encoding="utf-8", newline="") as file:
        special = {row["date"]: row["kind"] == "workday" for row in csv.DictReader(file)}
    return tuple(day for day in all_days() if special.get(day.isoformat(), day.weekday() < 5))


def all_days() -> tuple[dt.date, ...]:
    return tuple(FIRST + dt.timedelta(days=days) for days in range((LAST - FIRST).days + 1))


def entries(folder: Path, regions: Sequence[Region], register: Sequence[Row]) -> list[Row]:
    """The entries, by day and kind; ``register`` as ``demo_register.enterprises`` makes it, with its progress."""
    dice = Dice(5)
    ground = Ground(posts(folder, regions, register), workdays(folder), all_days())
    found = [
        row
        for make in (visits, meetings, appeals, mediations, trainings, checkups, exhibitions, sessions, exams, carnival)
        for row in make(dice, ground)
    ]
    found.sort(key=lambda row: (row["date"], row["kind"]))  # stable: made in a fixed order
    fixed = {"campaign": CAMPAIGN, "standing": "synthetic", "source": "demo", "as_of": AS_OF}
    return [{"id": f"DL{number:04d}", **row, **fixed} for number, row in enumerate(found, start=1)]


def posts(folder: Path, regions: Sequence[Region], register: Sequence[Row]) -> tuple[Post, ...]:
    """The positions with what is theirs: of enterprises, those whose region is beyond doubt and that have a place."""
    with (folder / "positions.csv").open(encoding="utf-8", newline="") as file:
        positions = list(csv.DictReader(file))
    by_code = {region.code: region for region in regions}
    team_of = {position: team for team, those in words.PLAN.items() for position in those}
    clear = [row for row in register if row["union_status"] != "closed" and certain(row, by_code)]
    found = []
    for position in positions:
        region: Region | None
        match position["kind"]:
            case "region":
                region = by_code[position["region"]]
                mine = [row for row in clear if row["_home"] == position["region"] and not row["_base"]]
            case "industrial_base":
                at = float(position["lon"]), float(position["lat"])
                region = next((one for one in regions if shapely.contains_xy(one.shape, *at)), None)
                mine = [row for row in clear if row["_base"] == position["name"]]
            case "airport_zone":
                region, codes = None, {one.code for one in regions if one.name in words.AIRPORT_REGIONS}
                mine = [row for row in clear if row["_home"] in codes and row["industry"] in ("快递物流", "道路货运")]
            case _:
                region, mine = None, [row for row in clear if row["industry"] == "出租汽车"]
        found.append(Post(position["id"], team_of[position["id"]], region, tuple(mine)))
    return tuple(found)


def certain(row: Row, by_code: dict[str, Region]) -> bool:
    """Whether the register says the region that the enterprise's point lies in."""
    region = by_code.get(row["_home"])
    if region is None or "lon" not in row or row["region"] not in (region.code, region.name, region.alias):
        return False
    return bool(shapely.contains_xy(region.shape, float(row["lon"]), float(row["lat"])))


def entry(post: Post, kind: str, day: dt.date, note: str, **more: object) -> Row:
    """What every entry has; numbers among ``more`` are written as they are."""
    region = post.region.code if post.region else ""
    row = {"kind": kind, "date": day.isoformat(), "team": post.team, "position": post.id, "region": region}
    return {**row, "note": note, **{name: str(value) for name, value in more.items()}}


def at_enterprise(row: Row, enterprise: Row) -> Row:
    """The entry, about and at an enterprise."""
    place = {"lon": enterprise["lon"], "lat": enterprise["lat"], "placed_by": "tap"}
    return {**row, "enterprise": enterprise["id"], "region": enterprise["_home"], **place}


def placed(dice: Dice, post: Post, row: Row) -> Row:
    """The entry, somewhere around the seat of its position's region; as it is where there is no such region."""
    if post.region is None:
        return row
    seat = post.region.places[0]
    lon, lat = scatter(dice, post.region.shape, seat.centre, max(seat.spread_m, 600.0)).tolist()
    return {**row, "lon": f"{lon:.5f}", "lat": f"{lat:.5f}", "placed_by": "phone", "precision_m": "30"}


def spread(dice: Dice, ground: Ground, total: int, low: int, high: int) -> list[Post]:
    """``total`` times a position: each in proportion to a weight drawn from ``low`` to below ``high``."""
    counts = shares([low + dice.below(high - low) for _ in ground.posts], total)
    return [post for post, count in zip(ground.posts, counts, strict=True) for _ in range(count)]


def parts(dice: Dice, count: int, total: int, low: int, high: int) -> list[int]:
    """``total`` in ``count`` parts, about as uneven as ``low`` is to ``high``; each at least 1 where that is enough."""
    return [1 + part for part in shares([low + dice.below(high - low) for _ in range(count)], total - count)]


def visits(dice: Dice, ground: Ground) -> Iterator[Row]:
    """Visits to enterprises: those on their way were moved on the day, others are visited on any."""
    weights = {status: weight for status, (weight, _) in words.STATUS_VISITS.items()}
    taken: set[str] = set()
    for post in spread(dice, ground, words.VISITS, 8, 14):
        status = dice.pick(list(weights), list(weights.values()))
        free = [row for row in post.enterprises if row["id"] not in taken]
        enterprise = dice.pick([row for row in free if row["union_status"] == status] or free)
        taken.add(enterprise["id"])
        status = enterprise["union_status"]
        moved = status in ON_THEIR_WAY
        day = dt.date.fromisoformat(enterprise["status_on"]) if moved else dice.pick(ground.workdays)
        notes = words.STATUS_VISITS.get(status, words.STATUS_VISITS["none"])[1]
        row = entry(post, "visit", day, dice.pick(notes), people=1 + dice.below(12))
        yield at_enterprise(row, enterprise)


def meetings(dice: Dice, ground: Ground) -> Iterator[Row]:
    """Worker and enterprise meetings at every position; some hold fewer than the campaign asks for."""
    for post in spread(dice, ground, words.WORKER_MEETINGS, 7, 11):
        day, note = dice.pick(ground.workdays), dice.pick(words.WORKER_MEETING)
        yield placed(dice, post, entry(post, "worker_meeting", day, note, people=8 + dice.below(50)))
    for post in spread(dice, ground, words.ENTERPRISE_MEETINGS, 8, 14):
        heard = 3 + dice.below(9)
        day, note = dice.pick(ground.workdays), dice.pick(words.ENTERPRISE_MEETING)
        row = entry(post, "enterprise_meeting", day, note, people=heard + dice.below(10), enterprises=heard)
        yield placed(dice, post, row)


def appeals(dice: Dice, ground: Ground) -> Iterator[Row]:
    """Appeals that on the day of the data (``LAST``) are in the states that ``demo_ledger_words.APPEALS`` counts.

    There are as many at a position as enterprises are, and as many of them open: what is open is work ahead, and by
    chance alone the teams could not share it evenly.
    """
    days: dict[str, Callable[[int], bool]] = {  # by state: days from LAST to the last one on which it is in time
        "open": lambda left: left > 2,
        "due_soon": lambda left: 0 <= left <= 2,
        "overdue": lambda left: -words.ESCALATE_DAYS <= left < 0,
        "escalated": lambda left: -20 <= left < -words.ESCALATE_DAYS,
        "closed": lambda left: True,
    }
    types = {name: weight for name, (weight, _) in words.APPEAL.items()}
    wanted = [state for state, count in words.APPEALS.items() for _ in range(count)]
    counts = shares([len(post.enterprises) for post in ground.posts], len(wanted))
    those = [post for post, count in zip(ground.posts, counts, strict=True) for _ in range(count)]
    left = len(wanted) - words.APPEALS["closed"]
    ahead = {number * len(wanted) // left for number in range(left)}
    order = sorted(dice.shuffled(len(wanted)), key=ahead.__contains__)  # the closed ones first, as they are wanted
    for number, state in enumerate(wanted):
        source, kind = dice.pick(*words.APPEAL_SOURCES), dice.pick(list(types), list(types.values()))
        allowed = dt.timedelta(days=words.SOLVE_DAYS[source])
        day = dice.pick([one for one in ground.workdays if days[state]((one + allowed - LAST).days)])
        post = those[order[number]]
        step = words.STEPS[number % 4] if state != "closed" else dice.pick(words.STEPS, (55, 25, 13, 7))
        row = entry(post, "appeal", day, dice.pick(words.APPEAL[kind][1]), appeal_source=source, appeal_type=kind)
        row |= {"step": step, "due": (day + allowed).isoformat(), "answered": flag(dice, 92, 5)}
        end = LAST
        if state == "closed":
            late = dice.below(12) if dice.chance(12) else -dice.below(allowed.days)
            end = min(LAST, max(day, day + allowed + dt.timedelta(days=late)))
            solved = flag(dice, 82, 12)
            row |= {"closed_on": end.isoformat(), "solved": solved, "satisfied": flag(dice, 85, 9, like=solved)}
        apart = (end - day).days
        moved = 0 if step == "enterprise" or not apart else 1 + dice.below(apart)
        row["step_on"] = (day + dt.timedelta(days=moved)).isoformat()
        if dice.chance(45):
            enterprise = dice.pick(post.enterprises)
            row |= {"enterprise": enterprise["id"], "region": enterprise["_home"]}
        yield row


def flag(dice: Dice, yes: int, no: int, like: str = "true") -> str:
    """``true``, ``false`` or unknown, by percent; who was not helped (``like``) is more often not content either."""
    if like != "true":
        yes, no = 25, 60
    return dice.pick(("true", "false", ""), (yes, no, 100 - yes - no))


def mediations(dice: Dice, ground: Ground) -> Iterator[Row]:
    """Disputes mediated: one worker each and in two of them another, the money to the fen."""
    sites = {"workstation": ("F04", "F05", "DM001", "DM002", "DM003"), "kiosk": ("F03", "DM004")}
    money = shares([3 + dice.below(18) for _ in range(words.MEDIATIONS)], words.RECOVERED_FEN)
    two = set(dice.shuffled(words.MEDIATIONS)[: words.MEDIATION_WORKERS - words.MEDIATIONS])
    for number, fen in enumerate(money):
        channel, post, claim = dice.pick(*words.CHANNELS), dice.pick(ground.posts), dice.pick(words.CLAIMS)
        outcome, workers = "settled" if dice.chance(84) else "partly", 2 if number in two else 1
        row = entry(post, "mediation", dice.pick(ground.workdays), f"示例：调解{claim}争议", workers=workers)
        row |= {"channel": channel, "claims": claim, "outcome": outcome, "recovered": f"{fen // 100}.{fen % 100:02d}"}
        if channel in sites:
            row["facility"] = dice.pick(sites[channel])
        yield row


def trainings(dice: Dice, ground: Ground) -> Iterator[Row]:
    """Trainings in collective bargaining, at a position each, and enterprises helped to ask for talks."""
    instructors = parts(dice, words.TRAININGS, words.INSTRUCTORS, 1, 3)
    guided = parts(dice, words.TRAININGS, words.GUIDED, 30, 70)
    chosen = [ground.posts[i] for i in dice.shuffled(len(ground.posts))[: words.TRAININGS]]
    for post, people, enterprises in zip(chosen, instructors, guided, strict=True):
        row = entry(post, "bargaining", dice.pick(ground.workdays), words.BARGAINING, people=people + enterprises)
        yield placed(dice, post, {**row, "instructors": str(people), "enterprises": str(enterprises)})
    for post in (ground.posts[i] for i in dice.shuffled(len(ground.posts))[: words.OFFERS]):
        row = entry(post, "bargaining", dice.pick(ground.workdays), words.OFFER, people=2 + dice.below(6))
        yield at_enterprise(row, dice.pick([one for one in post.enterprises if one["union_status"] == "established"]))


def checkups(dice: Dice, ground: Ground) -> Iterator[Row]:
    """Legal check-ups, each of an enterprise."""
    for post in spread(dice, ground, words.CHECKUPS, 2, 5):
        enterprise = dice.pick(post.enterprises)
        row = entry(post, "legal_checkup", dice.pick(ground.workdays), dice.pick(words.CHECKUP), people=2)
        yield at_enterprise(row, enterprise)


def exhibitions(dice: Dice, ground: Ground) -> Iterator[Row]:
    """The touring exhibition: three named sites, of which nobody said where they are, and three invented ones; and the
    craftsmen, who went to the one town that is said.
    """
    days, by_id = ground.between(dt.date(2025, 7, 1), dt.date(2025, 9, 26)), {post.id: post for post in ground.posts}
    people = parts(dice, 6, words.VISITORS, 20, 45)
    for place, count in zip(("G02", "G03", "G04", "P04", "P08", "P22"), people, strict=True):
        post = by_id.get(place, by_id["P01"])
        row = programme(post, "exhibition", dice.pick(days), words.EXHIBITION, count, collectives=words.COLLECTIVES)
        row["model_workers"] = str(words.MODEL_WORKERS)  # the same boards go from site to site
        if place.startswith("G"):
            yield {**row, "position": "", "region": "", "programme": place}
        else:
            yield placed(dice, post, {**row, "note": words.EXHIBITION_UNNAMED})
    taught, problems = parts(dice, 3, words.CRAFT_WORKERS, 5, 9), shares([3, 2, 0], words.PROBLEMS)
    for note, count, solved in zip(words.CRAFT, taught, problems, strict=True):
        day = dice.pick(ground.between(dt.date(2025, 8, 1), dt.date(2025, 9, 26)))
        row = programme(by_id["P17"], "craftsmen", day, note, count, programme="G08", problems=solved)
        yield {**row, "craftsmen": str(words.CRAFTSMEN)}  # one team of them, each time


def sessions(dice: Dice, ground: Ground) -> Iterator[Row]:
    """Health sessions at enterprises, stalls and summer cool at every position, lectures and the quiz."""
    chosen = [ground.posts[i] for i in dice.shuffled(len(ground.posts))[: words.HEALTH]]
    for post, people in zip(chosen, parts(dice, words.HEALTH, words.HEALTH_WORKERS, 30, 70), strict=True):
        enterprise = dice.pick([row for row in post.enterprises if int(row["workers"] or 0) >= 60] or post.enterprises)
        note, day = dice.pick(words.HEALTH_WORDS), dice.pick(ground.workdays)
        yield at_enterprise(programme(post, "health", day, note, people, programme="G15"), enterprise)
    hot = ground.between(dt.date(2025, 7, 1), dt.date(2025, 8, 29))
    for post in ground.posts:
        people = 30 + dice.below(120)
        yield placed(dice, post, programme(post, "summer_cool", dice.pick(hot), words.SUMMER, people, programme="G11"))
        stall = programme(post, "membership", dice.pick(ground.workdays), words.STALL, 20 + dice.below(60))
        yield placed(dice, post, {**stall, "programme": "G09"})
    for number in range(12):
        post, name = dice.pick(ground.posts), ("G01", "G05")[number % 2]
        day, people = dice.pick(ground.workdays), 40 + dice.below(90)
        row = programme(post, "ideology_lecture", day, words.LECTURE[number % 2], people, programme=name)
        yield placed(dice, post, row)
    quiz = programme(ground.posts[0], "online_quiz", dice.pick(ground.workdays), words.QUIZ, 1_260, programme="G06")
    yield {**quiz, "position": "", "region": ""}


def exams(dice: Dice, ground: Ground) -> Iterator[Row]:
    """Support points at the two exams, in every town that has a team; and the taxi drivers, who are no such point."""
    towns = [post for post in ground.posts if post.id < "P21"]
    people = parts(dice, words.EXAM_POINTS, words.EXAM_PEOPLE, 700, 1_300)
    volunteers = parts(dice, words.EXAM_POINTS, words.VOLUNTEERS, 10, 20)
    for post, served, helping in zip(towns, people, volunteers, strict=True):
        row = programme(post, "exam_support", dice.pick(EXAMS), words.EXAM, served, programme="G13", volunteers=helping)
        yield placed(dice, post, row)
    home = next(post for post in ground.posts if post.id == "P24")
    row = entry(home, "programme", EXAMS[0], words.RIDES, programme_kind="exam_support", programme="G14")
    yield {**row, "drivers": str(words.DRIVERS)}


def carnival(dice: Dice, ground: Ground) -> Iterator[Row]:
    """The carnival's trainings, on any day of the week."""
    people = parts(dice, words.CARNIVAL, words.CARNIVAL_PEOPLE, 20, 80)
    for post, count in zip(spread(dice, ground, words.CARNIVAL, 5, 11), people, strict=True):
        note = f"示例：嘉年华{dice.pick(words.COURSES)}培训"
        yield placed(dice, post, programme(post, "carnival", dice.pick(ground.days), note, count, programme="G12"))


def programme(post: Post, kind: str, day: dt.date, note: str, people: int, **more: object) -> Row:
    """An entry of a programme of this kind."""
    return entry(post, "programme", day, note, programme_kind=kind, people=people, **more)
