"""Why a presentation was denied: one code each, with words for the person (what happened, what to do now)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    UNREADABLE = "unreadable"
    CARD_UNREADABLE = "card_unreadable"
    UNKNOWN = "unknown"
    FORGED = "forged"
    OTHER_ESTATE = "other_estate"
    TOO_EARLY = "too_early"
    EXPIRED = "expired"
    STALE = "stale"
    REPEATED = "repeated"
    WRONG_ACCESS_POINT = "wrong_access_point"
    REVOKED = "revoked"
    USED = "used"
    FROZEN = "frozen"
    NO_RIGHT = "no_right"
    SCHEDULE = "schedule"
    METHOD_OFF = "method_off"
    NO_CONSENT = "no_consent"
    FACE_UNKNOWN = "face_unknown"
    FACE_QUALITY = "face_quality"
    FACE_CLAIM = "face_claim"
    FACE_CHALLENGE = "face_challenge"
    FACE_LATE = "face_late"
    FACE_PAUSED = "face_paused"
    FACE_OFFLINE = "face_offline"
    PASSED_BACK = "passed_back"
    LOCKDOWN = "lockdown"
    BUSY = "busy"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in both languages."""

    zh: str
    en: str


WORDS: dict[Reason, Words] = {
    Reason.UNREADABLE: Words(
        "没有读懂这个码。请把屏幕调亮，打开最新的通行码再试。",
        "The code could not be read. Brighten the screen, open the newest pass and try again.",
    ),
    Reason.CARD_UNREADABLE: Words(
        "没有读懂这张卡。请把卡平放在读卡处再试一次，或用通行码、找保安。",
        "The card could not be read. Hold it flat against the reader again, use your QR pass or ask the guard.",
    ),
    Reason.UNKNOWN: Words(
        "这张卡或通行码没有登记。请联系物业登记。",
        "This card or pass is not registered. Please ask the property office to register it.",
    ),
    Reason.FORGED: Words(
        "这不是本系统发出的通行码。请在小程序或公众号里重新打开通行码。",
        "This pass was not issued here. Please open your pass again from the mini-program or the chat.",
    ),
    Reason.OTHER_ESTATE: Words(
        "这是其他小区的通行码，不能在这里使用。",
        "This pass belongs to another estate and cannot be used here.",
    ),
    Reason.TOO_EARLY: Words(
        "还没到这张通行码的开始时间。请在约定时间再来。",
        "This pass is not valid yet. Please come back at the agreed time.",
    ),
    Reason.EXPIRED: Words(
        "这张通行码已过期。住户请刷新通行码，访客请联系邀请您的住户。",
        "This pass has expired. Residents: refresh it. Visitors: ask the resident who invited you.",
    ),
    Reason.STALE: Words(
        "这是旧的通行码（可能是截图）。请打开正在刷新的通行码。",
        "This is an old code (perhaps a screenshot). Please show the live, refreshing pass.",
    ),
    Reason.REPEATED: Words(
        "这个码刚刚在这里用过。请等几秒，通行码刷新后再试。",
        "This code was used here just now. Wait a few seconds until your pass refreshes, then try again.",
    ),
    Reason.WRONG_ACCESS_POINT: Words(
        "这张通行码不能开这道门。请走通行码上写的门。",
        "This pass does not open this door. Please use a door that the pass names.",
    ),
    Reason.REVOKED: Words(
        "这张通行码或卡已被取消。请联系邀请您的住户或物业。",
        "This pass or card has been cancelled. Please ask the resident who invited you, or the office.",
    ),
    Reason.USED: Words(
        "这张通行码已经用过了。请联系邀请您的住户再发一张。",
        "This pass has already been used. Please ask the resident who invited you for another.",
    ),
    Reason.FROZEN: Words(
        "这张卡已挂失。找到卡后请联系物业解除挂失。",
        "This card was reported lost. If you have found it, ask the property office to release it.",
    ),
    Reason.NO_RIGHT: Words(
        "您目前没有这道门的权限。请联系物业。",
        "You have no right to this door at present. Please contact the property office.",
    ),
    Reason.SCHEDULE: Words(
        "这道门现在不在开放时间。请走其他门或联系物业。",
        "This door is closed at this hour. Please use another door or contact the property office.",
    ),
    Reason.METHOD_OFF: Words(
        "这道门不支持这种方式。请用通行码或门禁卡。",
        "This door does not take that. Please use a QR pass or a card.",
    ),
    Reason.NO_CONSENT: Words(
        "您没有同意使用人脸。请用通行码或门禁卡，一样方便。",
        "You have not agreed to the use of your face. Your QR pass or card works just as well.",
    ),
    Reason.FACE_UNKNOWN: Words(
        "没有认出来。请再试一次，或用通行码、门禁卡。照片不会保留。",
        "Not recognised. Try again, or use your QR pass or card. The picture is not kept.",
    ),
    Reason.FACE_QUALITY: Words(
        "看不清脸，或有几个人。请一次一人、正对镜头、靠近一些，或用通行码、门禁卡。",
        "No single clear face. One person at a time: face the camera, come nearer, or use your pass or card.",
    ),
    Reason.FACE_CLAIM: Words(
        "请先刷卡或出示通行码，再看镜头。",
        "Please show your card or pass first, then look at the camera.",
    ),
    Reason.FACE_CHALLENGE: Words(
        "没有看到提示的动作。请再看镜头，照提示慢慢转头或眨眼；不方便请用通行码、门禁卡。",
        "The movement asked for was not seen. Look again and turn or blink slowly, or use your pass or card.",
    ),
    Reason.FACE_LATE: Words(
        "时间过了。请再看镜头，照新的提示做；不方便请用通行码、门禁卡。",
        "That took too long. Look at the camera again and follow the new prompt, or use your pass or card.",
    ),
    Reason.FACE_PAUSED: Words(
        "连续多次没有认出，刷脸暂停一分钟。请用通行码或门禁卡。",
        "Too many failed tries: face is paused for a minute. Please use your QR pass or card.",
    ),
    Reason.FACE_OFFLINE: Words(
        "这道门现在没有网络，刷脸需要网络。请用通行码或门禁卡，断网也能用。",
        "This gate has no network and face needs it. Use your QR pass or card: they work without it.",
    ),
    Reason.PASSED_BACK: Words(
        "系统记录您已经进门。请稍后再试，或联系保安。",
        "You are recorded as already inside. Please try again later or ask the guard.",
    ),
    Reason.LOCKDOWN: Words(
        "这里暂停进入。请听保安安排，或走其他门。",
        "Nobody enters here for now. Please follow the guard's directions or use another door.",
    ),
    Reason.BUSY: Words(
        "系统忙，请稍等几秒再试，或用门禁卡。",
        "Busy. Please wait a few seconds and try again, or use your card.",
    ),
    Reason.FAULT: Words(
        "系统出了问题，门没有打开。请用门禁卡或找保安。",
        "Something failed and the door stayed shut. Please use your card or ask the guard.",
    ),
}
