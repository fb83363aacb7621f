"""One app and one browser for all browser tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from geo.people import ROLES
from geo.settings import read_settings
from geo.web.access import COOKIE
from geo.workspace import Workspace
from tests.browser import app

# How long a page takes on a loaded machine says nothing about the program.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if app.CHROMIUM is None:
        message = "Chromium is not installed: the browser tests did NOT run (Debian: apt-get install chromium)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        running = app.launch(playwright)
        yield running
        running.close()


@dataclass(frozen=True)
class House:
    """A running app on the tiny pack, its store as another process sees it, and a session for each role."""

    address: str
    workspace: Workspace
    sessions: dict[str, str]

    def cookies(self, role: str) -> list[dict[str, str]]:
        """What the browser of somebody with this role brings along; nothing for the public."""
        token = self.sessions.get(role)
        return [{"name": COOKIE, "value": token, "url": self.address}] if token else []


@pytest.fixture(scope="session")
def house(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    environment = {"GONGTU_PACK": str(tiny), "GONGTU_VAR": str(tmp_path_factory.mktemp("house"))}
    workspace = Workspace(read_settings(environment))
    workspace.district()
    people, now = workspace.store.people, workspace.now()
    sessions = {
        role: people.open_session(
            people.add(f"某{role}", role, by="test", at=now, password="correct horse battery"),
            via="password",
            now=now,
            hours=12,
        )
        for role in ROLES[1:]
    }
    with app.serve(**environment) as served:
        yield House(served, workspace, sessions)
    workspace.store.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with app.serve() as served:
        yield served
