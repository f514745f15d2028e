"""Challenges and what each channel asks for, in SQL."""

from __future__ import annotations

from collections.abc import Mapping

from access.domain.challenges import Challenge, ChallengeRule, Movement
from access.domain.consent import Channel
from adapters.db.rows_rights import FaceChallengeRow
from adapters.db.session import Session
from adapters.db.table import Table

_CHALLENGES = Table(FaceChallengeRow, Challenge)


class SqlChallenges:
    """`access.stores_challenges.Challenges`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def rules(self, estate_id: str) -> Mapping[Channel, ChallengeRule]:
        rows = self._session.all("SELECT channel, rule FROM channel_challenge WHERE estate_id = ?", estate_id)
        return {Channel(channel): ChallengeRule(rule) for channel, rule in rows}

    def set_rule(self, estate_id: str, channel: Channel, rule: ChallengeRule) -> None:
        self._session.run(
            "INSERT INTO channel_challenge (estate_id, channel, rule) VALUES (?, ?, ?) "
            "ON CONFLICT (estate_id, channel) DO UPDATE SET rule = excluded.rule",
            estate_id,
            channel.value,
            rule.value,
        )

    def ask(self, challenge: Challenge) -> None:
        _CHALLENGES.save(self._session, challenge)

    def take(self, subject: str, challenge_id: str, used_by: str, at: int) -> Movement | None:
        rows = self._session.returned(
            "UPDATE face_challenge SET used_by = ? WHERE subject = ? AND id = ? AND expires_at > ? "
            "AND (used_by IS NULL OR used_by = ?) RETURNING movement",
            used_by,
            subject,
            challenge_id,
            at,
            used_by,
        )
        return Movement(rows[0][0]) if rows else None

    def drop(self, subject: str) -> None:
        self._session.run("DELETE FROM face_challenge WHERE subject = ?", subject)

    def delete_expired(self, at: int) -> int:
        return self._session.run("DELETE FROM face_challenge WHERE expires_at <= ?", at)
