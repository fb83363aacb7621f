"""One app and one browser for all browser tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import app


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if app.CHROMIUM is None:
        message = "Chromium is not installed: the browser tests did NOT run (Debian: apt-get install chromium)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        running = app.launch(playwright)
        yield running
        running.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with app.serve() as served:
        yield served
