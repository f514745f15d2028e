"""Why a gate cannot match faces by itself, in words for staff. The agent says it in English, to its operator."""

from __future__ import annotations

import re

from access.domain.reasons import Words

_KNOWN = {
    r"gate\.toml names no \[edge_face\] models": Words(
        "没有启用：设备的 gate.toml 里没有设置人脸模型", "not set up: its gate.toml names no face models"
    ),
    r"(?P<what>[\w, ]+) not installed": Words(
        "设备上缺少组件 {what}", "packages are missing on the device: {what}"
    ),
    r"the folder (?P<what>.+) is missing": Words(
        "设备上没有人脸模型的文件夹 {what}", "the folder of the face models is missing on the device: {what}"
    ),
    r"(?P<what>\d+) MB of memory free, (?P<need>\d+) MB needed": Words(
        "设备内存不够：空闲 {what} MB，需要 {need} MB",
        "too little memory on the device: {what} MB free, {need} MB needed",
    ),
    r"(?P<what>[^:]+): (missing or unreadable|not the pinned file)": Words(
        "设备上的人脸模型文件缺失或不对：{what}",
        "a face model on the device is missing or is not the right one: {what}",
    ),
    r"the store does not open": Words(
        "设备上保存人脸特征的文件打不开", "the device's own store of references does not open"
    ),
}
"""By how the agent says it after ``absent:``; what it names stands in the words again."""
_OTHERWISE = Words("设备报告了其他原因", "the device gives another reason")


def why_not(said: str) -> tuple[Words, str]:
    """Words for what a gate said, and its own text where the words do not say all of it (else empty)."""
    for pattern, words in _KNOWN.items():
        found = re.match(f"absent: {pattern}", said)
        if found:
            named = found.groupdict()
            return Words(words.zh.format(**named), words.en.format(**named)), ""
    return _OTHERWISE, said
