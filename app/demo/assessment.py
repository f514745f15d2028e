"""The demo estate's impact assessment: an example of what a real one says, marked as one."""

from __future__ import annotations

from access.domain.staff import Staff
from access.domain.times import DAY
from access.services import assess
from access.services.house import House

PURPOSE = (
    "示例。让愿意的住户看镜头开门；通行码和门禁卡一样能用，谁都可以不用人脸。\n"
    "An example. Residents who wish open doors by face; pass and card serve just as well, nobody has to."
)
EFFECTS = (
    "示例。可能认错人；人脸数据泄露无法更换；有人会觉得不好意思拒绝。\n"
    "An example. Somebody is taken for another; a leaked face cannot be changed; some feel they cannot say no."
)
MEASURES = (
    "示例。两次单独同意，撤回两步即可；每人一把密钥，撤回即销毁；原图编码后立即删除；门口并列放置读码器。\n"
    "An example. Two separate consents, withdrawn in two taps; a key for each person, destroyed at withdrawal; "
    "pictures deleted after encoding; code readers beside every camera."
)


def offer_face(house: House, audit: Staff) -> None:
    """File the example and switch face on, as the data-protection role of a real estate would."""
    document = "\n\n".join((PURPOSE, EFFECTS, MEASURES)).encode()
    review_by = house.clock.now() + 365 * DAY
    form = assess.Form(
        PURPOSE, EFFECTS, MEASURES, "示例 example officer", "example-assessment.txt", document, review_by
    )
    assess.file_assessment(house, audit, form)
    assess.switch_face(house, audit, True)
