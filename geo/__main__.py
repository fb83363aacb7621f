"""The command line: ``python -m geo COMMAND``; ``--help`` tells what each does."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from geo import commands
from geo.datum import DATUMS
from geo.errors import GongtuError
from geo.export import FORMATS, LAYERS, MAP
from geo.fieldwork.command import add_options as add_assign_options
from geo.i18n import LANGUAGES, explain
from geo.intake.columns import KINDS
from geo.people import ROLES
from geo.planner.command import add_options, add_question
from geo.settings import read_settings
from geo.workspace import Workspace


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 where all is well, 1 where something is to be mended, which is said on standard error."""
    asked = _parser().parse_args(arguments)
    try:
        code = int(asked.run(Workspace(partial(read_settings, os.environ)), asked))
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever read the output wants no more of it; nor is it flushed again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except GongtuError as error:
        print(explain(error, asked.language), file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m geo")
    parser.add_argument("--language", choices=LANGUAGES, default="zh")
    every = parser.add_subparsers(dest="command", required=True)

    def command(name: str, run: commands.Command, words: str) -> argparse.ArgumentParser:
        made = every.add_parser(name, help=words)
        made.set_defaults(run=run)
        made.add_argument("--language", choices=LANGUAGES, default=argparse.SUPPRESS)
        return made

    check = command("check", commands.check, "read a data pack and list every fault")
    check.add_argument("folder", nargs="?", type=Path, help="the pack; without it the one GONGTU_PACK names")

    command("doctor", commands.doctor, "check integrity, pack, migrations and settings, and say what to do")
    command("backup", commands.backup, "copy the store into one file, while the app runs").add_argument(
        "file", type=Path
    )
    back = command("restore", commands.restore, "put a backup in the place of everything in the store")
    back.add_argument("file", type=Path)
    back.add_argument("--yes", action="store_true", help="do not ask")

    bring = command("import", commands.bring_in, "bring a file in: a preview, then all or none of it")
    bring.add_argument("kind", choices=KINDS)
    bring.add_argument("file", type=Path)
    bring.add_argument("--dry-run", action="store_true", help="only say what would become of each row")
    bring.add_argument("--sheet", default="", help="the worksheet or layer")
    bring.add_argument("--header-row", type=int, help="the row of the header, from 1; found when left out")
    bring.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NUMBER=FIELD",
        help="what a column is, from 1; FIELD may be empty",
    )
    bring.add_argument("--datum", choices=DATUMS, default="wgs84", help="the datum of the file's coordinates")
    bring.add_argument("--swapped", action="store_true", help="latitude stands where longitude is expected")
    bring.add_argument(
        "--default", action="append", default=[], metavar="FIELD=VALUE", help="for what the file leaves out"
    )
    bring.add_argument("--source", default="", help="where the file comes from; its name when left out")
    bring.add_argument("--as-of", default="", help="YYYY, YYYY-MM or YYYY-MM-DD; today when left out")
    bring.add_argument("--retire-demo", action="store_true", help="retire the demonstration records of the kind")
    bring.add_argument("--refused", type=Path, metavar="FILE", help="write the refused rows with reasons here (CSV)")
    bring.add_argument("--by", default="", help="who brings it in; the system's user when left out")

    take = command("export", commands.take_out, "write a table or map layer to a file")
    take.add_argument("layer", choices=[*LAYERS, MAP])
    take.add_argument("file", type=Path, help=f"its ending says the format: {', '.join(FORMATS)}")

    add_question(take)
    take.add_argument("--sites", default="", metavar="ID:LON,LAT;…", help="new sites, as a plan's address has them")
    take.add_argument("--campaign", default="", metavar="ID", help="whose assignment (layer assignment)")
    take.add_argument("--version", default="published", help="of it: published, draft or a number")
    take.add_argument("--contacts", action="store_true", help="with contacts and telephones: personal data")

    add_options(command("site", commands.site, "find where new sites help most, with proof or the gap to the bound"))

    assign = command("assign", commands.assign, "propose which team takes which position, with proof or the bound")
    add_assign_options(assign)

    user = command("user", commands.user_list, "accounts: add, role, link, disable, enable; alone, list them")
    of_user = user.add_subparsers(dest="action")

    def action(name: str, run: commands.Command, words: str) -> argparse.ArgumentParser:
        made = of_user.add_parser(name, help=words)
        made.set_defaults(run=run)
        made.add_argument("name")
        return made

    add = action("add", commands.user_add, "a new account; asks for its password")
    add.add_argument("--role", choices=ROLES[1:], default="staff")
    add.add_argument("--link", action="store_true", help="print a one-time link to choose the password instead")
    action("role", commands.user_role, "give an account another role").add_argument("role", choices=ROLES[1:])
    action("link", commands.user_link, "print a one-time link to choose a new password")
    action("disable", commands.user_disable, "end an account's sessions and let it in no more").add_argument("why")
    action("enable", commands.user_enable, "let an account in again")
    action("revoke", commands.user_revoke, "end an account's sessions")
    return parser


if __name__ == "__main__":
    sys.exit(main())
