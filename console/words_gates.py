"""Words of areas, duress codes and vendors' terminals, by code."""

from __future__ import annotations

from enum import StrEnum

from access.domain.credentials import Notation
from access.domain.passback import PassbackMode
from access.domain.reasons import Words
from access.domain.terminals import Basis, Dialect

ERRORS: dict[str, Words] = {
    "area.unknown": Words("没有这个区域。", "There is no such area in this estate."),
    "area.forgive": Words("1–1440 分钟。", "1 to 1440 minutes."),
    "area.nightly": Words("请填写时刻，例如 04:00。", "Give a time such as 04:00."),
    "area.ways": Words("同一道门不能既进又出。", "A door leads in or out, not both."),
    "area.many": Words("最多 50 个区域。", "At most 50 areas."),
    "area.no_way_out": Words(
        "请选择出的门：没有出口，就不知道谁已经出去。",
        "Choose a way out: else nobody is known to have left.",
    ),
    "card.notation": Words("卡号和所选的写法不符。", "The number is not written in the chosen way."),
    "duress.code": Words("胁迫码是 4–8 位数字。", "A duress code has 4 to 8 digits."),
    "terminal.serial": Words(
        "序列号是 4–40 位字母、数字、横线。", "A serial number has 4 to 40 letters, digits, - or _."
    ),
    "terminal.source": Words("请填写地址或网段，例如 10.8.0.0/24。", "A network such as 10.8.0.0/24."),
    "terminal.binding": Words(
        "只凭序列号不可信：请填写来源网段，或选择秘密路径。",
        "A serial number alone is no proof: give a network it calls from, or choose a secret path.",
    ),
    "terminal.taken": Words(
        "这个序列号已经登记。要换请先停用旧的。", "This serial number is registered. Revoke the old one first."
    ),
}
DONE: dict[str, Words] = {
    "area.saved": Words("已保存，各门稍后自动更新。", "Saved. Gates follow by themselves."),
    "area.deleted": Words("区域已删除。", "The area is gone."),
    "area.reset": Words("已全部解除，所有人可以再次进入。", "Reset: everybody may enter again."),
    "duress.set": Words("胁迫码已设置，各门稍后自动更新。", "The duress code is set. Gates follow by themselves."),
    "duress.removed": Words("胁迫码已取消。", "The duress code is gone."),
    "alarm.seen": Words("已记录：有人在处理。", "Noted: somebody is on it."),
    "terminal.revoked": Words(
        "终端已停用，不再应答。请把它恢复出厂设置，否则里面的卡还能开门。",
        "The terminal is not answered any more. Reset it to factory settings: its own cards open until then.",
    ),
}
TERMS: tuple[tuple[StrEnum, Words], ...] = (
    (PassbackMode.OFF, Words("不管", "Off")),
    (PassbackMode.SOFT, Words("只报告", "Report only")),
    (PassbackMode.TIMED, Words("拒绝，到时解除", "Refuse until forgiven")),
    (Notation.HEX, Words("十六进制（和门口一样）", "hexadecimal, as at gates")),
    (Notation.DECIMAL_34, Words("十进制 10 位（34 位卡）", "decimal, 34-bit cards")),
    (Notation.DECIMAL_26, Words("十进制（26 位卡）", "decimal, 26-bit cards")),
    (Notation.PRINTED_26, Words("印刷的 123,45678（26 位卡）", "as printed: 123,45678")),
    (Basis.ACKNOWLEDGED, Words("终端应答已删除", "the terminal acknowledged the deletion")),
    (Basis.NOTHING_HELD, Words("终端里没有此人的卡", "nothing of the person was held there")),
    (Basis.NO_FACES, Words("从不向终端发送人脸", "terminals are never sent faces")),
    (Dialect.LEGACY, Words("旧版协议", "legacy")),
    (Dialect.PUSH2, Words("PUSH 2", "PUSH 2")),
    (Dialect.BIODATA, Words("PUSH 2.4 以上", "PUSH 2.4 and above")),
)
