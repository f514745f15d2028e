"""What the screen says about a face that stays in this gate: what happens, and what the person does next."""

from __future__ import annotations

from access.domain.faces import QualityReason
from access.domain.reasons import Words

LOOK = Words("登记人脸（只留在这道门）：请看镜头", "Enrolling your face, in this gate only: look at the camera")
AGAIN = Words("很好，请再看一次镜头", "Good. Please look at the camera once more")
DONE = Words(
    "已登记，特征只留在这道门的设备里。别的门要另外登记。",
    "Enrolled. The reference stays in this gate alone; another gate needs its own enrolment.",
)
ABSENT = Words(
    "这道门不能自己识别人脸，不能登记。请用通行码或门禁卡。",
    "This gate cannot match faces by itself, so nothing is enrolled. Please use your QR pass or card.",
)
OFFLINE = Words(
    "这道门现在没有网络，登记需要网络。请稍后再来，进门用通行码或门禁卡。",
    "This gate has no network, and enrolling needs it. Come back later; enter with your pass or card.",
)
OVER = Words(
    "登记超时，没有保存。请重新出示登记码。", "Time is over and nothing was kept. Please show the code again."
)
ALIKE = Words(
    "和这道门已登记的一位太像，无法分清，没有登记。请用通行码或门禁卡，或问物业。",
    "Too near to somebody enrolled here to be told apart: nothing was kept. Use your pass or ask the office.",
)
DIFFERENT = Words(
    "几次画面不像同一个人，没有保存。请一个人重新看镜头。",
    "The looks do not seem to show one person, so none was kept. Please look at the camera alone.",
)
FULL = Words(
    "这道门已登记满，没有登记。请用通行码或门禁卡。",
    "This gate can hold no more faces. Please use your pass or card.",
)
FAILED = Words(
    "设备出了问题，没有登记。请用通行码或门禁卡。",
    "Something failed and nothing was kept. Please use your pass or card.",
)

_REFUSED = {
    "edge.ticket": Words(
        "这个登记码已用过、过期或不是本小区的。请在手机上重新打开。",
        "This enrolment code is used, too old or another estate's. Please open a new one on your phone.",
    ),
    "edge.place": Words(
        "您没有这道门的权限，不能在这里登记。", "You have no right to this door, so it is not the place to enrol."
    ),
    "edge.erasing": Words(
        "您以前的人脸还在从这道门删除，请过一分钟再来。",
        "An earlier reference of yours is still being erased here. Please come back in a minute.",
    ),
    "face.consent": Words(
        "您没有同意使用人脸，不能登记。请用通行码或门禁卡。",
        "You have not agreed to the use of your face, so nothing is enrolled. Please use your pass or card.",
    ),
    "face.residency": Words("只有现在的住户可以登记。", "Only somebody who lives here now can enrol."),
    "face.off": Words("这个小区没有人脸开门。", "This estate does not open doors by face."),
}
QUALITY = {
    QualityReason.NOT_A_PICTURE: Words(
        "镜头画面读不出来，请再试。", "The picture could not be read. Please try again."
    ),
    QualityReason.HEIC: Words("镜头画面读不出来，请再试。", "The picture could not be read. Please try again."),
    QualityReason.TOO_LARGE: Words(
        "镜头画面太大，请告诉物业。", "The camera's picture is too large; tell the office."
    ),
    QualityReason.NO_FACE: Words("没有看到脸，请正对镜头。", "No face was found. Please face the camera."),
    QualityReason.SEVERAL_FACES: Words(
        "不止一个人，请一个人看镜头。", "More than one person. One at a time, please."
    ),
    QualityReason.CUT_OFF: Words("脸没有拍全，请退后一些。", "Part of your face is out of view. Please step back."),
    QualityReason.TOO_SMALL: Words("请走近一些。", "Please come nearer."),
    QualityReason.BLURRED: Words("画面模糊，请站稳看镜头。", "Blurred. Please stand still and look at the camera."),
    QualityReason.TOO_DARK: Words("太暗，请站到亮处。", "Too dark. Please stand where there is more light."),
    QualityReason.TOO_BRIGHT: Words("太亮，请避开直射光。", "Too bright. Please avoid direct light."),
    QualityReason.TURNED_AWAY: Words("请正对镜头。", "Please look straight at the camera."),
    QualityReason.EYES_CLOSED: Words("请睁开眼睛。", "Please open your eyes."),
    QualityReason.COVERED: Words("请摘下口罩、墨镜或帽子。", "Please take off mask, sunglasses or hat."),
    QualityReason.NOT_LIVE: Words(
        "看起来像翻拍，请本人看镜头。", "This looks like a picture. Please look in yourself."
    ),
    QualityReason.INCONSISTENT: DIFFERENT,
}


def refusal(code: str) -> Words:
    """Why the service did not take the ticket."""
    return _REFUSED.get(code, FAILED)
