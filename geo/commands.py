"""What each command of the command line does. The answer is printed; errors rise to ``geo.__main__``."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable

from geo import storage
from geo.doctor import examine
from geo.errors import GongtuError
from geo.export import Asked, export
from geo.fieldwork.campaign import campaign, campaigns
from geo.fieldwork.command import run_assign, run_table
from geo.fieldwork.flags import noted
from geo.fieldwork.told import Told, asked_version, tell
from geo.i18n import Language, explain, translate
from geo.intake.command import run_import
from geo.pack import open_pack
from geo.people import Person
from geo.planner.command import question_params, run_costs, run_site
from geo.planner.plan import Plan
from geo.planner.question import Question
from geo.storage.passwords import check_name
from geo.workspace import Workspace

Command = Callable[[Workspace, argparse.Namespace], int]


def check(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Reads a pack's files, and nothing else."""
    settings = workspace.settings
    district = open_pack((asked.folder or settings.pack).resolve(), demo=settings.demo)
    counts = {name: len(getattr(district, name)) for name in ("regions", "facilities", "enterprises")}
    print(translate("cli.pack_good", asked.language, name=district.about["name"][asked.language], **counts))
    return 0


def doctor(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Prints every finding, those that need attention with what to do."""
    findings = examine(workspace)
    for finding in findings:
        print("✓" if finding.ok else "✗", explain(GongtuError(finding.key, **finding.params), asked.language))
    bad = sum(not finding.ok for finding in findings)
    print(translate("doctor.bad" if bad else "doctor.good", asked.language, count=bad))
    return 1 if bad else 0


def backup(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Copies the store into a file."""
    storage.backup(workspace.store, asked.file)
    size = f"{asked.file.stat().st_size / 1e6:,.1f}"
    print(translate("cli.backed_up", asked.language, file=asked.file, mb=size, revision=workspace.store.state()[0]))
    return 0


def restore(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Puts a backup in the store's place, once more asked unless told not to be."""
    question = translate("cli.restore_ask", asked.language, file=asked.file, revision=workspace.store.state()[0])
    if not asked.yes and input(question).strip().lower() not in ("y", "yes", "是"):
        print(translate("cli.restore_not", asked.language))
        return 1
    stay = storage.restore(workspace.store, asked.file, today=workspace.now().date())
    print(translate("cli.restored", asked.language, file=asked.file, revision=workspace.store.state()[0]))
    if stay:
        print(translate("cli.restored_disabled", asked.language, names=", ".join(stay)))
    return 0


def bring_in(workspace: Workspace, asked: argparse.Namespace) -> int:
    """A preview of a file's rows, and, unless it is a dry run, the writing."""
    district = workspace.ground()
    return run_import(
        asked.kind,
        asked.file,
        store=workspace.store,
        district=district,
        options=asked,
        by=check_name(asked.by or getpass.getuser()),
        at=workspace.now(),
        language=asked.language,
        dry_run=asked.dry_run,
        out=sys.stdout,
        campaigns=campaigns(district, workspace.store),
        noted=lambda plan: noted(plan, district, workspace.store),
    )


def take_out(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Writes a layer to a file in the format its ending names. Whoever has a shell here has the store's file too."""
    person = Person("", getpass.getuser(), "admin")
    question = Asked(
        person=person,
        language=asked.language,
        question=Question.read(question_params(asked)),
        plan=Plan.read({"sites": asked.sites}),
        contacts=asked.contacts,
        assignment=_assignment(workspace, asked) if asked.campaign else None,
        at=workspace.now(),
    )
    export(asked.layer, asked.file.suffix.removeprefix("."), asked.file.resolve(), workspace.district(), question)
    print(translate("cli.exported", asked.language, file=asked.file))
    return 0


def _assignment(workspace: Workspace, asked: argparse.Namespace) -> Told:
    """The version of the plan of the campaign asked for."""
    district, store = workspace.district(), workspace.store
    version = asked_version(asked.version)
    return tell(district, store, campaign(district, store, asked.campaign), version, workspace.entries())


def site(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Looks for new sites in the district, or solves a table of costs, which needs no district."""
    if asked.cost is not None:
        return run_costs(asked, out=sys.stdout)
    return run_site(workspace.district(), workspace.now(), asked, out=sys.stdout)


def assign(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Proposes who takes which position in a campaign, or in a table of positions, which needs no district."""
    if asked.positions is not None:
        return run_table(asked, out=sys.stdout, err=sys.stderr)
    district, entries = workspace.district(), workspace.entries()
    return run_assign(district, workspace.store, asked, entries=entries, out=sys.stdout, err=sys.stderr)


def user_list(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Prints every account."""
    for account in workspace.store.people.list():
        role = translate(f"role.{account.role}", asked.language)
        print(account.name, role, account.disabled, sep="\t")
    return 0


def user_add(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Makes an account, with a password typed here or one chosen later through a link."""
    people = workspace.store.people
    password = None if asked.link else _new_password(asked.language)
    user = people.add(asked.name, asked.role, by=getpass.getuser(), at=workspace.now(), password=password)
    role = translate(f"role.{asked.role}", asked.language)
    print(translate("cli.user_added", asked.language, name=asked.name, role=role))
    if asked.link:
        print(welcome_link(people.invite(user, workspace.now()), workspace.settings.public_url))
    return 0


def user_role(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Gives another role."""
    people = workspace.store.people
    people.set_role(people.find(asked.name).id, asked.role, by=getpass.getuser(), at=workspace.now())
    return _done(asked)


def user_link(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Prints a link to choose a new password."""
    people = workspace.store.people
    token = people.invite(people.find(asked.name).id, workspace.now())
    print(welcome_link(token, workspace.settings.public_url))
    return 0


def user_disable(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Ends an account."""
    people = workspace.store.people
    people.disable(people.find(asked.name).id, asked.why, by=getpass.getuser(), now=workspace.now())
    return _done(asked)


def user_enable(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Lets an account in again."""
    people = workspace.store.people
    people.enable(people.find(asked.name).id, by=getpass.getuser(), at=workspace.now())
    return _done(asked)


def user_revoke(workspace: Workspace, asked: argparse.Namespace) -> int:
    """Ends an account's sessions."""
    workspace.store.people.revoke(workspace.store.people.find(asked.name).id, now=workspace.now())
    return _done(asked)


def welcome_link(token: str, address: str = "") -> str:
    """Where somebody chooses a password with a one-time token; ``address`` is the app's, that of this machine if not
    known.
    """
    return f"{address or 'http://localhost:8501'}/welcome?token={token}"


def _new_password(language: Language) -> str:
    """A password typed twice, unseen; or a line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(translate("cli.password", language))
    if getpass.getpass(translate("cli.password_again", language)) != password:
        raise GongtuError("cli.password_differs")
    return password


def _done(asked: argparse.Namespace) -> int:
    print(translate("cli.done", asked.language))
    return 0
