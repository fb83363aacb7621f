"""找驿站: from what a courier asked to what a page shows, for the page and the light page alike.

``answer`` puts the question and says what is true of the whole list; ``cards`` says what is true of each station;
``links`` lead there in a map app.
"""

from geo.finder.answer import FARTHEST_M, HELPS, KINDS_OF, Asked, Help, Origin, View, in_wechat, origin_of, view

__all__ = ["FARTHEST_M", "HELPS", "KINDS_OF", "Asked", "Help", "Origin", "View", "in_wechat", "origin_of", "view"]
