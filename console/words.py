"""Words for people, both languages: errors by code, things done by code, and the terms of the lists."""

from __future__ import annotations

from enum import StrEnum

from access.domain.challenges import ChallengeRule
from access.domain.commands import CommandState
from access.domain.consent import ConsentStatus, Purpose
from access.domain.credentials import CredentialStatus
from access.domain.enrolment import EnrolmentStatus
from access.domain.erasure import Cause, HolderKind, Scope
from access.domain.events import Opening
from access.domain.incidents import Incident
from access.domain.places import Method
from access.domain.reading import ReadPurpose
from access.domain.reasons import WORDS as REASONS
from access.domain.reasons import Words
from access.domain.residency import ResidencyStatus, Role
from access.domain.staff import StaffRole
from access.services.gate_modes import Mode
from console import words_gates, words_privacy

ERRORS: dict[str, Words] = {
    "challenge.unsaved": Words("没有保存：请从列表里选一项。", "Not saved: choose one from each list."),
    "enrolment.picture": Words(
        "这个人登记时没有做动作：请在前台当面拍一张，与登记的人脸比对后才能启用。",
        "No movement was made at enrolment: take a picture here; it is compared before the face is used.",
    ),
    "enrolment.other_person": Words(
        "当面拍的和登记的不像同一个人。请退回，让本人重新登记。",
        "The picture taken here is not like the one enrolled. Send it back and let the person enrol anew.",
    ),
    "enrolment.unusable": Words(
        "这张照片不能比对：请正对镜头、光线均匀，再拍一张。",
        "This picture cannot be compared: face the camera in even light and take another.",
    ),
    "staff.sign_in": Words(
        "没有登录成功：账号、密码或动态码有误，或者动态码已用过。请等下一个动态码再试；多次失败后请等 15 分钟。",
        "Not signed in: name, password or code is wrong, or the code was used. Try the next code; "
        "after several failures wait 15 minutes.",
    ),
    "staff.session": Words("登录已结束，请重新登录。", "Your session has ended. Please sign in again."),
    "staff.role": Words(
        "您的岗位不能使用这一页。需要时请联系平台管理员。",
        "This page is for other roles. If you need it, ask your platform operator.",
    ),
    "staff.password": Words("当前密码不对。", "The present password is wrong."),
    "staff.new_password": Words(
        "新密码要 12–128 个字符，并且和现在的不同。",
        "A new password has 12 to 128 characters and differs from the present one.",
    ),
    "staff.name": Words(
        "登录名用 3–32 个小写字母、数字、点、横线。", "Use 3 to 32 of a-z, 0-9, dot, dash, underscore."
    ),
    "staff.display_name": Words("请填写 1–40 个字符。", "Use 1 to 40 characters."),
    "staff.roles": Words(
        "至少选一个岗位；“审计”和“平台”必须单独设账号。",
        "Choose at least one role; audit and platform stand alone in an account.",
    ),
    "staff.taken": Words("这个登录名已有人使用。请换一个。", "This sign-in name is taken. Choose another."),
    "staff.self": Words("不能更改自己的权限。请同事操作。", "You cannot change your own rights. Ask a colleague."),
    "staff.unknown": Words("没有这个账号。", "There is no such account."),
    "residency.unknown": Words(
        "本小区没有这条申请。请回到列表刷新。", "There is no such request in this estate. Go back to the list."
    ),
    "residency.status": Words(
        "这条申请刚刚已由同事处理。请回到列表。", "A colleague has just decided this request. Go back to the list."
    ),
    "residency.lapsed": Words(
        "申请的居住期已过，不能通过。请填写原因拒绝，请住户重新申请。",
        "The stay asked for has ended. Refuse it with a reason and ask the resident to apply anew.",
    ),
    "residency.reason": Words(
        "请填写 1–200 个字的原因，住户会看到。", "Give a reason of 1 to 200 characters; the resident sees it."
    ),
    "person.unknown": Words("本小区没有这位住户。", "There is no such resident in this estate."),
    "card.number": Words(
        "卡号是 4–20 位数字或 A–F。请再刷一次，或照卡面输入。",
        "A card number has 4 to 20 digits or A to F. Tap again, or type what is printed on the card.",
    ),
    "card.held": Words("这位住户已经有这张卡，不用再登记。", "This resident holds this card already."),
    "card.taken": Words(
        "这张卡已登记给别人。要换人请先停用旧的登记。",
        "This card is registered to somebody. Disable that registration first.",
    ),
    "card.many": Words("每人最多 5 张有效卡。请先停用一张。", "At most five cards a person. Disable one first."),
    "card.residency": Words(
        "只有在住的住户才能登记门禁卡。", "A card can be registered only to somebody who lives here now."
    ),
    "card.until": Words("截止日期已经过去。", "The end date has passed."),
    "card.status": Words("这张卡的状态已经变了，请刷新。", "The card's state has changed. Reload the page."),
    "card.unknown": Words("本小区没有这张卡。", "There is no such card in this estate."),
    "import.size": Words("一次 1–500 行，最多 64 KB。", "1 to 500 lines at a time, at most 64 kB."),
    "import.form": Words(
        "不是文字表格。请在表格软件里另存为 CSV，或复制单元格贴到下面。",
        "This is no table of text. Save it as CSV in the spreadsheet, or copy the cells and paste them below.",
    ),
    "import.empty": Words("请选文件，或把卡的列表贴到下面。", "Choose a file, or paste the cards below."),
    "import.width": Words(
        "比其他卡号短，可能少了前面的 0。补上；确实这么短就单独再导入一次。",
        "Shorter than the others: zeros in front may be gone. Put them back, or import it once more by itself.",
    ),
    "import.columns": Words("每行三列：房号,姓名,卡号。", "Three columns a line: household,name,card."),
    "import.household": Words("没有这个房号。", "There is no such household."),
    "import.name": Words("这户没有这个名字的在住住户。", "Nobody of that name lives there now."),
    "import.several": Words("这户不止一人，请写姓名。", "Several people live there: give the name."),
    "enrolment.unknown": Words("没有这条待核对的登记。", "No such enrolment is waiting."),
    "enrolment.status": Words(
        "这条登记已处理，或住户又拍了新的。请回到列表。",
        "It was decided already, or the resident has sent a newer picture. Go back to the list.",
    ),
    "face.off": Words("本小区没有启用人脸。", "This estate does not offer face."),
    "face.channel": Words("本小区没有启用前台拍照。", "Pictures at the desk are switched off here."),
    "face.consent": Words(
        "住户本人还没有同意（或已撤回）。请住户在自己的手机上决定；用卡和通行码一样方便。",
        "The resident has not agreed, or has withdrawn. They decide on their own phone; card and pass work too.",
    ),
    "edge.server": Words(
        "住户已同意两项，人脸登记在服务器上，不用在门口另外登记。",
        "The resident has agreed to both: the face is enrolled on the server, not at a gate.",
    ),
    "edge.nowhere": Words(
        "这位住户能走的门没有一台设备能自己识别人脸。",
        "No gate that this resident may use can match faces by itself.",
    ),
    "edge.often": Words(
        "一小时内生成的登记码太多了，请稍后再试。", "Too many codes within an hour. Try again later."
    ),
    "face.residency": Words("这位住户在本小区没有住处。", "This person has no household here."),
    "sample.count": Words("请选 1–3 张照片。", "Choose 1 to 3 pictures."),
    "sample.size": Words("每张照片最多 8 MB。", "A picture has at most 8 MB."),
    "sample.picture": Words(
        "这个文件不是照片（JPEG、PNG、WebP）。", "This file is not a picture (JPEG, PNG, WebP)."
    ),
    "place.name": Words("名称 1–40 个字符。", "A name has 1 to 40 characters."),
    "building.unknown": Words("没有这栋楼。", "There is no such building."),
    "household.label": Words(
        "每个房号 1–20 个字符，不能重复。", "A household label has 1 to 20 characters, each once."
    ),
    "household.many": Words("一次 1–500 户。", "1 to 500 households at a time."),
    "household.taken": Words("其中有房号已经登记。", "One of these households stands already."),
    "access_point.edge_challenge": Words(
        "画面不离开门口时，服务器看不到动作。两项只能选一项。",
        "Where no picture leaves the gate the service sees no movement: choose one of the two.",
    ),
    "access_point.face_only": Words(
        "每道门都要能用通行码或门禁卡：人脸不能是唯一的方式。",
        "Every door takes a QR pass or a card: face is never the only way in.",
    ),
    "access_point.relay": Words("开门时间 0.5–30 秒。", "Hold the door for 0.5 to 30 seconds."),
    "access_point.unknown": Words("本小区没有这道门。", "There is no such access point in this estate."),
    "schedule.unknown": Words("没有这个时间表。", "There is no such schedule."),
    "schedule.window": Words(
        "时间写成 06:00-22:30，从早到晚；过夜请写成两段。",
        "Write times as 06:00-22:30, earlier first; over midnight as two windows.",
    ),
    "schedule.windows": Words("一天最多六段，不能重叠。", "At most six windows a day, not crossing."),
    "schedule.special_days": Words("最多 60 个特殊日期。", "At most 60 special days."),
    "rule.taken": Words("这条规则已经有了。", "This rule stands already."),
    "rule.unknown": Words("没有这条规则。", "There is no such rule."),
    "notice.title": Words("标题 1–80 个字符。", "A title has 1 to 80 characters."),
    "notice.body": Words("正文 20–20,000 个字符。", "A text has 20 to 20,000 characters."),
    "notice.face_must": Words(
        "正文让人以为必须刷脸。请改写：人脸完全自愿，通行码和门禁卡一样能用。",
        "The text makes face sound like a must. Say that face is free, and pass and card work as well.",
    ),
    "notice.same": Words("正文没有变化，不需要发布。", "Nothing has changed, so there is nothing to publish."),
    "gate.unknown": Words("本小区没有这台设备。", "There is no such gate in this estate."),
    "gate.access_points": Words("请选择设备服务的门。", "Choose the access points of the gate."),
    "gate.name": Words("名称 1–60 个字符。", "A name has 1 to 60 characters."),
    "mode.unknown": Words("请选择一种状态。", "Choose a mode."),
    "mode.reason": Words("请填写 1–200 个字的原因。", "Give a reason of 1 to 200 characters."),
    "mode.same_person": Words(
        "这是您自己提出的，必须由另一位安保同事确认。",
        "This is your own proposal: another member of security has to confirm it.",
    ),
    "mode.proposal": Words(
        "这条提议已经执行，或超过 10 分钟失效。需要时请重新提出。",
        "It was carried out already, or ran out after 10 minutes. Propose it again if it is still needed.",
    ),
    "event.unknown": Words("没有这条记录，可能已到期删除。", "No such record; it may have been deleted in time."),
    "looks.many": Words(
        "您一小时内查看的姓名太多。请稍后再试。", "You have read many names within an hour. Please try later."
    ),
    "purpose.unknown": Words("请选择一个用途。", "Please choose a purpose."),
    "form.csrf": Words(
        "页面放得太久或被别处打开，没有执行。请返回、刷新再试。",
        "The page was too old or came from elsewhere; nothing was done. Go back, reload, try again.",
    ),
    "form.size": Words("内容太大，没有接收。", "That is too large and was not taken."),
    "page.unknown": Words("没有这一页。", "There is no such page."),
    "page.method": Words("这一页不能这样打开。", "This page cannot be opened that way."),
    "page.wrong": Words(
        "请求有误，没有执行。请返回再试。", "Something in the request is wrong. Go back and try again."
    ),
    "page.fault": Words(
        "系统出错，没有完成。请再试一次；仍不行请告诉平台管理员时间和这一页的地址。",
        "Something failed and was not completed. Try again, or tell your platform operator when and where.",
    ),
}

DONE: dict[str, Words] = {
    "residency.approved": Words("已通过，住户会收到消息。", "Approved. The resident is being told."),
    "residency.refused": Words("已拒绝，住户会看到原因。", "Refused. The resident is being told the reason."),
    "residency.ended": Words(
        "已办理搬离：卡、通行码立即停用，人脸数据正在清除。",
        "Moved out: cards and passes stopped at once; face data is being erased.",
    ),
    "card.added": Words("卡已登记，可以马上使用。", "The card is registered and works at once."),
    "card.frozen": Words("已挂失，这张卡不能再开门。", "Reported lost: the card opens nothing now."),
    "card.released": Words("已解除挂失。", "The card works again."),
    "card.disabled": Words("卡已停用。", "The card is out of use."),
    "enrolment.approved": Words("已确认，住户可以刷脸了。", "Confirmed: the resident's face may open doors."),
    "enrolment.rejected": Words("已退回，数据已清除。", "Sent back; the data is gone."),
    "enrolment.sent": Words(
        "照片已收到，正在处理，原图随后删除。", "Taken; being worked on. The picture is then deleted."
    ),
    "challenge.saved": Words("已保存。下一次登记就按新的要求。", "Saved. It holds from the next enrolment on."),
    "place.saved": Words("已保存，各门稍后自动更新。", "Saved. Gates follow by themselves."),
    "rule.deleted": Words("规则已删除。", "The rule is gone."),
    "gate.revoked": Words("设备已停用，不能再连接。", "The gate is revoked and cannot connect."),
    "mode.proposed": Words(
        "已提出，还没有执行。请另一位安保同事在 10 分钟内登录本页确认。",
        "Proposed; nothing has happened yet. Another member of security has to confirm here within 10 minutes.",
    ),
    "passback.reset": Words("已解除，这位住户现在可以再次进门。", "Reset: the resident may enter again now."),
    "notice.published": Words(
        "已发布，新的同意以此版本为准。", "Published. Consents refer to this version from now on."
    ),
    "staff.saved": Words("账号已更新。", "The account is changed."),
    "staff.password_changed": Words(
        "密码已改，请用新密码登录。", "Password changed. Please sign in with the new one."
    ),
    "staff.signed_out": Words("已退出。", "You are signed out."),
    "staff.session": Words("请先登录。", "Please sign in first."),
}

_TERMS: tuple[tuple[StrEnum, Words], ...] = (
    (Role.OWNER, Words("业主", "Owner")),
    (Role.FAMILY, Words("家人", "Family")),
    (Role.TENANT, Words("租户", "Tenant")),
    (Role.HELPER, Words("家政", "Helper")),
    (ResidencyStatus.PENDING, Words("待审批", "Waiting")),
    (ResidencyStatus.APPROVED, Words("在住", "Lives here")),
    (ResidencyStatus.REFUSED, Words("已拒绝", "Refused")),
    (ResidencyStatus.ENDED, Words("已搬离", "Ended")),
    (CredentialStatus.ACTIVE, Words("可用", "In use")),
    (CredentialStatus.FROZEN, Words("已挂失", "Reported lost")),
    (CredentialStatus.DISABLED, Words("已停用", "Disabled")),
    (ConsentStatus.GIVEN, Words("同意", "Agreed")),
    (ConsentStatus.REFUSED, Words("不同意", "Refused")),
    (ConsentStatus.WITHDRAWN, Words("已撤回", "Withdrawn")),
    (ConsentStatus.EXPIRED, Words("已到期", "Ended")),
    (Purpose.ACCESS, Words("登记姓名和房号用于开门", "Name and household to open doors")),
    (Purpose.FACE_USE, Words("用人脸开门", "Use my face to open doors")),
    (Purpose.FACE_SERVER, Words("在服务器保存和比对人脸", "Keep and match my face on the server")),
    (Purpose.PHONE_CONTACT, Words("保存电话以便联系", "Keep my phone number to be reached")),
    (EnrolmentStatus.PENDING, Words("处理中", "Being worked on")),
    (EnrolmentStatus.REJECTED, Words("未通过", "Not usable")),
    (EnrolmentStatus.REVIEW, Words("待核对", "To be checked")),
    (EnrolmentStatus.DONE, Words("已登记", "Enrolled")),
    (EnrolmentStatus.CANCELLED, Words("已取消", "Cancelled")),
    (Method.QR, Words("通行码", "QR pass")),
    (Method.CARD, Words("门禁卡", "Card")),
    (Method.FACE, Words("人脸", "Face")),
    (Method.FACE_EDGE, Words("人脸（门口比对）", "Face (at the gate)")),
    (Method.REMOTE, Words("手机开门", "Remote open")),
    (ChallengeRule.NONE, Words("不要求", "nothing")),
    (ChallengeRule.TURN, Words("转头", "turn the head")),
    (ChallengeRule.BLINK, Words("眨眼", "blink")),
    (ChallengeRule.EITHER, Words("转头或眨眼，随机", "turn or blink, by chance")),
    (Opening.NONE, Words("未开门", "Stayed shut")),
    (Opening.PENDING, Words("等待回报", "Waiting for the door")),
    (Opening.OPENED, Words("门已打开", "Opened")),
    (Opening.FAILED, Words("没有打开", "Did not open")),
    (Opening.UNKNOWN, Words("结果未知", "Unknown")),
    (Mode.UNLOCK, Words("全开", "Unlock all")),
    (Mode.LOCKDOWN, Words("锁闭", "Lockdown")),
    (Mode.NORMAL, Words("恢复正常", "Return to normal")),
    (CommandState.ISSUED, Words("已发出，等待回报", "Sent, no answer yet")),
    (CommandState.RECEIVED, Words("已收到", "Received")),
    (CommandState.DONE, Words("已执行", "Done")),
    (CommandState.DENIED, Words("设备拒绝", "Denied")),
    (CommandState.EXPIRED, Words("已过期，没有执行", "Expired, not done")),
    (CommandState.FAILED, Words("没有成功", "Failed")),
    (CommandState.UNKNOWN, Words("结果未知", "Unknown")),
    (Incident.DURESS, Words("胁迫码", "Duress code")),
    (Incident.FORCED, Words("门被强行打开", "Door forced")),
    (Incident.HELD, Words("门长时间未关", "Door held open")),
    (Incident.CASE, Words("设备外壳被打开", "Device case opened")),
    (Incident.FIRE, Words("消防联动", "Fire release")),
    (Scope.FACE, Words("人脸", "Face")),
    (Scope.PERSON, Words("全部资料", "Everything")),
    (Cause.WITHDRAWN, Words("撤回同意", "Consent withdrawn")),
    (Cause.MOVED_OUT, Words("搬离", "Moved out")),
    (Cause.TENANCY_ENDED, Words("租期结束", "Stay ended")),
    (Cause.CONSENT_EXPIRED, Words("同意到期", "Consent expired")),
    (Cause.ACCOUNT_CLOSED, Words("注销", "Account closed")),
    (Cause.ORPHAN, Words("无主数据", "Orphan")),
    (Cause.RENEWED, Words("识别方式更新", "References renewed")),
    (HolderKind.DATABASE, Words("数据库", "Database")),
    (HolderKind.FACE_PROCESS, Words("人脸服务", "Face process")),
    (HolderKind.GATE, Words("门口设备", "Gate")),
    (HolderKind.KEY_LIST, Words("备份密钥", "Backup keys")),
    (ReadPurpose.MANAGE_RESIDENTS, Words("住户管理", "Manage residents")),
    (ReadPurpose.HANDLE_INCIDENT, Words("处理事件", "Handle an incident")),
    (ReadPurpose.DECIDE_RESIDENCY, Words("审批居住", "Decide a residency")),
    (StaffRole.OPERATIONS, Words("客服", "Operations")),
    (StaffRole.SECURITY, Words("安保", "Security")),
    (StaffRole.AUDIT, Words("审计", "Audit")),
    (StaffRole.PLATFORM, Words("平台", "Platform")),
)
ERRORS |= words_privacy.ERRORS | words_gates.ERRORS
DONE |= words_privacy.DONE | words_gates.DONE
_BY_TYPE = {
    (type(value), value.value): words for value, words in (*_TERMS, *words_privacy.TERMS, *words_gates.TERMS)
}
"""By type as well: members of two lists with the same text are equal to Python."""

CHANNELS = {
    "chat": Words("公众号聊天", "Chat"),
    "page": Words("手机网页", "Phone page"),
    "mini_program": Words("小程序", "Mini-program"),
    "desk": Words("前台", "Desk"),
}

_UNNAMED = Words("没有完成，请返回再试。", "That was not completed. Go back and try again.")


def words_of(code: str) -> Words:
    """Words for an error or for something done; general ones for a code that has none of its own."""
    return ERRORS.get(code) or DONE.get(code) or _UNNAMED


def done(code: str) -> Words:
    """Words for something done; asked for by flashed notes."""
    return DONE.get(code) or words_of(code)


def say(code: str) -> str:
    """Both languages in one line, for an error at a field."""
    words = words_of(code)
    return f"{words.zh} {words.en}"


def term(value: StrEnum | str) -> Words:
    """Words for a value of a list; the value itself where it has none."""
    found = _BY_TYPE.get((type(value), value.value)) if isinstance(value, StrEnum) else CHANNELS.get(value)
    return found or Words(str(value), str(value))


def reason_words(value: StrEnum) -> Words:
    """Why an entry was denied."""
    return next((words for reason, words in REASONS.items() if reason is value), _UNNAMED)
