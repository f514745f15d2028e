"""What templates may call: words, times in the estate's wall time, the menu. Nothing here asks the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from access.domain.reasons import Words
from access.domain.staff import Staff
from access.domain.times import DAY, HOUR, MINUTE, SECOND, local
from console.present import house, purposes, signed_in
from console.routes import AUDIT, EVERY_ROLE, OPERATIONS, PLATFORM, SECURITY
from console.words import done, reason_words, say, term
from console.words_edge import why_not

_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu."""

    endpoint: str
    words: Words
    roles: frozenset[Any]


MENU = (
    Item("console.dashboard_page", Words("首页", "Home"), EVERY_ROLE),
    Item("console.approvals_listed", Words("审批", "Approvals"), frozenset({OPERATIONS})),
    Item("console.residents_listed", Words("住户", "Residents"), frozenset({OPERATIONS, SECURITY})),
    Item("console.cards_page", Words("导入卡", "Import cards"), frozenset({OPERATIONS})),
    Item("console.reviews_listed", Words("人脸核对", "Face checks"), frozenset({OPERATIONS})),
    Item("console.events_listed", Words("出入记录", "Entry records"), frozenset({SECURITY})),
    Item("console.incidents_listed", Words("警情", "Incidents"), frozenset({SECURITY})),
    Item("console.modes_page", Words("全开与锁闭", "Unlock, lockdown"), frozenset({SECURITY})),
    Item("console.gates_listed", Words("设备", "Gates"), frozenset({OPERATIONS, SECURITY, PLATFORM})),
    Item("console.terminals_listed", Words("门禁终端", "Terminals"), frozenset({SECURITY, PLATFORM})),
    Item("console.places_page", Words("楼栋与门", "Places"), frozenset({OPERATIONS, SECURITY, PLATFORM})),
    Item("console.areas_listed", Words("区域", "Areas"), frozenset({OPERATIONS, SECURITY, PLATFORM})),
    Item("console.schedules_listed", Words("时间表", "Schedules"), frozenset({OPERATIONS, SECURITY, PLATFORM})),
    Item("console.notices_page", Words("告知书", "Notices"), frozenset({OPERATIONS, AUDIT})),
    Item("console.reports_listed", Words("业主报告", "Owner reports"), frozenset({OPERATIONS, AUDIT})),
    Item("console.erasures_listed", Words("数据清除", "Erasures"), frozenset({OPERATIONS, AUDIT})),
    Item("console.rights_listed", Words("个人信息请求", "Data requests"), frozenset({AUDIT})),
    Item("console.disclosures_listed", Words("依法调取", "Authorities"), frozenset({OPERATIONS, SECURITY, AUDIT})),
    Item("console.assessments_page", Words("影响评估", "Assessment"), frozenset({AUDIT})),
    Item("console.audit_page", Words("审计", "Audit"), frozenset({AUDIT})),
    Item("console.staff_listed", Words("账号", "Accounts"), frozenset({PLATFORM})),
    Item("console.password_page", Words("我的密码", "My password"), EVERY_ROLE),
)


def for_templates() -> dict[str, object]:
    """Names for every template of the console."""
    present = signed_in()
    me = present.staff if present else None
    return {
        "me": me,
        "estate": present.estate if present else None,
        "menu": _menu(me),
        "purposes": purposes() if present else (),
        "term": term,
        "say": say,
        "done": done,
        "reason_words": reason_words,
        "why_not": why_not,
        "when": when,
        "day": day,
        "ago": ago,
    }


def when(at: int) -> str:
    """``2026-11-23 09:32:05`` in the estate's wall time."""
    return local(at, _zone()).strftime("%Y-%m-%d %H:%M:%S")


def day(end: int) -> str:
    """Last day before an exclusive end instant, ``2026-11-23``."""
    return local(end - 1, _zone()).strftime("%Y-%m-%d")


def ago(at: int) -> Words:
    """How long ago, in one unit."""
    past = max(house().clock.now() - at, 0)
    if past < MINUTE:
        return Words(f"{past // SECOND} 秒前", f"{past // SECOND} s ago")
    if past < HOUR:
        return Words(f"{past // MINUTE} 分钟前", f"{past // MINUTE} min ago")
    if past < DAY:
        return Words(f"{past // HOUR} 小时前", f"{past // HOUR} h ago")
    return Words(f"{past // DAY} 天前", f"{past // DAY} d ago")


def _zone() -> str:
    present = signed_in()
    return present.estate.timezone if present else _ZONE


def _menu(me: Staff | None) -> list[tuple[str, Words, bool]]:
    """(endpoint, words, here) for each line that the roles may use."""
    if me is None:
        return []
    return [(item.endpoint, item.words, _is_here(item)) for item in MENU if item.roles & me.roles]


def _is_here(item: Item) -> bool:
    """Whether the page, or one below it, is open; nothing lies below the first page."""
    address = url_for(item.endpoint)
    return request.path == address or (not address.endswith("/") and request.path.startswith(f"{address}/"))
