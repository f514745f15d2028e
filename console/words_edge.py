"""Why a gate cannot match faces by itself, in words for staff. The agent says it in English, to its operator."""

from __future__ import annotations

import re

from access.domain.reasons import Words

_KNOWN = (
    (
        re.compile(r"absent: gate\.toml names no \[edge_face\] models"),
        "没有启用：设备的 gate.toml 里没有设置人脸模型",
        "not set up: its gate.toml names no face models",
    ),
    (
        re.compile(r"absent: (?P<what>[\w, ]+) not installed"),
        "设备上缺少组件 {what}",
        "packages are missing on the device: {what}",
    ),
    (
        re.compile(r"absent: the folder (?P<what>.+) is missing"),
        "设备上没有人脸模型的文件夹 {what}",
        "the folder of the face models is missing on the device: {what}",
    ),
    (
        re.compile(r"absent: (?P<what>\d+) MB of memory free, (?P<need>\d+) MB needed"),
        "设备内存不够：空闲 {what} MB，需要 {need} MB",
        "too little memory on the device: {what} MB free, {need} MB needed",
    ),
    (
        re.compile(r"absent: (?P<what>[^:]+): (missing or unreadable|not the pinned file)"),
        "设备上的人脸模型文件缺失或不对：{what}",
        "a face model on the device is missing or is not the right one: {what}",
    ),
    (
        re.compile(r"absent: the store does not open"),
        "设备上保存人脸特征的文件打不开",
        "the device's own store of references does not open",
    ),
)
_OTHERWISE = Words("设备报告了其他原因", "the device gives another reason")


def why_not(said: str) -> tuple[Words, str]:
    """Words for what a gate said, and its own text where the words do not say all of it (else empty)."""
    for pattern, zh, en in _KNOWN:
        found = pattern.match(said)
        if found:
            return Words(zh.format(**found.groupdict()), en.format(**found.groupdict())), ""
    return _OTHERWISE, said
