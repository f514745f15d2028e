"""The rows of the audit chain in words: what was done, and who did it. The chain itself keeps the short tags."""

from __future__ import annotations

from collections.abc import Mapping

from access.domain.outbox import Task
from access.domain.reasons import Words

_STAFF = {
    "staff:account:create": Words("新建员工账号", "staff account made"),
    "staff:account:roles": Words("改员工岗位", "roles of an account changed"),
    "staff:account:disable": Words("停用员工账号", "staff account disabled"),
    "staff:account:enable": Words("启用员工账号", "staff account enabled"),
    "staff:account:reset": Words("重置员工密码和动态码", "password and authenticator reset"),
    "staff:account:password": Words("改自己的密码", "own password changed"),
    "staff:session:open": Words("登录", "signed in"),
    "staff:session:close": Words("退出", "signed out"),
    "staff:session:refuse": Words("登录没有成功", "sign-in refused"),
    "staff:session:lock": Words("登录多次失败，账号暂停", "too many failures, account rests"),
    "staff:residency:approve": Words("通过居住申请", "residency approved"),
    "staff:residency:refuse": Words("拒绝居住申请", "residency refused"),
    "staff:birth:correct": Words("更正出生年月", "month of birth corrected"),
    "staff:card:add": Words("登记门禁卡", "card registered"),
    "staff:card:import": Words("导入门禁卡", "cards imported"),
    "staff:card:freeze": Words("挂失门禁卡", "card reported lost"),
    "staff:card:release": Words("解除挂失", "card found again"),
    "staff:card:disable": Words("停用门禁卡", "card disabled"),
    "staff:enrolment:review": Words("核对人脸登记", "face enrolment checked"),
    "staff:challenge:save": Words("改登记时的动作要求", "movement asked of enrolments changed"),
    "staff:building:save": Words("改楼栋", "building saved"),
    "staff:household:save": Words("改房号", "household saved"),
    "staff:access_point:save": Words("改门", "access point saved"),
    "staff:schedule:save": Words("改时间表", "schedule saved"),
    "staff:rule:save": Words("改通行规则", "access rule changed"),
    "staff:area:save": Words("改区域", "area saved"),
    "staff:area:delete": Words("删除区域", "area deleted"),
    "staff:area:reset": Words("区域全部解除", "area reset"),
    "staff:passback:reset": Words("解除防重复进门", "anti-passback reset"),
    "staff:duress:set": Words("设置胁迫码", "duress code set"),
    "staff:alarm:seen": Words("接手静默报警", "silent alarm seen"),
    "staff:gates:propose": Words("提出全开、锁闭或恢复", "unlock, lockdown or normal proposed"),
    "staff:gates:confirm": Words("确认全开、锁闭或恢复", "unlock, lockdown or normal confirmed"),
    "staff:notice:publish": Words("发布告知书", "notice published"),
    "staff:report:publish": Words("发布业主报告", "report published"),
    "staff:rights:answer": Words("答复个人信息请求", "data request answered"),
    "staff:assessment:file": Words("存档影响评估", "impact assessment filed"),
    "staff:assessment:mark": Words("标记需要重新评估", "marked for assessment anew"),
    "staff:face:on": Words("开通人脸", "face switched on"),
    "staff:face:off": Words("关闭人脸", "face switched off"),
    "staff:disclosure:open": Words("登记调取文书", "authority's paper put on file"),
    "staff:disclosure:read": Words("看调取文书", "authority's paper read"),
    "staff:disclosure:identify": Words("核对案卷里的姓名", "name in a case checked"),
    "staff:disclosure:approve": Words("批准调取", "disclosure approved"),
    "staff:disclosure:refuse": Words("拒绝调取", "disclosure refused"),
    "staff:disclosure:export": Words("导出调取内容", "disclosure exported"),
    "staff:audit:read": Words("查看审计记录", "audit chain read"),
    "staff:audit:verify": Words("核验审计链", "audit chain verified"),
    "staff:audit:export": Words("导出审计记录", "audit chain exported"),
}
_PEOPLE = {
    "person:consent:answer": Words("住户回答同意问题", "question of consent answered"),
    "person:consent:guardian": Words("监护人代答同意问题", "question of consent answered by a guardian"),
    "person:residency:request": Words("申请居住登记", "residency asked for"),
    "person:face:sample": Words("提交人脸画面", "face sample sent"),
    "person:name:change": Words("更正姓名", "name corrected"),
    "person:birth:say": Words("填写出生年月", "month of birth given"),
    "person:child:remove": Words("删除孩子的登记", "child's registration removed"),
    "person:report:acknowledge": Words("签收业主报告", "report acknowledged"),
    "person:rights:ask": Words("提出个人信息请求", "data request put"),
    "person:account:close": Words("注销账号", "account closed"),
    "resident:account:join": Words("绑定另一个微信入口", "second WeChat entry linked"),
    "resident:visitor:invite": Words("邀请访客", "visitor invited"),
    "resident:visitor:revoke": Words("取消访客通行码", "visitor's pass cancelled"),
    "residency:end": Words("居住结束", "residency ended"),
}
_SYSTEM = {
    "alarm:assessment:lapsed": Words("警报：影响评估过期", "alarm: assessment lapsed"),
    "alarm:faces:many": Words("警报：人脸人数接近备案线", "alarm: many faces, filing is near"),
    "alarm:look:many": Words("警报：一人查看很多住户", "alarm: many residents looked up by one"),
    "alarm:rights:overdue": Words("警报：个人信息请求逾期", "alarm: data request overdue"),
    "alarm:erasure:overdue": Words("警报：数据清除逾期", "alarm: erasure overdue"),
    "fault:face:orphan": Words("故障：没有同意的人脸特征", "fault: face reference without consent"),
    "disclosure:told": Words("已把调取告诉住户", "residents told of a disclosure"),
    "erasure:request": Words("开始清除数据", "erasure begun"),
    "erasure:receipt": Words("收到清除回执", "erasure receipt taken"),
    "erasure:complete": Words("数据清除完成", "erasure complete"),
    "face:edge:ticket": Words("生成门口登记码", "code for an enrolment at a gate"),
    "face:renewal:begin": Words("开始更新人脸特征", "renewal of face references begun"),
    "face:renewal:end": Words("更新人脸特征结束", "renewal of face references ended"),
    "job:face:enrolment": Words("处理人脸登记", "face enrolment worked on"),
    "job:face:on": Words("系统开通人脸", "face switched on by the clock"),
    "job:face:off": Words("系统关闭人脸", "face switched off by the clock"),
    "gate:claim:offer": Words("生成设备认领码", "claim code for a gate made"),
    "gate:claim:take": Words("设备认领", "gate claimed"),
    "gate:revoke": Words("停用设备", "gate revoked"),
    "gate:edge:enrolled": Words("在门口设备登记了人脸", "face enrolled in a gate"),
    "gate:edge:gone": Words("门口设备里的人脸没有了", "face gone from a gate"),
    "gate:fire": Words("消防释放", "fire release"),
    "gate:tamper": Words("设备被打开或门被强开", "gate opened or door forced"),
    "gate:held": Words("门长时间未关", "door held open"),
    "terminal:register": Words("登记门禁终端", "terminal let in"),
    "terminal:card:hold": Words("卡存入门禁终端", "card kept in a terminal"),
    "estate:keys:rotate": Words("更换小区密钥", "estate's keys rotated"),
    "operator:estate:found": Words("建立小区", "estate founded"),
    "operator:faces:filed": Words("记录人脸备案", "filing of faces recorded"),
    "operator:keys:move": Words("迁移密钥", "keys moved"),
    "operator:master:rotate": Words("更换主密钥", "master key rotated"),
}
_TASKS = {
    Task.FACE_WORK: Words("人脸登记", "face enrolment"),
    Task.MESSAGE: Words("通知住户", "message to a resident"),
    Task.FETCH_SAMPLE: Words("取聊天里的照片", "fetching a picture sent in chat"),
    Task.ERASE: Words("清除数据", "erasing"),
    Task.CERTIFICATE: Words("删除证明", "erasure certificate"),
}
_GIVEN_UP = {
    f"outbox:{task}:buried": Words(f"多次没有成功，已放弃：{words.zh}", f"given up after many tries: {words.en}")
    for task, words in _TASKS.items()
}
WORDS: Mapping[str, Words] = {**_STAFF, **_PEOPLE, **_SYSTEM, **_GIVEN_UP}
"""By tag."""

_ACTORS = {
    "staff": Words("员工", "staff"),
    "person": Words("住户", "resident"),
    "gate": Words("设备", "gate"),
    "job": Words("系统定时任务", "the clock"),
    "operator": Words("运维人员", "operator"),
    "cli": Words("运维人员", "operator"),
}


def deed(tag: str) -> Words | None:
    """What a row says was done; None for a tag without words, which is then shown as it is."""
    return WORDS.get(tag)


def actor(text: str) -> Words | None:
    """What kind of actor did it, from ``kind:id``."""
    return _ACTORS.get(text.partition(":")[0])
