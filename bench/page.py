"""From the key press that changes the reach to the last mark drawn, in Chromium: the app's service map, its page of
coverage gaps, and the district as a plain streamlit-folium page (bench/plain), which hangs every layer into the map.

Milliseconds, the median of ``PRESSES``; both pages served and pressed in one run, with the demonstration register.
"""

from __future__ import annotations

import statistics
import time
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from tests.browser.app import CHROMIUM, ROOT, launch, serve

PRESSES = 15
QUIET_MS = 500
WATCH = """
    window.drawn = 0;
    const watch = new MutationObserver((changes) => {
        if (changes.some((c) => c.target.closest && c.target.closest('.leaflet-container'))) window.drawn = Date.now();
    });
    // Not before: a frame's first, empty document is replaced.
    addEventListener('load', () => watch.observe(document, { childList: true, subtree: true, attributes: true }));
"""


def presses(browser: Browser, address: str) -> list[float]:
    """Milliseconds from each key press to the last change on the map that it brought about."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    slider = page.locator("input[type=range]")
    slider.wait_for(timeout=60_000)
    page.wait_for_timeout(6000)

    def drawn() -> float:
        latest = 0.0
        for frame in page.frames:
            with suppress(Error):  # the plain page's frame goes and comes at each change
                latest = max(latest, float(frame.evaluate("() => window.drawn || 0")))
        return latest

    found = []
    slider.focus()
    for number in range(PRESSES + 1):
        pressed = time.time() * 1000
        page.keyboard.press("ArrowRight")
        while not (pressed < drawn() < time.time() * 1000 - QUIET_MS) and time.time() * 1000 - pressed < 15_000:
            page.wait_for_timeout(50)
        if number:  # the first fills the caches of fonts and code
            found.append(drawn() - pressed)
    page.context.close()
    return found


def run() -> dict[str, dict[str, object]]:
    """The figures of this benchmark, printed as they are found; none where there is no Chromium."""
    if CHROMIUM is None:
        print("page: no Chromium, not measured")
        return {}
    plain = Path(__file__).parent / "plain" / "app.py"
    ways = {"gongtu": (ROOT / "app.py", ""), "coverage": (ROOT / "app.py", "/coverage"), "plain": (plain, "")}
    medians = {}
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name, (script, path) in ways.items():
            with serve(script) as address:
                times = presses(browser, address + path)
            medians[name] = statistics.median(times)
            spread = f"median of {len(times)}, {min(times):.0f} to {max(times):.0f}"
            print(f"page: {name:8} reach change drawn in {medians[name]:6.0f} ms ({spread})")
        browser.close()
    figures: dict[str, dict[str, object]] = {}
    for name, figure in (("gongtu", "page_reach_change"), ("coverage", "page_coverage_reach_change")):
        ratio = medians["plain"] / medians[name]
        print(f"page: the plain page takes {ratio:.1f}x as long as {name}")
        figures[figure] = {
            "value": round(medians[name]),
            "unit": "ms",
            "ratio": round(ratio, 2),
            "against": "a plain streamlit-folium page of the service map",
        }
    return figures
