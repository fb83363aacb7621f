"""The doctor: whether everything the program stands on is sound, and what to do where it is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from geo.errors import GongtuError
from geo.fieldwork.flags import open_flags
from geo.storage import KEYS, Finding, check
from geo.typeset import font_file
from geo.workspace import Workspace

FREE_AT_LEAST = 1 << 30
"""Bytes of disk: an import of 200,000 enterprises with its history and a backup take a few hundred million."""


def examine(workspace: Workspace) -> list[Finding]:
    """Settings, pack, font, store, accounts and disk, in this order; what cannot be looked at after a failure is left
    out.
    """
    return list(_findings(workspace))


def _findings(workspace: Workspace) -> Iterator[Finding]:
    try:
        settings = workspace.settings
    except GongtuError as error:
        yield Finding(error.key, False, error.params)
        return
    yield Finding("doctor.settings", True, {})
    name = ""
    try:
        pack = workspace.pack()
    except GongtuError as error:
        yield Finding(error.key, False, error.params)
        yield Finding("doctor.pack_help", False, {})
    else:
        name = pack.description.about["id"]
        yield Finding("doctor.pack", True, {"name": name, **{noun: len(pack.tables[noun]) for noun in KEYS}})
    try:
        font = font_file()
    except GongtuError as error:
        yield Finding(error.key, False, error.params)
    else:
        yield Finding("doctor.font", True, {"font": font.name})
    try:
        store = workspace.store
    except GongtuError as error:
        yield Finding(error.key, False, error.params)
        yield Finding("doctor.store_help", False, {})
        return
    kept_well = check(store)
    yield from kept_well
    kept = store.about().get("pack", "")
    if name and kept and kept != name:
        yield Finding("store.other_pack", False, {"seeded": kept, "pack": name})
    elif name and all(finding.ok for finding in kept_well):
        yield from _plans(workspace)
    try:
        admins = store.people.administrators()
    except GongtuError as error:
        yield Finding(error.key, False, error.params)
    else:
        yield Finding("doctor.admin" if admins else "doctor.no_admin", admins > 0, {"count": admins})
    if not settings.database_url.startswith("postgres"):
        free = shutil.disk_usage(Path(settings.database_url.removeprefix("sqlite:///")).parent).free
        yield Finding(
            "doctor.disk" if free >= FREE_AT_LEAST else "doctor.disk_low",
            free >= FREE_AT_LEAST,
            {"gb": f"{free / 1e9:.1f}"},
        )


def _plans(workspace: Workspace) -> Iterator[Finding]:
    """Published plans that the boundaries of today split; asked only where that needs nothing written to the store."""
    store = workspace.store
    try:
        if store.about().get("digest") != workspace.pack().digest:
            return
        district = workspace.ground()
        flags = open_flags(district, store)
    except GongtuError as error:
        yield Finding(error.key, False, error.params)
        return
    for flag in flags:
        yield Finding("doctor.split_plan", False, flag.said(district))
    if not flags:
        yield Finding("doctor.plans", True, {})
