"""Words and numbers that people write, in Chinese and English, and what they mean."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from access.domain.residency import Role

_EDGES = " \t\n。.，,！!？?、;；:：\"'“”‘’「」()（）【】[]"


class Command(StrEnum):
    """What can be asked for at any moment. The values are also the keys of the menu's buttons."""

    HELP = "help"
    BACK = "back"
    START_OVER = "start_over"
    QUIT = "quit"
    PASS = "pass"  # noqa: S105 - a menu key
    VISITORS = "visitors"
    OPEN = "open"
    STATUS = "status"
    DATA = "data"
    WITHDRAW = "withdraw"
    FACE = "face"
    ANEW = "anew"
    FAMILY = "family"
    REPORTS = "reports"
    READ = "read"
    BIND = "bind"


class Change(StrEnum):
    """What can be corrected before a registration is handed in."""

    HOUSEHOLD = "household"
    ROLE = "role"
    LAST_DAY = "last_day"
    NAME = "name"


_COMMANDS = {
    Command.HELP: ("帮助", "菜单", "help", "menu", "怎么用", "客服"),
    Command.BACK: ("返回", "上一步", "后退", "back", "go back"),
    Command.START_OVER: ("重新开始", "重来", "从头开始", "重新登记", "start over", "restart"),
    Command.QUIT: ("退出", "取消", "不登记了", "quit", "exit", "cancel", "stop"),
    Command.PASS: ("我的通行码", "通行码", "二维码", "开门码", "pass", "my pass", "qr", "qr pass"),
    Command.VISITORS: ("邀请访客", "访客", "邀请", "visitor", "visitors", "invite", "invite a visitor"),
    Command.OPEN: ("开门", "远程开门", "open", "open door", "open the door"),
    Command.STATUS: ("状态", "进度", "我的状态", "审核", "status"),
    Command.DATA: ("我的数据", "我的信息", "数据", "data", "my data"),
    Command.WITHDRAW: ("撤回人脸", "删除人脸", "撤销人脸", "注销人脸", "withdraw face", "delete face", "withdraw"),
    Command.ANEW: ("续", "续期", "重新回答", "renew", "answer again"),
    Command.FAMILY: ("家里的孩子", "孩子", "小孩", "children", "child", "kids"),
    Command.REPORTS: ("报告", "小区报告", "业主报告", "report", "reports"),
    Command.READ: ("签收", "已阅读", "acknowledge"),
    Command.BIND: ("绑定", "绑定码", "绑定小程序", "关联", "bind", "link"),
    Command.FACE: ("刷脸", "人脸", "使用人脸", "face", "my face", "use my face"),
}
_LONGEST_CODE = 64
_ROLES = {
    Role.OWNER: ("1", "业主", "房东", "产权人", "owner"),
    Role.FAMILY: ("2", "家人", "家属", "家庭成员", "亲属", "family", "family member"),
    Role.TENANT: ("3", "租客", "租户", "承租人", "房客", "tenant"),
    Role.HELPER: ("4", "帮工", "保姆", "阿姨", "护工", "家政", "helper"),
}
_CHANGES = {
    Change.HOUSEHOLD: ("2", "改房号", "修改房号", "change household"),
    Change.ROLE: ("3", "改身份", "修改身份", "change role"),
    Change.NAME: ("4", "改姓名", "修改姓名", "改名字", "change name"),
    Change.LAST_DAY: ("5", "改日期", "修改日期", "change date"),
}
_CONFIRMED = frozenset(
    ("1", "确认", "确定", "提交", "是", "是的", "对", "没错", "好", "好的", "confirm", "yes", "ok")
)
_AGREED = frozenset(("1", "同意", "我同意", "agree", "i agree", "yes"))
_REFUSED = frozenset(("2", "不同意", "我不同意", "不", "不要", "拒绝", "否", "no", "disagree", "i disagree"))

_BY_WORD = {word: command for command, words in _COMMANDS.items() for word in words}
_ROLE_BY_WORD = {word: role for role, words in _ROLES.items() for word in words}
_CHANGE_BY_WORD = {word: change for change, words in _CHANGES.items() for word in words}

ROLE_WORDS = {
    Role.OWNER: ("业主", "owner"),
    Role.FAMILY: ("家人", "family"),
    Role.TENANT: ("租客", "tenant"),
    Role.HELPER: ("帮工", "helper"),
}
"""How a role is called, in Chinese and English."""


def plain(text: str) -> str:
    """One form for what is written in many: full-width, capitals, spaces, closing punctuation."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().strip(_EDGES).split())


def command(text: str) -> Command | None:
    return _BY_WORD.get(plain(text))


def clicked(key: str) -> Command | None:
    """The command behind a menu button."""
    return Command(key) if key in Command.__members__.values() else None


def bind_code(text: str) -> str:
    """The code of ``绑定 ABCD-EFGH-JKLM`` or ``bind …``; empty where the text is none of it."""
    word, _, code = plain(text).partition(" ")
    return code.replace(" ", "")[:_LONGEST_CODE] if word in {"绑定", "bind", "link"} else ""


def role(text: str) -> Role | None:
    return _ROLE_BY_WORD.get(plain(text))


def change(text: str) -> Change | None:
    return _CHANGE_BY_WORD.get(plain(text))


def confirmed(text: str) -> bool:
    return plain(text) in _CONFIRMED


def agreed(text: str) -> bool | None:
    """Yes or no to a consent; None for anything that is not plainly one of the two."""
    word = plain(text)
    if word in _AGREED:
        return True
    return False if word in _REFUSED else None


def number(text: str) -> int | None:
    """A choice from a numbered list."""
    word = plain(text)
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 2 else None  # noqa: PLR2004
