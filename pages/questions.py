"""The words of each question of consent, as the pages ask it anew or ask a guardian. One purpose at a time."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.consent import Purpose
from access.domain.reasons import Words
from access.services.ask_anew import Why


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        lines: what the answer means.
        no: what a no brings about.
    """

    title: Words
    lines: tuple[Words, ...]
    no: Words


QUESTIONS = {
    Purpose.ACCESS: Question(
        Words("保存姓名和住户，用来开门？", "Keep name and dwelling to open doors?"),
        (
            Words(
                "只为开有权进的门；随时可以查看、更正、删除。",
                "Only for doors you may use; see, correct, delete any time.",
            ),
        ),
        Words(
            "不同意：按您以前同意的那一版继续，不多一样；也可以到“我的数据”注销。门照常开。",
            "No: what you agreed to before goes on and nothing more, or close the account under “My data”. "
            "Doors open as before.",
        ),
    ),
    Purpose.FACE_USE: Question(
        Words("用人脸开门？", "Use the face to open doors?"),
        (
            Words(
                "只用于开有权进的门，最长 12 个月。登记时拍的照片或动作画面，提取特征后马上删除。",
                "Only for doors that may be used, 12 months at most. Pictures, those of a movement too, "
                "are deleted once encoded.",
            ),
            Words("通行码和门禁卡开的门一样，一样快。", "A QR pass or a card opens the same doors, equally fast."),
        ),
        Words(
            "不同意：人脸停用并在各处删除；通行码和门禁卡照常。",
            "No: the face stops and is erased everywhere; QR pass and card go on.",
        ),
    ),
    Purpose.FACE_SERVER: Question(
        Words("在小区的服务器上保存和比对人脸特征？", "Keep and match the face on the estate's server?"),
        (
            Words(
                "特征用只属于本人的密钥加密，不给任何别人，也不和别的小区比对。",
                "Encrypted under a key of one's own, given to nobody, never matched with another estate.",
            ),
        ),
        Words(
            "不同意：人脸停用并在各处删除；通行码和门禁卡照常。",
            "No: the face stops and is erased everywhere; QR pass and card go on.",
        ),
    ),
    Purpose.PHONE_CONTACT: Question(
        Words("保存手机号，方便物业联系？", "Keep the phone number so that the office can call?"),
        (Words("只有物业在有事时使用。", "Used by the office alone, when there is a reason."),),
        Words("不同意：以后不再用这个号码联系。", "No: the number is not used from now on."),
    ),
}

WHY = {
    Why.CHANGED: Words(
        "告知书有重要改动，请看新的一版再回答。在您回答之前，只按您同意过的旧用途办。",
        "The notice has changed in a way that matters. Until you answer, only what you agreed to before holds.",
    ),
    Why.ENDING: Words(
        "您的同意快到期了。想继续就点“同意”；不理会也可以，到期后自动删除。",
        "Your consent ends soon. Say yes to go on, or do nothing: it is then erased.",
    ),
    Why.FOURTEEN: Words(
        "满 14 岁了，以前由监护人回答的，现在请您自己决定。",
        "You are fourteen: what a guardian answered before, you now decide yourself.",
    ),
}
