"""The account's menu, as `WeChat.set_menu` takes it. The pass is one tap away: its button opens the page."""

from __future__ import annotations

from bot.words import Command

Button = dict[str, object]


def buttons(public_url: str) -> list[Button]:
    """Three buttons, each with at most five below; Chinese first, so a name cut from its end stays whole in it.

    WeChat takes names of at most 16 bytes, below 60, and shows the width of at least four and eight Chinese
    characters: those below fit, "Pass" and "Doors" may be cut short on a narrow phone.
    """
    return [
        {"type": "view", "name": "通行码 Pass", "url": f"{public_url}/m/pass"},
        {
            "name": "进出 Doors",
            "sub_button": [
                _click("开门 Open", Command.OPEN),
                _click("邀请访客 Invite", Command.VISITORS),
                _click("通行码链接 Link", Command.PASS),
            ],
        },
        {
            "name": "我的 Me",
            "sub_button": [
                _click("登记状态 Status", Command.STATUS),
                _click("我的数据 My data", Command.DATA),
                _click("撤回人脸 Erase", Command.WITHDRAW),
                _click("帮助 Help", Command.HELP),
            ],
        },
    ]


def _click(name: str, command: Command) -> Button:
    return {"type": "click", "name": name, "key": command.value}
