"""bot.conversation: whatever is heard, in whatever order, the conversation answers and loses nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from access.domain.consent import Purpose
from access.domain.residency import ROLES_WITH_END, ResidencyStatus
from access.services.ask_anew import Why
from adapters.texts.toml_texts import TomlTexts, load
from bot import words
from bot.conversation import LONGEST_TEXT, step
from bot.heard import Arrived, Clicked, Heard, Left, Nothing, Pictured, Said, Unusable
from bot.move import (
    Answer,
    AnswerAnew,
    FetchSelfie,
    GiveCode,
    JoinAccount,
    MarkRead,
    Move,
    OpenDoor,
    Register,
    SayBirth,
    WithdrawFace,
)
from bot.questions import ask
from bot.state import EMPTY_DRAFT, REGISTERING, State, Step, from_kept, to_open, to_private
from bot.words import Command
from tests.bot.world import ESTATES, World

TEXTS = load(Path(__file__).parents[2] / "templates" / "messages")
LONG_NAME = "阿卜杜拉·买买提·" * 5

# Weighted towards what moves a conversation, so that every step is reached often.
answers = st.sampled_from(
    ["1", "1", "1", "2", "3", "4", "同意", "不同意", "1-101", "2栋301", "租客", "业主", "2027-12-31", "12月31日",
     "王小明", LONG_NAME[:40], "确认", "改姓名", "改日期", "刷脸", "撤回人脸", "开门", "状态", "我的数据", "访客",
     "通行码", "门禁卡", "续", "签收", "孩子", "绑定", "bind ABCD-EFGH-JKLM", "家人",
     "帮助", "返回", "重新开始", "退出", "start over", "BACK", "", "    ", "9-999",
     "1999-01-01", "2099-01-01", "{0}{estate}%s", "'; DROP TABLE person; --", "]]><x/>", "长" * (LONGEST_TEXT + 1)]
)  # fmt: skip
said = st.builds(Said, st.one_of(answers, answers, answers, st.text(max_size=50)))
anything = st.one_of(
    said,
    said,
    said,
    st.just(Pictured("media")),
    st.builds(Arrived, st.sampled_from(["", "e1", "e1", "e2", "e9", "x"])),
    st.builds(Clicked, st.sampled_from([*(command.value for command in Command), "unknown"])),
    st.sampled_from([Unusable(), Nothing(), Left()]),
)


first_scenes = st.sampled_from(["", "e1"])
decisions = st.sampled_from([ResidencyStatus.APPROVED, *ResidencyStatus])
FITTING: dict[Step, tuple[Heard, ...]] = {
    Step.START: (Arrived("e1"), Arrived("e2"), Said("你好")),
    Step.HOUSEHOLD: (Said("1-101"), Said("1号楼102"), Said("301")),
    Step.ROLE: (Said("1"), Said("租客"), Said("帮工")),
    Step.LAST_DAY: (Said("12/31"), Said("2027年3月1日")),
    Step.NAME: (Said("王小明"), Said(LONG_NAME[:40])),
    Step.SUMMARY: (Said("1"), Said("确认"), Said("改姓名")),
    Step.NOTICE: (Said("1"), Said("同意"), Said("2")),
    Step.ENTRY: (Said("3"), Said("刷脸"), Said("1")),
    Step.AGE: (Said("1"), Said("1"), Said("2")),
    Step.FACE_USE: (Said("1"), Said("同意"), Said("2")),
    Step.FACE_SERVER: (Said("1"), Said("同意"), Said("2")),
    Step.SELFIE: (Pictured("media"), Said("好看吗"), Said("返回")),
    Step.HOME: (Said("6"), Said("3"), Said("刷脸")),
    Step.OF_AGE: (Said("1"), Said("2"), Said("返回")),
    Step.BIRTH: (Said("2015-09"), Said("昨天"), Said("返回")),
    Step.ANEW: (Said("1"), Said("2"), Said("也许")),
    Step.OPEN: (Said("1"), Said("8"), Said("9")),
    Step.WITHDRAW: (Said("1"), Said("确认"), Said("2")),
}


def rendered(texts: TomlTexts, move: Move) -> str:
    return "\n\n".join(texts.say(one.name, **dict(one.values)) for one in move.says)


class Conversing(RuleBasedStateMachine):
    """One person, one conversation, an indifferent world."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.state = State()

    @initialize(only=st.booleans(), chat=st.booleans(), scene=first_scenes, answered=st.integers(0, 11))
    def begin(self, only: bool, chat: bool, scene: str, answered: int) -> None:
        self.world = World(only=only, selfie_in_chat=chat)
        self._step(Arrived(scene), self.world.clock)
        for _ in range(answered):
            self.answer_the_question(0)

    @rule(choice=st.integers(0, 2))
    def answer_the_question(self, choice: int) -> None:
        """What most people do, so that the deeper steps are reached often."""
        fitting = FITTING[self.state.step]
        self.world.clock += 1
        self._step(fitting[choice % len(fitting)], self.world.clock)

    @rule(heard=anything)
    def hear(self, heard: Heard) -> None:
        self.world.clock += 1
        self._step(heard, self.world.clock)

    @precondition(lambda self: self.state.since > 0 and self.state.step is not Step.START)
    @rule(heard=anything, seconds=st.integers(1, 1000))
    def hear_late(self, heard: Heard, seconds: int) -> None:
        before = self.state
        move = self._step(heard, before.since - seconds)
        assert move.state == before
        assert not move.effects

    @rule(status=decisions, scene=st.sampled_from(["e1", "e1", "e2"]))
    def staff_decide(self, status: ResidencyStatus, scene: str) -> None:
        self.world.decide(ESTATES[scene].id, status)

    @rule(notice=st.sampled_from(["n1", "n1", "n2", ""]))
    def publish(self, notice: str) -> None:
        self.world.notice = notice

    @rule(scene=st.sampled_from(["e1", "e2"]), purposes=st.sets(st.sampled_from(Purpose)), why=st.sampled_from(Why))
    def fall_due(self, scene: str, purposes: set[Purpose], why: Why) -> None:
        self.world.fall_due(ESTATES[scene].id, purposes, why)

    @rule(on=st.booleans())
    def switch_face(self, on: bool) -> None:
        self.world.face_on = on

    def _step(self, heard: Heard, created: int) -> Move:
        before, facts = self.state, self.world.facts(self.state, heard, created)
        move = step(before, heard, facts)
        self._answered(heard, move)
        self._allowed(before, heard, facts.notice_hash, move)
        self._allowed_anew(before, heard, facts.notice_hash, move)
        if created >= before.since:
            self._kept(before, heard, move)
        for effect in move.effects:
            self.world.carry_out(effect)
        self.state = move.state
        kept = from_kept(move.state.step, to_open(move.state), to_private(move.state.draft), move.state.following)
        assert kept == move.state
        return move

    def _answered(self, heard: Heard, move: Move) -> None:
        assert bool(move.says) == (not isinstance(heard, Left | Nothing))
        text = rendered(TEXTS, move)
        assert len(text) <= 600, text
        assert len(text.encode()) <= 2048, text

    def _allowed(self, before: State, heard: Heard, notice: str, move: Move) -> None:
        """Nothing happens but by the person's own plain word to the question that is open."""
        assert len(move.effects) <= 1
        for effect in move.effects:
            text = heard.text if isinstance(heard, Said) else ""
            standing = self.world.standings.get(move.state.estate_id)
            match effect:
                case Register():
                    assert before.step is Step.NOTICE
                    assert words.agreed(text) is True
                    assert effect.notice_hash == before.notice_hash == notice != ""
                    assert effect.last_day is not None or effect.role not in ROLES_WITH_END
                    assert effect.name == before.draft.name != ""
                case Answer():
                    assert before.step in {Step.FACE_USE, Step.FACE_SERVER}
                    assert words.agreed(text) is effect.given
                    assert effect.notice_hash == before.notice_hash == notice != ""
                case FetchSelfie():
                    assert isinstance(heard, Pictured)
                    assert standing is not None
                    assert standing.face_use
                    assert standing.face_server
                case WithdrawFace():
                    assert before.step is Step.WITHDRAW
                    assert words.confirmed(text)
                case OpenDoor():
                    assert before.step is Step.OPEN
                    assert standing is not None
                    assert effect.access_point_id in {door.id for door in standing.doors}

    def _allowed_anew(self, before: State, heard: Heard, notice: str, move: Move) -> None:
        """The same of what came later: questions that are due again, reports, codes."""
        for effect in move.effects:
            text = heard.text if isinstance(heard, Said) else ""
            standing = self.world.standings.get(move.state.estate_id)
            match effect:
                case AnswerAnew():
                    assert before.step is Step.ANEW
                    assert words.agreed(text) is effect.given
                    assert effect.purpose.value == before.asking
                    assert effect.notice_hash == before.notice_hash == notice != ""
                case SayBirth():
                    assert before.step is Step.BIRTH
                case MarkRead():
                    assert words.command(text) is Command.READ
                    assert standing is not None
                    assert standing.waits.report is not None
                    assert effect.report_id == standing.waits.report.id
                    assert effect.report_id[:12] in before.told
                case GiveCode():
                    assert self._command(before, heard) is Command.BIND
                case JoinAccount():
                    assert effect.code == words.bind_code(text) != ""

    def _kept(self, before: State, heard: Heard, move: Move) -> None:
        """An answer stays until it is answered anew, handed in, or thrown away by the person."""
        command = self._command(before, heard)
        if command is Command.START_OVER and move.state.estate_id:
            assert (move.state.step, move.state.draft) == (Step.HOUSEHOLD, EMPTY_DRAFT)
        if command in {Command.START_OVER, Command.QUIT} or before.step in {Step.NOTICE, Step.OF_AGE}:
            return
        if isinstance(heard, Said) and words.bind_code(heard.text):
            return
        if move.state.estate_id != before.estate_id:
            return
        own = {
            Step.HOUSEHOLD: {"household_id", "household"},
            Step.ROLE: {"role", "last_day"},
            Step.LAST_DAY: {"last_day"},
            Step.NAME: {"name"},
        }.get(before.step, set())
        for name in ("household_id", "household", "role", "last_day", "name"):
            if name not in own:
                assert getattr(move.state.draft, name) == getattr(before.draft, name)

    @staticmethod
    def _command(before: State, heard: Heard) -> Command | None:
        if isinstance(heard, Clicked):
            return words.clicked(heard.key)
        if isinstance(heard, Said) and len(heard.text) <= LONGEST_TEXT:
            return words.command(heard.text)
        return None


TestConversing = Conversing.TestCase
TestConversing.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


def walked(world: World, *heard: Heard | str) -> tuple[State, Move]:
    """The conversation after a number of messages; a plain string is a text."""
    state, move = State(), Move(State())
    for one in heard:
        world.clock += 1
        what = Said(one) if isinstance(one, str) else one
        move = step(state, what, world.facts(state, what))
        for effect in move.effects:
            world.carry_out(effect)
        state = move.state
    return state, move


OWNER = (Arrived("e1"), "1-101", "1", "王小明")
WAITING = (*OWNER, "1", "1")
PATHS = [
    ((Arrived("e1"),), Step.HOUSEHOLD),
    ((Arrived("e1"), "1栋101"), Step.ROLE),
    ((Arrived("e1"), "101", "家人"), Step.OF_AGE),
    ((Arrived("e1"), "101", "家人", "好的"), Step.OF_AGE),
    ((Arrived("e1"), "101", "家人", "1"), Step.NAME),
    ((Arrived("e1"), "101", "家人", "2"), Step.START),
    ((Arrived("e1"), "101", "家人", "1", "返回"), Step.OF_AGE),
    ((*OWNER, "3", "家人"), Step.OF_AGE),
    ((Arrived("e1"), "1-101", "保姆"), Step.LAST_DAY),
    ((Arrived("e1"), "1-101", "3", "12/31"), Step.NAME),
    (OWNER, Step.SUMMARY),
    ((*OWNER, "2"), Step.HOUSEHOLD),
    ((*OWNER, "改姓名", "李四"), Step.SUMMARY),
    ((*OWNER, "改日期"), Step.SUMMARY),
    ((*OWNER, "3", "租客"), Step.LAST_DAY),
    ((*OWNER, "确认"), Step.NOTICE),
    ((*OWNER, "确认", "好的"), Step.NOTICE),
    ((*OWNER, "确认", "返回"), Step.SUMMARY),
    (WAITING, Step.ENTRY),
    ((*WAITING, "通行码"), Step.HOME),
    ((*WAITING, "门禁卡"), Step.HOME),
    ((*WAITING, "3"), Step.AGE),
    ((*WAITING, "3", "2"), Step.BIRTH),
    ((*WAITING, "3", "2", "2015"), Step.BIRTH),
    ((*WAITING, "3", "2", "２０１５-09"), Step.HOME),
    ((*WAITING, "3", "2", "返回"), Step.HOME),
    ((*WAITING, "1", "续"), Step.HOME),
    ((*WAITING, "1", "绑定 ABCD-EFGH-JKLM"), Step.START),
    ((*WAITING, "3", "1", "1"), Step.FACE_SERVER),
    ((*WAITING, "3", "1", "1", "1"), Step.SELFIE),
    ((*WAITING, "3", "1", "1", "1", "你好"), Step.SELFIE),
    ((*WAITING, "3", "1", "1", "1", Pictured("m")), Step.HOME),
    ((*WAITING, "3", "1", "1", "返回"), Step.ENTRY),
    ((*WAITING, "3", "1", "1", "1", "撤回人脸"), Step.WITHDRAW),
    ((*WAITING, "3", "1", "1", "1", "撤回人脸", "2"), Step.HOME),
    ((*WAITING, "1", "重新开始"), Step.HOUSEHOLD),
    ((*WAITING, "1", "重新开始", "1-101"), Step.HOUSEHOLD),
    ((*WAITING, "1", "重新开始", "1-102"), Step.ROLE),
    ((*WAITING, "1", "退出"), Step.HOME),
    ((*OWNER, "退出"), Step.START),
    ((*OWNER, "退出", "你好"), Step.HOUSEHOLD),
    ((*OWNER, Arrived("e2")), Step.HOUSEHOLD),
    ((*OWNER, Arrived("e1")), Step.SUMMARY),
    ((*WAITING, Arrived("e2")), Step.HOUSEHOLD),
    ((*WAITING, Arrived("e2"), Arrived("e1")), Step.HOME),
    ((Arrived(""),), Step.START),
    ((Arrived("e9"), "1-101"), Step.START),
]


@pytest.mark.parametrize(("heard", "where"), PATHS)
def test_paths(heard: tuple[Heard | str, ...], where: Step) -> None:
    assert walked(World(), *heard)[0].step is where


def test_back_walks_through_every_question() -> None:
    steps = []
    for backs in range(6):
        state, _ = walked(
            World(), Arrived("e1"), "1-101", "3", "12/31", "王小明", "1", *["返回"] * backs
        )  # fmt: skip
        steps.append(state.step)
    assert steps == [one for one in reversed(REGISTERING) if one is not Step.OF_AGE]


def test_an_estate_without_face_offers_two_ways_and_never_begins_with_the_face() -> None:
    world = World(face_on=False)
    state, move = walked(world, *WAITING)
    assert [one.name for one in move.says] == ["notice.registered", "entry.ask_two"]
    for text in ("3", "刷脸", "人脸"):
        refused = step(state, Said(text), world.facts(state, Said(text)))
        assert refused.state.step is Step.ENTRY


def test_a_notice_that_changed_meanwhile_is_asked_about_again() -> None:
    world = World()
    state, _ = walked(world, *OWNER, "1")
    world.notice = "n2"
    asked = step(state, Said("1"), world.facts(state, Said("1")))
    assert not asked.effects
    assert asked.says[0].name == "notice.changed"
    agreed = step(asked.state, Said("1"), world.facts(asked.state, Said("1")))
    assert [type(effect) for effect in agreed.effects] == [Register]


def test_what_was_written_before_the_question_is_no_answer_to_it() -> None:
    """Two messages out of order: the older one, a plain 1, must not agree to the notice."""
    world = World()
    state, _ = walked(world, *OWNER, "1")
    assert state.step is Step.NOTICE
    late = step(state, Said("1"), world.facts(state, Said("1"), created=state.since - 1))
    assert (late.state, late.effects) == (state, ())
    assert late.says == (late.says[0], *ask(state, world.facts(state, Said("1"))))
    assert late.says[0].name == "text.late"


def test_a_message_that_moved_nothing_makes_no_other_late() -> None:
    world = World()
    state, _ = walked(world, Arrived("e1"))
    world.clock += 10
    wrong = step(state, Said("9-999"), world.facts(state, Said("9-999")))
    earlier = step(wrong.state, Said("1-101"), world.facts(wrong.state, Said("1-101"), created=world.clock - 5))
    assert earlier.state.step is Step.ROLE


def test_an_age_is_asked_anew_but_a_given_consent_is_not() -> None:
    world = World()
    state, _ = walked(world, *WAITING, "3", "1", "1", "返回", "刷脸", "1")
    assert state.step is Step.FACE_SERVER
    world.standings[state.estate_id] = replace(world.standings[state.estate_id], face_server=True)
    assert step(state, Said("刷脸"), world.facts(state, Said("刷脸"))).state.step is Step.SELFIE


def test_a_step_of_another_release_begins_anew() -> None:
    assert from_kept("hologram", {"estate": "1" * 16}, {}, True) == State(estate_id="1" * 16)
