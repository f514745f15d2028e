"""The account's menu, as `WeChat.set_menu` takes it. The pass is one tap away: its button opens the page."""

from __future__ import annotations

from bot.words import Command

Button = dict[str, object]


def buttons(public_url: str) -> list[Button]:
    """Three buttons of at most 4 characters, each with at most five below of at most 8 (WeChat's limits)."""
    return [
        {"type": "view", "name": "通行码", "url": f"{public_url}/m/pass"},
        {
            "name": "进出",
            "sub_button": [
                _click("开门", Command.OPEN),
                _click("邀请访客", Command.VISITORS),
                _click("通行码链接", Command.PASS),
            ],
        },
        {
            "name": "我的",
            "sub_button": [
                _click("登记和状态", Command.STATUS),
                _click("我的数据", Command.DATA),
                _click("撤回人脸", Command.WITHDRAW),
                _click("帮助", Command.HELP),
            ],
        },
    ]


def _click(name: str, command: Command) -> Button:
    return {"type": "click", "name": name, "key": command.value}
