"""The command line: ``python -m geo check [FOLDER]`` reads a data pack and lists every fault it has."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from geo.errors import GongtuError
from geo.i18n import LANGUAGES, explain, translate
from geo.pack import open_pack
from geo.settings import read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 where all is well, 1 where something is to be mended, which is said on standard error."""
    parser = argparse.ArgumentParser(prog="python -m geo")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="read a data pack and list every fault")
    check.add_argument("folder", nargs="?", type=Path, help="the pack; without it the one GONGTU_PACK names")
    check.add_argument("--language", choices=LANGUAGES, default="zh")
    asked = parser.parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        pack = open_pack((asked.folder or settings.pack).resolve(), demo=settings.demo)
    except GongtuError as error:
        print(explain(error, asked.language), file=sys.stderr)
        return 1
    counts = {name: len(getattr(pack, name)) for name in ("regions", "facilities", "enterprises")}
    print(translate("cli.pack_good", asked.language, name=pack.about["name"][asked.language], **counts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
