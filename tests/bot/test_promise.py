"""The chat on what waits for a person: a changed notice, a consent that ends, a report, a child, an account."""

from __future__ import annotations

import re

import pytest

from access.domain.consent import Channel, Consent, ConsentStatus, Purpose
from access.domain.people import App
from access.domain.residency import ResidencyStatus
from access.domain.times import DAY
from access.queries import reports
from access.services import consents, family, owner_reports, phone_sign_in, register
from access.services.publish_notice import publish_notice
from tests.bot.conftest import Town
from tests.bot.phone import Phone
from tests.estate import BODY_EN, BODY_ZH, agree, approve

FACE = (Purpose.FACE_USE, Purpose.FACE_SERVER)
CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}")


@pytest.fixture
def phone(town: Town) -> Phone:
    """Alice's, registered in the chat and approved."""
    phone = town.phone()
    phone.follow("e1")
    phone.say_all("1-101", "1", "王小明", "1", "1", "1")
    with town.house.db.reading() as stores:
        (stay,) = stores.residencies.of_estate(town.place.estate.id, ResidencyStatus.PENDING)
    approve(town.house, town.place, stay)
    return phone


def person(town: Town, openid: str = "oAlice") -> str:
    found = register.find_person(town.house, App.OFFICIAL_ACCOUNT, openid)
    assert found is not None
    return found


def answers(town: Town) -> dict[Purpose, Consent]:
    return {one.purpose: one for one in consents.mine(town.house, person(town), town.place.estate.id)}


def change(town: Town, more: str = "新增。") -> str:
    body = BODY_ZH + more, BODY_EN + more
    return publish_notice(town.house, town.place.audit.staff, "告知书", "Notice", *body, material=True).hash


@pytest.mark.rule("L2", "L3", "L4")
def test_a_changed_notice_is_brought_up_once_and_answered(town: Town, phone: Phone) -> None:
    agree(town.house, town.place, person(town), *FACE)
    old = answers(town)
    new = change(town)
    assert "重要改动" in phone.say("状态")
    assert "重要改动" not in phone.say("状态")
    assert answers(town) == old
    assert "用来给您开门" in phone.say("续")
    assert "请明确回复" in phone.say("也许")
    assert "用您的人脸" in phone.say("1")
    assert "服务器" in phone.say("同意")
    assert "都记下了" in phone.say("1")
    after = answers(town)
    assert {one.notice_hash for one in after.values()} == {new}
    assert {one.channel for one in after.values()} == {Channel.CHAT}
    assert all(after[purpose].id != old[purpose].id for purpose in after)
    assert "没有要重新回答" in phone.say("renew")


@pytest.mark.rule("L4")
def test_a_no_to_the_change_stops_the_face_and_nothing_else(town: Town, phone: Phone) -> None:
    agree(town.house, town.place, person(town), *FACE)
    change(town)
    phone.say_all("续", "1")
    assert "都记下了" in phone.say("2")
    after = answers(town)
    assert after[Purpose.ACCESS].status is ConsentStatus.GIVEN
    assert {after[purpose].status for purpose in FACE} == {ConsentStatus.WITHDRAWN}
    assert "/m/pass" in phone.say("通行码")
    change(town, "再新增。")
    assert "用来给您开门" in phone.say("续")
    assert "都记下了" in phone.say("1")


def test_a_notice_that_changes_under_the_question_is_asked_anew(town: Town, phone: Phone) -> None:
    change(town)
    phone.say("续")
    newest = change(town, "再新增。")
    assert "刚刚更新" in phone.say("1")
    phone.say("1")
    assert answers(town)[Purpose.ACCESS].notice_hash == newest


@pytest.mark.rule("L6")
def test_a_face_consent_that_ends_is_renewed_by_a_word(town: Town, phone: Phone) -> None:
    agree(town.house, town.place, person(town), *FACE)
    town.wired.clock.advance(340 * DAY)
    assert "快到期了" in phone.say("状态")
    phone.say_all("续", "1", "1")
    now = town.wired.clock.now()
    assert all(answers(town)[purpose].expires_at > now + 360 * DAY for purpose in FACE)


def test_a_report_is_told_of_before_it_can_be_acknowledged(town: Town, phone: Phone) -> None:
    staff = town.place.operations.staff
    owner_reports.publish(town.house, staff, "收支报告", "Accounts", BODY_ZH, BODY_EN)
    assert "收支报告" in phone.say("签收")
    assert reports.listed(town.house, staff)[0].read_households == 0
    assert "已签收" in phone.say("签收")
    assert reports.listed(town.house, staff)[0].read_households == 1
    assert "已签收，谢谢" not in phone.say("签收")
    owner_reports.publish(town.house, staff, "二号报告", "Second", BODY_ZH, BODY_EN)
    assert "二号报告" in phone.say("我的数据")


@pytest.mark.rule("L5")
def test_a_child_is_sent_to_the_parent(town: Town, phone: Phone) -> None:
    child = town.phone("oChild")
    child.follow("e1")
    assert "满14周岁" in child.say_all("1-101", "2")
    assert "由同住的家长登记" in child.say("2")
    assert register.find_person(town.house, App.OFFICIAL_ACCOUNT, "oChild") is None
    assert "/m/family" in phone.say("孩子")


@pytest.mark.rule("L5")
def test_whoever_says_to_be_a_child_at_the_face_question_is_left_to_the_guardian(town: Town, phone: Phone) -> None:
    young = town.phone("oYoung")
    young.follow("e1")
    young.say_all("1-101", "2", "1", "小红", "1", "1", "1")
    with town.house.db.reading() as stores:
        (stay,) = stores.residencies.of_person(person(town, "oYoung"))
    approve(town.house, town.place, stay)
    assert "出生年月" in young.say_all("刷脸", "2")
    assert "没有看懂" in young.say("很久以前")
    assert "记下了" in young.say("2015-09")
    (child,) = family.children(town.house, person(town), town.place.estate.id)
    assert (child.name, child.has_phone) == ("小红", True)
    assert "监护人" in young.say_all("刷脸", "1", "1")  # a yes of their own is none


def test_a_code_from_the_chat_joins_the_mini_program_and_back(town: Town, phone: Phone) -> None:
    code = CODE.search(phone.say("绑定"))
    assert code
    town.wired.wechat.login_code("mini", "mini-of-alice")
    session = phone_sign_in.who(town.house, phone_sign_in.sign_in_mini(town.house, "mini", "10.0.0.1").token)
    assert session is not None
    assert phone_sign_in.join(town.house, session, code[0]).person_id == person(town)
    assert "绑定码不对" in town.phone("oOther").say(f"绑定 {code[0]}")


def test_a_code_from_the_mini_program_joins_the_chat(town: Town) -> None:
    town.wired.wechat.login_code("mini", "mini-of-bob")
    made = phone_sign_in.sign_in_mini(town.house, "mini", "10.0.0.1")
    code = phone_sign_in.new_bind_token(town.house, made.person_id).token
    bob = town.phone("oBob")
    bob.follow("e1")
    assert "绑定好了" in bob.say(f"Bind  {code.lower()}")
    assert person(town, "oBob") == made.person_id


def test_guessing_codes_in_the_chat_is_bounded(town: Town, phone: Phone) -> None:
    town.wired.limiter.full = True
    assert "十分钟后" in phone.say("绑定 AAAA-AAAA-AAAA")


def test_help_is_in_english_too(phone: Phone) -> None:
    answer = phone.say("help")
    for word in ("pass", "visitor", "children", "reports", "bind", "my data", "withdraw face"):
        assert word in answer
