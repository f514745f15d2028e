"""The chat from the scan to the withdrawn face, through the callback, on real stores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.consent import ConsentStatus, Purpose
from access.domain.edge_faces import EdgeGate
from access.domain.faces import QualityReason
from access.domain.outbox import Task
from access.domain.people import App
from access.domain.reading import ReadPurpose
from access.domain.renewal import Why
from access.domain.residency import Residency, ResidencyStatus, Role
from access.services.chat import follows
from access.services.outbox import run_once
from access.services.personal_data import Reader, read
from access.services.renew_faces import begin_renewal
from tests.bot.conftest import Town
from tests.bot.phone import Phone
from tests.estate import approve
from tests.fakes import picture
from tests.gates import claim_device


def account(town: Town, openid: str = "oAlice") -> str:
    return town.house.keyring.account(App.OFFICIAL_ACCOUNT, openid)


def person(town: Town, openid: str = "oAlice") -> str | None:
    with town.house.db.reading() as stores:
        return stores.people.person_of_account(App.OFFICIAL_ACCOUNT, account(town, openid))


def residencies(town: Town) -> list[Residency]:
    found = person(town)
    with town.house.db.reading() as stores:
        return list(stores.residencies.of_person(found)) if found else []


def consent(town: Town, purpose: Purpose) -> ConsentStatus | None:
    found = person(town)
    assert found is not None
    with town.house.db.reading() as stores:
        latest = stores.consents.latest(found, town.place.estate.id, purpose)
    return latest.status if latest else None


def registered(town: Town, *more: str) -> Phone:
    """An owner of 1-101 who waits for approval."""
    phone = town.phone()
    phone.follow("e1")
    phone.say_all("1-101", "1", "王小明", "1", "1", *more)
    return phone


def approved(town: Town, *more: str) -> Phone:
    phone = registered(town, *more)
    approve(town.house, town.place, residencies(town)[0])
    return phone


def test_scan_greets_and_says_what_is_and_what_is_not_asked(town: Town) -> None:
    greeting = town.phone().follow(f"e1b{town.place.buildings[0].id}")
    for words in (
        "桂园",
        "Osmanthus",
        "测试业委会",
        "1号楼",
        "不需要身份证号",
        "人脸完全自愿",
        "no ID number",
        "optional",
    ):
        assert words in greeting
    assert f"http://127.0.0.1:8700/m/notice?estate={town.place.estate.id}" in greeting


def test_a_tenant_registers_chooses_the_pass_and_is_not_asked_about_the_face(town: Town) -> None:
    phone = town.phone()
    phone.follow("e1")
    assert "业主" in phone.say("1号楼 101室")
    assert "2027-12-31" in phone.say("租客")
    assert "姓名" in phone.say("2027年3月1日")
    summary = phone.say("王小明")
    for words in ("1-101", "租客", "2027-03-01", "王小明"):
        assert words in summary
    notice = phone.say("确认")
    assert "告知书" in notice
    assert person(town) is None  # nothing is kept of anybody before their own yes
    choice = phone.say("同意")
    assert choice.index("通行码") < choice.index("门禁卡") < choice.index("人脸")
    done = phone.say("1")
    assert f"/m/pass?estate={town.place.estate.id}" in done
    assert "人脸" not in done
    [residency] = residencies(town)
    assert (residency.role, residency.status) == (Role.TENANT, ResidencyStatus.PENDING)
    assert consent(town, Purpose.ACCESS) is ConsentStatus.GIVEN
    assert consent(town, Purpose.FACE_USE) is None
    with town.house.db.transaction() as stores:
        assert stores.consents.shown_at(residency.person_id, town.house_notice()) is not None
        reader = Reader(f"person:{residency.person_id}", ReadPurpose.SHOW_TO_SUBJECT, 0)
        named = read(stores, town.house.keyring, [residency.person_id], reader)
    assert named[residency.person_id].name == "王小明"


def test_no_to_the_notice_leaves_nothing_behind(town: Town) -> None:
    phone = town.phone()
    phone.follow("e1")
    assert "没有提交" in phone.say_all("1-101", "1", "王小明", "1", "不同意")
    assert person(town) is None
    with town.house.db.reading() as stores:
        kept = stores.chats.conversation(account(town))
    assert kept is not None
    assert "sealed" not in kept.data


def test_two_consents_one_by_one_and_the_selfie_is_queued_at_once(town: Town) -> None:
    phone = registered(town)
    assert "14" in phone.say("3")
    assert "第一项" in phone.say("1")
    assert consent(town, Purpose.FACE_USE) is None
    assert "第二项" in phone.say("同意")
    assert consent(town, Purpose.FACE_USE) is ConsentStatus.GIVEN
    assert consent(town, Purpose.FACE_SERVER) is None
    assert "自拍" in phone.say("1")
    assert consent(town, Purpose.FACE_SERVER) is ConsentStatus.GIVEN
    assert "收到，正在检查" in phone.picture("media-9")
    with town.house.db.transaction() as stores:
        [job] = stores.outbox.lease([Task.FETCH_SAMPLE], town.house.clock.now(), 1000, 10)
    assert (job.payload["media"], job.payload["person"]) == ("media-9", person(town))
    assert "收到" in phone.picture("media-10")  # a better one may follow without further questions


@pytest.mark.parametrize(("answers", "asked"), [(("3", "1", "2"), "1"), (("3", "1", "1", "2"), "2")])
def test_a_refused_consent_ends_the_questions(town: Town, answers: tuple[str, ...], asked: str) -> None:
    phone = registered(town)
    assert "不会再问" in phone.say_all(*answers)
    refused = Purpose.FACE_USE if asked == "1" else Purpose.FACE_SERVER
    assert consent(town, refused) is ConsentStatus.REFUSED
    for message in ("你好", "帮助", "状态", "我的通行码", "9"):
        assert "是否同意" not in phone.say(message)
    assert "没有下载" in phone.picture()
    assert "14" in phone.say("刷脸")  # unless the person starts it


def test_under_14_is_a_hard_stop(town: Town) -> None:
    phone = registered(town)
    assert "监护人" in phone.say_all("3", "2")
    assert "没有下载" in phone.picture()
    assert consent(town, Purpose.FACE_USE) is None


def test_two_taps_withdraw_the_face(town: Town) -> None:
    phone = approved(town, "3", "1", "1", "1")
    assert "确认" in phone.click("withdraw")
    assert "已撤回" in phone.say("1")
    assert consent(town, Purpose.FACE_USE) is ConsentStatus.WITHDRAWN
    assert consent(town, Purpose.FACE_SERVER) is ConsentStatus.WITHDRAWN
    assert "没有可撤回" in phone.say("撤回人脸")
    assert "/m/pass" in phone.say("通行码")


def test_commands_of_a_resident(town: Town) -> None:
    phone = registered(town, "1")
    assert "还在审核" in phone.say("我的通行码")
    assert "正在审核" in phone.click("status")
    approve(town.house, town.place, residencies(town)[0])
    assert "/m/pass?estate=" in phone.say("1")
    assert "/m/visitors?estate=" in phone.say("邀请访客")
    data = phone.say("my data")
    assert all(f"/m/{page}?estate=" in data for page in ("data", "retention", "verify"))
    assert "1-101：已通过" in phone.say("状态")
    doors = phone.say("开门")
    assert "1 南门" in doors
    assert "2号楼门" not in doors
    assert "连不上" in phone.say("1")  # no gate is online
    assert "没有这道门" in phone.say("7")
    assert "撤回人脸" in phone.say("返回")


def test_leaving_keeps_the_data_and_stops_messages(town: Town) -> None:
    phone = town.phone()
    phone.follow("e1")
    phone.say_all("1-101", "3")
    phone.leave()
    with town.house.db.reading() as stores:
        assert not follows(stores, account(town))
    assert "欢迎回来" in phone.follow()
    with town.house.db.reading() as stores:
        assert follows(stores, account(town))
    assert "姓名" in phone.say("12/31")


def test_resumed_after_days_and_corrected(town: Town) -> None:
    phone = town.phone()
    phone.follow("e1")
    phone.say_all("1-101", "3", "2027-01-31")
    town.wired.clock.advance(2 * 86_400_000)
    assert "王小明" in phone.say("王小明")
    assert "姓名" in phone.say("改姓名")
    assert "王大明" in phone.say("王大明")
    assert "2027-01-31" in phone.say_all("改房号", "2-102")
    owner = phone.say_all("3", "业主")
    assert "2027-01-31" not in owner
    assert "2-102" in owner


def test_a_resident_whose_conversation_was_cleared_away_is_still_known(town: Town) -> None:
    phone = approved(town, "1")
    with town.house.db.transaction() as stores:
        assert stores.chats.forget_before(town.house.clock.now() + 1)
    assert "/m/pass" in phone.say("我的通行码")
    assert "1-101：已通过" in phone.say("4")


@pytest.mark.parametrize(
    ("quality", "words"),
    [(None, "人脸已开通"), (QualityReason.TOO_DARK, "光线太暗"), (QualityReason.SEVERAL_FACES, "只拍您自己")],
)
def test_the_outcome_of_a_selfie_follows_as_a_message(
    town: Town, quality: QualityReason | None, words: str
) -> None:
    phone = approved(town, "3", "1", "1", "1")
    town.wired.wechat.media["m-1"] = picture("alice", quality)
    town.wired.wechat.wrote(phone.openid)
    phone.picture("m-1")
    while run_once(town.house):
        town.wired.clock.advance(1000)
    [told] = town.wired.wechat.texts(phone.openid)
    assert words in told
    assert "通行码" in told


def test_whose_face_waits_for_the_office_is_not_asked_for_another_picture(town: Town) -> None:
    for openid, label, name in (("oAlice", "1-101", "王小明"), ("oTwin", "1-102", "王小亮")):
        phone = town.phone(openid)
        phone.follow("e1")
        phone.say_all(label, "1", name, "1", "1", "3", "1", "1", "1")
        town.wired.wechat.media["m-1"] = picture("alice")
        town.wired.wechat.wrote(openid)
        phone.picture("m-1")
        while run_once(town.house):
            town.wired.clock.advance(1000)
    said = phone.say("刷脸")
    assert "物业" in said
    assert "自拍" not in said
    assert "/m/pass" in said
    assert "自拍" in town.phone("oAlice").say("刷脸")


def test_while_references_are_renewed_the_status_says_until_when(town: Town) -> None:
    phone = approved(town, "3", "1", "1", "1")
    town.wired.wechat.media["m-1"] = picture("alice")
    town.wired.wechat.wrote(phone.openid)
    phone.picture("m-1")
    while run_once(town.house):
        town.wired.clock.advance(1000)
    assert "重新登记" not in phone.say("状态")
    begin_renewal(town.house, town.place.estate, Why.TRANSFORM, 30, "cli")
    said = phone.say("状态")
    assert "前重新登记" in said
    assert "照常能用" in said


def test_a_bare_room_number_is_looked_for_in_the_scanned_building(town: Town) -> None:
    phone = town.phone()
    phone.scan(f"e1b{town.place.buildings[1].id}")
    phone.say_all("102", "1", "李四", "1", "1")
    assert residencies(town)[0].household_id == town.place.households["2-102"].id


@pytest.mark.parametrize("scene", ["e9", "e1b0000000000000000x", "nonsense", "e", "'; DROP TABLE estate; --"])
def test_an_unknown_scene_is_said(town: Town, scene: str) -> None:
    assert "没有认出这个二维码" in town.phone().follow(scene)


def test_an_estate_without_a_notice_takes_no_consent(town: Town) -> None:
    with town.house.db.transaction() as stores:
        stores.places.save_estate(
            replace(town.place.estate, id="f" * 16, number=7, name_zh="新村"), secret=town.house.keys.new_secret()
        )
        building = replace(town.place.buildings[0], id="e" * 16, estate_id="f" * 16)
        stores.places.save_building(building)
        stores.places.save_household(
            replace(town.place.households["1-101"], id="d" * 16, estate_id="f" * 16, building_id="e" * 16)
        )
    phone = town.phone()
    assert "新村" in phone.follow("e7")
    assert "没有发布告知书" in phone.say_all("1-101", "1", "王小明", "1")


def test_a_door_is_opened_once_for_a_message_and_its_retries(town: Town) -> None:
    claim_device(town.house, town.place.estate.id, town.place.gate.id)
    phone = approved(town, "1")
    phone.say("开门")
    body = phone.text("1")
    first = town.wechat.words(body)
    assert "已请求打开南门" in str(first)
    town.wired.clock.advance(4_000)
    assert town.wechat.words(body) == first
    owner = residencies(town)[0].person_id
    with town.house.db.reading() as stores:
        events = stores.events.of_person(owner, 0, 10)
    assert [(event.granted, event.access_point_id) for event in events] == [(True, town.place.gate.id)]
    assert len(town.wired.link.woken) == 1


def test_a_wish_to_open_that_comes_minutes_late_opens_nothing(town: Town) -> None:
    claim_device(town.house, town.place.estate.id, town.place.gate.id)
    phone = approved(town, "1")
    phone.say("开门")
    body = phone.text("1")
    town.wired.clock.advance(150_000)
    with town.house.db.transaction() as stores:
        for gate in stores.gates.gates_of(town.place.gate.id):
            stores.gates.seen(gate.id, town.house.clock.now(), streaming=True)
    assert "来得太晚" in str(town.wechat.words(body))
    assert town.wired.link.woken == []


def test_who_lets_no_face_leave_the_gate_hears_where_it_can_stay(town: Town) -> None:
    phone = registered(town)
    assert "没有能自己识别人脸的门" in phone.say_all("3", "1", "1", "2")
    gate = claim_device(town.house, town.place.estate.id, town.place.gate.id).gate
    with town.house.db.transaction() as stores:
        stores.edge_faces.note_gate(EdgeGate(gate.id, True, "", "joined-2", town.house.clock.now()))
    assert "只留在门口" in phone.say_all("刷脸", "1")
    said = phone.say("2")
    assert town.place.gate.name_zh in said
    assert "/m/face-at-gate" in said
