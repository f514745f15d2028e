"""Words for a person on the phone: what went wrong and what to do now, by error code. Never an exception's text."""

from __future__ import annotations

from access.domain.errors import KaimenError
from access.domain.faces import QualityReason
from access.domain.reasons import Words

SIGN_IN_NEEDED = Words("请先登录。", "Please sign in first.")
UNEXPECTED = Words(
    "出了点问题，没有完成。请稍后再试；急着进门请用门禁卡或找保安。",
    "Something failed and nothing was done. Try again later; to enter now, use your card or ask the guard.",
)

WORDS: dict[str, Words] = {
    "request.invalid": Words("填写的内容有误，请检查后再试。", "Something is filled in wrongly. Please check it."),
    "request.size": Words("发送的内容太大。", "What was sent is too large."),
    "request.form": Words(
        "页面已过期，请返回后再试一次。", "The page has expired. Please go back and try once more."
    ),
    "request.method": Words("这个地址不支持这种请求。", "This address does not take that kind of request."),
    "request.unknown": Words("没有这个页面。", "There is no such page."),
    "session.none": SIGN_IN_NEEDED,
    "sign_in.often": Words("登录太频繁，请一分钟后再试。", "Too many sign-ins. Please try again in a minute."),
    "sign_in.state": Words("登录没有完成，请重新登录。", "Signing in was not completed. Please sign in once more."),
    "sign_in.code": Words("微信登录已过期，请重新登录。", "The WeChat sign-in has expired. Please sign in again."),
    "wechat.busy": Words("微信暂时繁忙，请稍后再试。", "WeChat is busy. Please try again shortly."),
    "wechat.timeout": Words("微信没有回应，请稍后再试。", "WeChat did not answer. Please try again shortly."),
    "bind.unknown": Words(
        "绑定码已失效，请重新生成一个。", "This link code is spent or has expired. Please make a new one."
    ),
    "bind.both_used": Words(
        "两个账号都已有自己的登记，不能合并。请联系物业。",
        "Both accounts have registrations of their own and cannot be joined. Please ask the property office.",
    ),
    "estate.unknown": Words("没有找到这个小区。", "There is no such estate."),
    "household.unknown": Words(
        "没有找到这一户。请像“1-301”这样填写，或联系物业。",
        "No such dwelling. Write it like “1-301”, or ask the property office.",
    ),
    "person.name": Words(
        "请填写姓名，1 到 40 个字，要有文字，不要 < > { } 这些符号。",
        "Please give your name: 1 to 40 characters, with letters and without < > { }.",
    ),
    "person.unknown": Words("账号已注销。", "This account has been closed."),
    "child.unknown": Words(
        "您家没有登记这个孩子，或者孩子已满 14 周岁。",
        "No such child is registered in your household, or the child is fourteen by now.",
    ),
    "person.birth": Words("请填写出生年月，例如 2017-05。", "Give year and month of birth, such as 2017-05."),
    "person.not_a_child": Words(
        "满 14 周岁的孩子请自己登记。", "From fourteen on, young people register themselves."
    ),
    "person.birth_known": Words(
        "出生年月已经登记过；要更正请找物业。", "Year and month of birth stand already; the office corrects them."
    ),
    "residency.age": Words(
        "登记为家人，请回答是否已满 14 岁。", "As family, please say whether you are 14 or older."
    ),
    "residency.child": Words(
        "未满 14 周岁由同住的家长登记：请家长打开“家里的孩子”。",
        "Under 14 a parent of the household registers the child: under “Children” on their own phone.",
    ),
    "consent.not_a_child": Words(
        "孩子已满 14 周岁，由本人自己回答。", "The child is fourteen by now and answers for themselves."
    ),
    "bind.often": Words("试得太多了，请十分钟后再试。", "Too many tries. Please try again in ten minutes."),
    "report.unknown": Words("没有这份报告。", "There is no such report."),
    "report.not_yours": Words("只有本小区的住户可以签收。", "Only residents of this estate acknowledge it."),
    "rights.words": Words("请写清楚，1 到 500 个字。", "Please say what you ask for, 1 to 500 characters."),
    "rights.kind": Words("请选择一种请求。", "Please choose what you ask for."),
    "rights.about": Words("没有这条记录。", "There is no such entry."),
    "rights.many": Words(
        "已有五条请求在等答复，请先等等。", "Five requests are waiting already. Please wait for an answer."
    ),
    "consent.access": Words("请先阅读告知书并同意。", "Please read the notice and agree to it first."),
    "consent.notice": Words("请先阅读最新的告知书。", "Please read the newest notice first."),
    "consent.notice_changed": Words("告知书有新版本，请先阅读。", "The notice has changed. Please read it first."),
    "consent.face_off": Words(
        "这个小区不提供刷脸，请用通行码或门禁卡。", "This estate does not offer face. Use a QR pass or card."
    ),
    "consent.given": Words(
        "您之前同意过。要撤回请到“我的数据”。", "You agreed before. To withdraw, go to “My data”."
    ),
    "consent.status": Words("您没有同意过使用人脸。", "You have not agreed to the use of your face."),
    "consent.age": Words(
        "未满 14 岁由同住的监护人回答：请家长打开“家里的孩子”。",
        "Under 14 a guardian of the household answers: under “Children” on their own phone.",
    ),
    "notice.none": Words("小区还没有发布告知书。", "The estate has not published its notice yet."),
    "notice.unknown": Words("没有这一版告知书。", "There is no such version of the notice."),
    "residency.until": Words(
        "租户和帮工要填写最后一天，日期要在今天之后、五年之内。",
        "Tenants and helpers must give a last day, after today and within five years.",
    ),
    "residency.asked": Words("这一户您已经申请过了。", "You have asked for this dwelling already."),
    "residency.many": Words("等待审核的申请太多，请等物业处理。", "Too many requests are waiting for the office."),
    "face.off": Words("这个小区不提供刷脸。", "This estate does not offer face."),
    "face.channel": Words("这里不能拍照登记，请联系物业。", "Pictures are not taken here. Ask the office."),
    "face.consent": Words("需要先同意两项人脸授权。", "Both face questions must be answered with yes first."),
    "face.residency": Words("请先登记住户。", "Please register your dwelling first."),
    "edge.nowhere": Words(
        "您能走的门没有一台设备能自己识别人脸。请用通行码或门禁卡。",
        "No gate that you may use can match faces by itself. Please use your QR pass or card.",
    ),
    "edge.often": Words("登记码生成得太多了，请一小时后再试。", "Too many codes. Please try again in an hour."),
    "face.often": Words("尝试太频繁，请一小时后再试。", "Too many tries. Please try again in an hour."),
    "challenge.off": Words("这里不需要做动作，拍照即可。", "No movement is needed here: take a picture."),
    "challenge.often": Words(
        "尝试太频繁。请一小时后再试，或拍一张照片由物业当面核对。",
        "Too many tries. Try again in an hour, or take a picture and let the office check in person.",
    ),
    "challenge.spent": Words(
        "时间过了，或已经用过。请按“重新开始”，照新的提示做。",
        "That took too long or was used before. Start again and follow the new prompt.",
    ),
    "challenge.frames": Words(
        "没有拍够。请再来一次，做完动作前不要离开。", "Too few pictures were taken. Please try once more."
    ),
    "challenge.size": Words("画面太大，请再来一次。", "The pictures are too large. Please try once more."),
    "sample.count": Words("请发送 1 到 3 张照片。", "Please send 1 to 3 pictures."),
    "sample.size": Words("照片太大。请发小于 8 MB 的照片。", "The picture is too large. The limit is 8 MB."),
    "sample.small": Words("照片太小，看不清脸。请现拍一张。", "The picture is too small. Please take one now."),
    "sample.heic": Words(
        "这张照片是 HEIC 格式，无法读取。请现拍一张，或在苹果手机“设置-相机-格式”里选“兼容性最佳”后再拍。",
        "This picture is in HEIC format, which cannot be read. Please take one now, or set iPhone Settings, "
        "Camera, Formats to Most Compatible and take it again.",
    ),
    "sample.picture": Words(
        "这个文件不是能读的照片（JPEG、PNG 或 WebP）。", "This file is not a readable JPEG, PNG or WebP picture."
    ),
    "erasure.unknown": Words("没有这条删除记录。", "There is no such erasure."),
    "consent.unknown": Words("没有这条回答。", "There is no such answer."),
    "consent.guardian": Words(
        "只有同住的成年家人可以代孩子回答。", "Only an adult of the child's household may answer."
    ),
    "certificate.form": Words(
        "这不是本服务发出的收据或证明。", "This is no receipt or certificate of this service."
    ),
    "certificate.signature": Words(
        "签名不对：内容被改动过，或不是本服务发出的。",
        "The signature does not hold: it was changed or is not ours.",
    ),
    "certificate.receipt": Words("证明里有一张回执无效。", "A receipt inside the certificate does not hold."),
    "certificate.expired": Words("这份文件已过期，不能再使用。", "This document has expired and may not be used."),
    "verify.often": Words("验证太频繁，请一分钟后再试。", "Too many checks. Please try again in a minute."),
    "pass.no_right": Words(
        "您还没有可用的门。物业通过申请后，通行码就在这里。",
        "You have no door yet. Once the office approves your request, your pass is here.",
    ),
    "visit.no_right": Words("您还没有可用的门，暂时不能邀请。", "You have no door yet, so you cannot invite."),
    "visit.name": Words("访客姓名最多 40 个字。", "A visitor's name has at most 40 characters."),
    "visit.window": Words(
        "请检查时间：结束要晚于开始和现在，最长 7 天，最多提前 30 天，不超过您自己的居住期。",
        "Check the time: it must end later than it begins and than now, last 7 days at most, begin within 30 days "
        "and end within your own stay.",
    ),
    "visit.entries": Words("进门次数是 1 到 20 次。", "The number of entries is 1 to 20."),
    "visit.no_doors": Words("请至少选一道门。", "Please choose at least one door."),
    "visit.doors": Words("只能选择您自己能用的门。", "You can only choose doors of your own."),
    "visit.many": Words("有效邀请最多 20 个，请先取消一些。", "You have 20 open invitations. Cancel some first."),
    "visit.often": Words("邀请太频繁，请稍后再试。", "Too many invitations. Please try again later."),
    "visit.revoked": Words("这个邀请已经取消了。", "This invitation was cancelled before."),
    "visit.unknown": Words("没有这个邀请。", "There is no such invitation."),
    "visit.link": Words(
        "这个链接无效，或者访问已结束、信息已删除。请联系邀请您的住户。",
        "This link is not valid, or the visit is over and its data removed. Ask the resident who invited you.",
    ),
    "remote.often": Words("开门太频繁，请一分钟后再试。", "Too many tries to open. Please try again in a minute."),
    "remote.stale": Words(
        "这次开门已过时，或手机时间不准。请检查手机时间后再按一次。",
        "This wish is too old, or the phone's clock is wrong. Check the clock and press again.",
    ),
    "gate.offline": Words(
        "这道门暂时离线，没有开门。请用通行码、门禁卡或找保安。",
        "The gate is offline and stayed shut. Use your QR pass or card, or ask the guard.",
    ),
    "access_point.unknown": Words("没有这道门。", "There is no such door."),
    "command.unknown": Words("没有这次开门记录。", "There is no such opening."),
}

_BY_STATUS = {
    400: WORDS["request.invalid"],
    401: SIGN_IN_NEEDED,
    403: Words("您不能这样做。如有疑问请联系物业。", "You may not do this. Ask the property office if in doubt."),
    404: Words("没有找到。", "Nothing was found."),
    409: Words("情况已经变化，请刷新后再试。", "Things have changed meanwhile. Refresh and try again."),
    413: WORDS["request.size"],
    429: Words("太频繁了，请稍后再试。", "Too often. Please try again later."),
    503: Words("系统忙，请稍后再试。", "Busy. Please try again shortly."),
}

QUALITY: dict[QualityReason, Words] = {
    QualityReason.NOT_A_PICTURE: Words("照片打不开，请重新拍一张。", "The picture cannot be opened. Take another."),
    QualityReason.HEIC: Words(
        "HEIC 格式的照片打不开。请在这里直接拍照；或在苹果手机“设置-相机-格式”里选“兼容性最佳”再拍。",
        "HEIC pictures cannot be opened. Take it here, or set iPhone Settings, Camera, Formats to Most Compatible.",
    ),
    QualityReason.TOO_LARGE: Words("照片太大，请重新拍一张。", "The picture is too large. Take another."),
    QualityReason.NO_FACE: Words("照片里没有看到脸，请正对镜头再拍。", "No face was seen. Face the camera."),
    QualityReason.SEVERAL_FACES: Words("照片里不止一个人，请单独拍。", "More than one person. Take it alone."),
    QualityReason.CUT_OFF: Words(
        "脸没有拍全，请让整张脸都在画面里。", "Part of your face is cut off. Fit all of it in."
    ),
    QualityReason.TOO_SMALL: Words("脸太小，请靠近一些。", "The face is too small. Come nearer."),
    QualityReason.BLURRED: Words("照片模糊，请拿稳手机再拍。", "Blurred. Hold the phone still and retry."),
    QualityReason.TOO_DARK: Words("光线太暗，请到亮一点的地方。", "Too dark. Go where there is more light."),
    QualityReason.TOO_BRIGHT: Words("光线太强，请避开强光。", "Too bright. Turn away from the strong light."),
    QualityReason.TURNED_AWAY: Words("请正对镜头，不要侧脸。", "Please look straight into the camera."),
    QualityReason.EYES_CLOSED: Words("请睁开眼睛再拍。", "Please keep your eyes open."),
    QualityReason.COVERED: Words(
        "脸被遮住了，请摘下口罩、墨镜或帽子。", "Your face is covered. Take off mask, sunglasses or hat."
    ),
    QualityReason.NOT_LIVE: Words(
        "请本人现场拍照，不要翻拍照片或屏幕。", "Take it live, not from a print or a screen."
    ),
    QualityReason.NOT_TURNED: Words(
        "没有看到转头。请先正对镜头，再照提示的方向慢慢转头。不方便就选“做不了这个动作”。",
        "No turn was seen. Look straight first, then turn slowly the way shown, or choose “I cannot do this”.",
    ),
    QualityReason.NOT_BLINKED: Words(
        "没有看到眨眼。请看着镜头，慢慢闭眼再睁开。不方便就选“做不了这个动作”。",
        "No blink was seen. Look at the camera, close your eyes and open them, or choose “I cannot do this”.",
    ),
    QualityReason.INCONSISTENT: Words("几张照片不像同一个人，请重拍。", "The pictures differ. Take them anew."),
}


def words_for(code: str, status: int) -> Words:
    """The words of a code; those of its HTTP status where the code has none of its own."""
    return WORDS.get(code) or _BY_STATUS.get(status, UNEXPECTED)


def words_of(error: KaimenError) -> Words:
    return words_for(error.code, error.status)
