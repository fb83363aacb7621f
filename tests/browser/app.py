"""The running app and a browser on it, as the tests and the benchmarks use them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import Browser, Frame, Page, Playwright, Request

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HERE = ("127.0.0.1", "localhost")
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND" + "".join(f", EXCLUDE {host}" for host in HERE)
"""No other host than this machine is found."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(script: Path = ROOT / "app.py", *, wait_for: str = "/_stcore/health", **environment: str) -> Iterator[str]:
    """The app (or another Streamlit script) on a free port of this machine, its address while it runs; with a store of
    its own unless ``GONGTU_VAR`` is given.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    own = tempfile.TemporaryDirectory(prefix="gongtu-var-")
    running = subprocess.Popen(
        [*command, "--server.address", "127.0.0.1"],
        cwd=ROOT,
        env={**os.environ, "GONGTU_VAR": own.name, **environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_up(address + wait_for, running)
        yield address
    finally:
        running.terminate()
        running.wait(timeout=10)
        own.cleanup()


def _wait_until_up(address: str, running: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if running.poll() is not None:
            raise RuntimeError(f"the app stopped with {running.returncode}")
        try:
            with urlopen(address, timeout=5):
                return
        except OSError as error:
            if getattr(error, "code", None) == 503:
                return
            time.sleep(0.1)
    raise TimeoutError(address)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, ALONE])


def open_page(
    browser: Browser, width: int, height: int, *, touch: bool = False, cookies: Sequence[Any] = ()
) -> tuple[Page, list[str]]:
    """A new page, and the list of the other hosts it asked for, none of which it can reach.

    They are listened to, not routed: each request that is routed goes through this process, and caches nothing.
    """
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=touch, is_mobile=touch)
    context.add_cookies(list(cookies))
    strangers: list[str] = []

    def look(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")) and urlsplit(request.url).hostname not in HERE:
            strangers.append(request.url)

    context.on("request", look)
    return context.new_page(), strangers


def map_frame(page: Page) -> Frame:
    """The map's frame, once its first layers are drawn."""
    page.wait_for_selector(".st-key-map iframe", timeout=60_000)
    for _ in range(300):
        for frame in page.frames:
            if "streamlit_folium" in frame.url and frame.evaluate(
                "() => !!window.map && document.querySelectorAll('.leaflet-regions-pane path').length > 0"
            ):
                return frame
        page.wait_for_timeout(100)
    raise TimeoutError("the map did not come up")


def rest(page: Page) -> None:
    """Waits until the page is drawn and stays so: what is pressed while it is drawn again may move away."""
    still = 0
    for _ in range(1200):
        app = page.locator(".stApp")
        still = still + 1 if app.get_attribute("data-test-script-state") == "notRunning" else 0
        if still == 4:
            return
        page.wait_for_timeout(50)
    raise TimeoutError("the page did not come to rest")


def unfold(page: Page, words: str) -> None:
    """Opens what is folded under ``words``, unless it is open, and waits until it no longer moves.

    While it unfolds its box cuts off what is in it, and a browser that is to press something there scrolls within that
    box; at the end of the movement that is undone, maybe between pressing and letting go.
    """
    rest(page)
    fold = page.locator("details").filter(has=page.locator("summary").filter(has_text=words))
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    fold.locator("summary + *").first.wait_for(state="visible")
    fold.evaluate(
        """async (fold) => {
            const moving = () => fold.getAnimations({subtree: true}).filter(
                one => one.playState === 'running' && one.effect.getTiming().iterations !== Infinity);
            while (moving().length) await Promise.allSettled(moving().map(one => one.finished));
        }"""
    )
