"""Opening hours 开放时间: OSM's ``opening_hours`` with China's holidays and shifted working days.

``evaluate`` answers whether a place is open at a moment; ``rules`` reads a text into rules; ``calendar`` knows the
special days; ``words`` says hours as a door would; ``written`` reads what registers write in Chinese.
"""

from geo.hours.calendar import Calendar, calendar_of
from geo.hours.evaluate import HORIZON_DAYS, Opening, State, opening, states, well_formed

__all__ = ["HORIZON_DAYS", "Calendar", "Opening", "State", "calendar_of", "opening", "states", "well_formed"]
