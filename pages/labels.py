"""Short names of states, roles and ways in, as the pages show them."""

from __future__ import annotations

from enum import StrEnum

from access.domain.consent import ConsentStatus, Purpose
from access.domain.credentials import CredentialKind, CredentialStatus
from access.domain.enrolment import EnrolmentStatus
from access.domain.events import Opening
from access.domain.people import App
from access.domain.places import Method
from access.domain.reading import ReadPurpose
from access.domain.reasons import Words
from access.domain.residency import ResidencyStatus, Role
from access.domain.rights import RightsKind, RightsState
from access.services.invite_visitor import VisitState
from access.services.remote_open import Progress

_LABELS: tuple[tuple[StrEnum, Words], ...] = (
    (Role.OWNER, Words("业主", "Owner")),
    (Role.FAMILY, Words("家人", "Family")),
    (Role.TENANT, Words("租户", "Tenant")),
    (Role.HELPER, Words("保姆、护工等", "Helper")),
    (ResidencyStatus.PENDING, Words("等待物业审核", "Waiting for the property office")),
    (ResidencyStatus.APPROVED, Words("已通过", "Approved")),
    (ResidencyStatus.REFUSED, Words("未通过", "Refused")),
    (ResidencyStatus.ENDED, Words("已结束", "Ended")),
    (Purpose.ACCESS, Words("保存姓名和住户，用于开门", "Keep name and household to open doors")),
    (Purpose.FACE_USE, Words("用人脸开门", "Use my face to open doors")),
    (Purpose.FACE_SERVER, Words("在小区服务器上保存和比对人脸", "Keep and match my face on the estate's server")),
    (Purpose.PHONE_CONTACT, Words("保存手机号，方便物业联系", "Keep my phone number for contact")),
    (ConsentStatus.GIVEN, Words("同意", "Yes")),
    (ConsentStatus.REFUSED, Words("不同意", "No")),
    (ConsentStatus.WITHDRAWN, Words("已撤回", "Withdrawn")),
    (ConsentStatus.EXPIRED, Words("已到期", "Ended")),
    (Method.QR, Words("通行码", "QR pass")),
    (Method.CARD, Words("门禁卡", "Card")),
    (Method.FACE, Words("人脸", "Face")),
    (Method.FACE_EDGE, Words("人脸（门口比对）", "Face (at the gate)")),
    (Method.REMOTE, Words("手机开门", "From the phone")),
    (Opening.NONE, Words("未开门", "Stayed shut")),
    (Opening.PENDING, Words("正在开门", "Opening")),
    (Opening.OPENED, Words("门已开", "Opened")),
    (Opening.FAILED, Words("没有打开", "Did not open")),
    (Opening.UNKNOWN, Words("不确定是否打开", "Not known whether it opened")),
    (Progress.PENDING, Words("正在开门，请稍等…", "Opening, please wait…")),
    (Progress.OPENED, Words("门已开，请进", "Opened, please enter")),
    (Progress.FAILED, Words("没有打开，请用通行码或门禁卡", "It did not open. Use your QR pass or card")),
    (Progress.UNKNOWN, Words("不确定是否打开，请看看门", "Not known whether it opened. Please look at the door")),
    (VisitState.UPCOMING, Words("还没到时间", "Not yet")),
    (VisitState.OPEN, Words("现在可用", "Valid now")),
    (VisitState.USED, Words("已用完", "Used")),
    (VisitState.EXPIRED, Words("已过期", "Expired")),
    (VisitState.REVOKED, Words("已取消", "Cancelled")),
    (EnrolmentStatus.PENDING, Words("正在处理", "Being looked at")),
    (EnrolmentStatus.REJECTED, Words("照片不能用", "The picture cannot be used")),
    (EnrolmentStatus.REVIEW, Words("等待物业当面核对", "Waiting for the property office to check")),
    (EnrolmentStatus.DONE, Words("已登记", "Enrolled")),
    (EnrolmentStatus.CANCELLED, Words("已取消", "Cancelled")),
    (CredentialKind.CARD, Words("门禁卡", "Card")),
    (CredentialKind.FACE, Words("人脸", "Face")),
    (CredentialStatus.ACTIVE, Words("可用", "Active")),
    (CredentialStatus.FROZEN, Words("暂停", "Frozen")),
    (CredentialStatus.DISABLED, Words("停用", "Disabled")),
    (App.OFFICIAL_ACCOUNT, Words("公众号", "Official account")),
    (App.MINI_PROGRAM, Words("小程序", "Mini-program")),
    (ReadPurpose.SHOW_TO_SUBJECT, Words("本人查看", "You looked yourself")),
    (ReadPurpose.DECIDE_RESIDENCY, Words("审核住户申请", "Deciding a residency request")),
    (ReadPurpose.MANAGE_RESIDENTS, Words("管理住户", "Managing residents")),
    (ReadPurpose.HANDLE_INCIDENT, Words("处理事件", "Handling an incident")),
    (ReadPurpose.SEND_SERVICE_MESSAGE, Words("给您发送通知", "Sending you a message")),
    (ReadPurpose.HOST_VISITOR, Words("显示访客信息", "Showing a visitor's name")),
    (ReadPurpose.GUARDIAN, Words("监护人查看", "Your guardian looked")),
    (ReadPurpose.RIGHTS_REQUEST, Words("处理您的权利请求", "Handling your rights request")),
    (ReadPurpose.DISCLOSURE, Words("依法向有关机关提供", "Disclosure required by law")),
    (RightsKind.CORRECTION, Words("更正", "Correction")),
    (RightsKind.DELETION, Words("删除", "Deletion")),
    (RightsKind.EXPLANATION, Words("解释一次决定", "Explanation of a decision")),
    (RightsKind.OBJECTION, Words("反对", "Objection")),
    (RightsKind.COPY, Words("一份副本", "A copy")),
    (RightsState.OPEN, Words("等待答复", "Waiting for an answer")),
    (RightsState.DONE, Words("已办理", "Done")),
    (RightsState.REFUSED, Words("未能办理", "Refused")),
)
_BY_KIND = {(type(value), value): words for value, words in _LABELS}
"""Members of two enumerations may be equal as text, so the kind is part of the key."""


def label(value: StrEnum) -> Words:
    """The words of a value; every value of the enumerations above has some."""
    return _BY_KIND[type(value), value]
