"""Words for what a service refused. Every code that has none of its own gets the general ones."""

from __future__ import annotations

from bot.move import Say, say

_WORDS = {
    "residency.asked": say("refused.residency_asked"),
    "residency.many": say("refused.residency_many"),
    "residency.until": say("refused.residency_until"),
    "consent.notice_changed": say("refused.notice_changed"),
    "consent.given": say("refused.consent_given"),
    "consent.face_off": say("refused.face_off"),
    "face.off": say("refused.face_off"),
    "face.consent": say("refused.face_consent"),
    "face.residency": say("refused.face_residency"),
    "consent.age": say("refused.under_14"),
    "consent.status": say("withdraw.nothing"),
    "gate.offline": say("refused.gate_offline"),
    "remote.stale": say("refused.open_stale"),
    "remote.often": say("refused.open_often"),
    "notice.none": say("notice.none"),
    "bind.unknown": say("refused.bind_unknown"),
    "bind.both_used": say("refused.bind_both_used"),
    "bind.often": say("refused.bind_often"),
    "person.birth_known": say("refused.birth_known"),
    "chat.busy": say("sorry.busy"),
    "database.unavailable": say("sorry.busy"),
}


def refusal(code: str) -> Say:
    return _WORDS.get(code, say("refused.other"))
