"""Words of the pages about the promise: requests, cases of an authority, impact assessments."""

from __future__ import annotations

from enum import StrEnum

from access.domain.assessment import Mark
from access.domain.disclosure import CaseState
from access.domain.disclosure import Field as Disclosed
from access.domain.reasons import Words
from access.domain.rights import RightsKind, RightsState

ERRORS: dict[str, Words] = {
    "report.unknown": Words("本小区没有这份报告。", "There is no such report in this estate."),
    "report.published": Words(
        "同事刚发布了一份报告，请回到列表再发布。", "A colleague published a moment ago: go back and publish again."
    ),
    "person.birth": Words("出生年月写成 2017-05。", "Write year and month of birth as 2017-05."),
    "rights.unknown": Words("本小区没有这条请求。", "There is no such request in this estate."),
    "rights.state": Words("这条请求已经答复过。", "This request has been answered."),
    "rights.answer": Words(
        "请写 1–500 个字的答复，住户会看到。", "Answer in 1 to 500 characters; the resident is told."
    ),
    "disclosure.unknown": Words("本小区没有这个案卷。", "There is no such case in this estate."),
    "disclosure.words": Words("请照文书填写，1–120 个字。", "Fill in as on the paper, 1 to 120 characters."),
    "disclosure.wildcard": Words(
        "只能写一个案子、一个人或一道门，不能写“全部”或通配符。",
        "One case, one person or one door: no “all”, no wildcard.",
    ),
    "disclosure.scan": Words("请附文书扫描件，最大 10 MB。", "Attach the scan of the paper, at most 10 MB."),
    "disclosure.target": Words("请只填一个住户编号，或只选一道门。", "Name one resident, or choose one door."),
    "disclosure.window": Words(
        "一道门最多 24 小时，一个人最多 31 天。", "At most 24 hours of a door, 31 days of a person."
    ),
    "disclosure.future": Words("只能是已经过去的时间。", "Only what has happened already."),
    "disclosure.fields": Words("请勾选文书要求的项目。", "Tick the fields that the paper asks for."),
    "disclosure.silence": Words("最迟一年内要告诉住户。", "Residents are told within a year."),
    "disclosure.same_person": Words(
        "登记、批准、导出要由不同的人做；一个人的两个账号也不行。",
        "Opening, approving and exporting take different people; two accounts of one person are one.",
    ),
    "disclosure.fresh_account": Words(
        "这个账号是在案卷登记之后新建、重置或改动的，不能参与这个案卷。请由原有的账号来办。",
        "This account was made, reset or changed after the case was opened: another, older account does this.",
    ),
    "disclosure.state": Words("这个案卷已不在这一步。请刷新。", "The case is past this step. Reload the page."),
    "disclosure.lapsed": Words("案卷已超过 14 天，请对方重出文书。", "Older than 14 days: ask for a new paper."),
    "disclosure.large": Words("记录太多，请缩短时间。", "Too many entries: name a shorter window."),
    "assessment.unknown": Words("本小区没有这份评估。", "There is no such assessment in this estate."),
    "assessment.words": Words("请写 20–20000 个字。", "Write 20 to 20,000 characters."),
    "assessment.name": Words("请填写 1–120 个字。", "Use 1 to 120 characters."),
    "assessment.attachment": Words("请附评估文件，最大 10 MB。", "Attach the document, at most 10 MB."),
    "assessment.review": Words("复审日期要在一年之内。", "The day of review lies within a year."),
    "assessment.marked": Words("没有可标记的评估，或已经标记。", "Nothing on file, or marked already."),
    "face.assessment": Words(
        "没有有效的影响评估，不能开通人脸。请先提交评估。",
        "Without a current impact assessment face stays off. File one first.",
    ),
    "face.same": Words("人脸已经是这个状态。", "Face stands so already."),
}

DONE: dict[str, Words] = {
    "report.published": Words("已发布，住户会在手机上看到。", "Published. Residents see it on their phones."),
    "birth.saved": Words("出生年月已更正。", "Year and month of birth are corrected."),
    "rights.answered": Words("已答复，住户会收到消息。", "Answered. The resident is being told."),
    "disclosure.opened": Words("已登记，等两位同事批准。", "On file. Two colleagues have to approve."),
    "disclosure.approved": Words("已记下您的批准。", "Your approval is recorded."),
    "disclosure.refused": Words("已拒绝，案卷结束。", "Refused. The case is closed."),
    "assessment.filed": Words("评估已存档。", "The assessment is on file."),
    "assessment.marked.done": Words(
        "已标记；人脸已关闭，重新评估后可再开。", "Marked. Face is off until assessed anew."
    ),
    "face.on": Words("人脸已开通，住户仍可自由选择。", "Face is offered; residents still choose freely."),
    "face.off": Words("人脸已关闭，通行码和卡照常。", "Face is off; passes and cards go on."),
}

TERMS: tuple[tuple[StrEnum, Words], ...] = (
    (RightsKind.CORRECTION, Words("更正", "Correction")),
    (RightsKind.DELETION, Words("删除", "Deletion")),
    (RightsKind.EXPLANATION, Words("解释", "Explanation")),
    (RightsKind.OBJECTION, Words("反对", "Objection")),
    (RightsKind.COPY, Words("复制", "Copy")),
    (RightsState.OPEN, Words("待答复", "To answer")),
    (RightsState.DONE, Words("已办理", "Done")),
    (RightsState.REFUSED, Words("已拒绝", "Refused")),
    (CaseState.OPEN, Words("待批准", "To approve")),
    (CaseState.APPROVED, Words("已批准，待导出", "Approved, to export")),
    (CaseState.REFUSED, Words("已拒绝", "Refused")),
    (CaseState.EXPORTED, Words("已导出", "Exported")),
    (Disclosed.ENTRIES, Words("出入记录", "Entries")),
    (Disclosed.NAME, Words("姓名", "Name")),
    (Disclosed.HOUSEHOLD, Words("户号", "Household")),
    (Mark.PURPOSE, Words("用途变更", "Purpose changed")),
    (Mark.INCIDENT, Words("发生事件", "Incident")),
)
