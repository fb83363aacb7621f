"""Each page with each role, over the app's own websocket: what a page hides must not come by any other way."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from geo.people import ROLES, Person
from pages.ui.frame import NAVIGATION
from tests.browser.app import open_page
from tests.browser.conftest import House

pytestmark = pytest.mark.browser
SECRETS = {
    "enterprises": "名称的任何一段",
    "teams": "相邻按现行边界算",
    "ledger": "记一笔",
    "progress": "需要决定的",
    "records": "E1公司",
    "reports": "已处理",
    "people": "某admin",
    "data": "导入文件",
    "system": "GONGTU_VAR",
}
"""Something that only the page itself says, for each page that is not public."""


async def _ask(house: House, role: str, message: BackMsg, origin: str | None = None) -> str:
    cookie = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in house.cookies(role))
    address = house.address.replace("http", "ws") + "/_stcore/stream"
    heard: list[str] = []
    async with connect(
        address,
        subprotocols=["streamlit"],  # type: ignore[list-item]
        additional_headers={"Cookie": cookie} if cookie else {},
        origin=origin,  # type: ignore[arg-type]
        max_size=None,
    ) as socket:
        await socket.send(message.SerializeToString())
        while True:
            said = await asyncio.wait_for(socket.recv(), 60)
            assert isinstance(said, bytes)
            heard.append(said.decode("utf-8", "ignore"))  # whatever is text in it, tables too
            if ForwardMsg.FromString(said).WhichOneof("type") == "script_finished":
                return "\n".join(heard)


def apart(asked: Coroutine[None, None, str]) -> str:
    """What a coroutine gives, run in a thread of its own: Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asked).result()


def ask(house: House, role: str, page: str, **more: str) -> str:
    """All that the app sends when ``page`` is asked for."""
    message = BackMsg()
    message.rerun_script.page_name = page
    message.rerun_script.query_string = more.get("query", "")
    message.rerun_script.fragment_id = more.get("fragment", "")
    return apart(_ask(house, role, message))


def test_every_page_declares_a_role() -> None:
    assert all(entry.role in ROLES for entry in NAVIGATION)
    assert {entry.name for entry in NAVIGATION if entry.role != "public"} == SECRETS.keys()


@pytest.mark.parametrize("entry", NAVIGATION, ids=lambda entry: entry.name)
@pytest.mark.parametrize("role", ROLES)
def test_each_page_with_each_role(house: House, role: str, entry: object) -> None:
    heard = ask(house, role, entry.name)  # type: ignore[attr-defined]
    may = Person("x", "x", role).may(entry.role)  # type: ignore[attr-defined,arg-type]
    assert ("这一页需要登录" in heard) is not may
    if entry.name in SECRETS:  # type: ignore[attr-defined]
        assert (SECRETS[entry.name] in heard) is may  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("role", "sees"), [("public", []), ("staff", ["登记"]), ("admin", ["登记", "导入", "人员", "状态"])]
)
def test_the_navigation_lists_only_what_is_open(browser: Browser, house: House, role: str, sees: list[str]) -> None:
    page, _ = open_page(browser, 1440, 900, cookies=house.cookies(role))
    page.goto(f"{house.address}/about")
    listed = page.get_by_test_id("stSidebarNav")
    expect(listed).to_contain_text("服务地图", timeout=30_000)
    words = listed.inner_text()
    assert [name for name in ("登记", "导入", "人员", "状态") if name in words] == sees
    page.context.close()


def test_a_real_register_is_named_to_staff_only(house: House) -> None:
    query = "region=110199001000&reach=250&lens=union"
    assert "E2公司" not in ask(house, "public", "overview", query=query)
    assert "E2公司" in ask(house, "staff", "overview", query=query)


def test_a_revoked_session_is_nobodys(house: House) -> None:
    people, now = house.workspace.store.people, house.workspace.now()
    user = people.add("离职的人", "admin", by="test", at=now, password="correct horse battery")
    token = people.open_session(user, via="password", now=now, hours=12)
    left = House(house.address, house.workspace, {"admin": token})
    assert "某admin" in ask(left, "admin", "people")
    people.disable(user, "离职", by="x", now=now)
    assert "某admin" not in ask(left, "admin", "people")


def test_a_foreign_page_cannot_open_the_websocket(house: House) -> None:
    with pytest.raises(InvalidStatus):
        apart(_ask(house, "admin", BackMsg(), origin="http://evil.example"))
