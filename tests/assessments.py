"""An impact assessment for tests, as the data-protection role would file one."""

from __future__ import annotations

from access.domain.assessment import Assessment
from access.domain.staff import Staff
from access.domain.times import DAY
from access.services import assess
from access.services.house import House

PAPER = b"%PDF-1.7 impact assessment"


def form(at: int, days: int = 365) -> assess.Form:
    """A whole form, to be reviewed after `days`."""
    return assess.Form(
        purpose="给愿意的住户多一种开门方式；通行码和门禁卡一样能用。 One more way in, for those who want it.",
        effects="误认、泄露、觉得不得不用。 Taken for another, leaked, felt as a must.",
        measures="按人加密、撤回即删、分两次同意、读码器并列。 Key per person, erased at once, two consents.",
        officer="业委会数据保护岗 data-protection officer",
        attachment_name="assessment.pdf",
        attachment=PAPER,
        review_by=at + days * DAY,
    )


def offer_face(house: House, audit: Staff) -> Assessment:
    """File an assessment and switch face on."""
    filed = assess.file_assessment(house, audit, form(house.clock.now()))
    assess.switch_face(house, audit, True)
    return filed
