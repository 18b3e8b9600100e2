"""Every route is public by name or guarded by role; a new one must say which."""

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.staff.models import Role

pytestmark = pytest.mark.one_database

EVERYONE_ON_THE_STAFF = frozenset(Role)
PUBLIC = {
    "site.home",
    "site.articles",
    "site.article",
    "site.reply",
    "site.embed",
    "site.feed",
    "site.robots",
    "site.sitemap",
    "site.topic",
    "site.how",
    "site.privacy",
    "site.questionnaire",
    "site.healthz",
    "leads.consult",
    "leads.day_pass",
    "booking.ask",
    "booking.calendar",
    "booking.times",
    "chat.begin",
    "chat.erase",
    "chat.erased",
    "chat.go_on",
    "chat.keep",
    "chat.say",
    "chat.start",
    "chat.thread",
    "chat.who",
    "campaigns.go",
    "booking.change",
    "booking.choose",
    "booking.manage",
    "booking.take",
    "intake.answer",
    "intake.begin",
    "intake.confirm",
    "intake.fresh",
    "intake.later",
    "intake.renew",
    "intake.save",
    "intake.send",
    "intake.start",
    "intake.sure",
    "intake.page",
    "intake.check",
    "intake.result",
    "passes.calendar",
    "passes.claim",
    "passes.day",
    "passes.give_back",
    "passes.move",
    "passes.show",
    "passes.sign",
    "passes.take",
    "passes.waiver",
    "passes.waiver_pdf",
    "privacy.complaint",
    "privacy.complaint_sent",
    "privacy.copy",
    "privacy.erase",
    "privacy.erase_now",
    "privacy.erased",
    "privacy.link",
    "privacy.link_sent",
    "privacy.me",
    "privacy.my_complaint",
    "privacy.withdraw",
    "referrals.answer",
    "referrals.answer_page",
    "referrals.go",
    "referrals.letter",
    "referrals.letter_pdf",
    "referrals.mail",
    "referrals.revoke",
    "referrals.standing",
    "referrals.take_letter",
    "referrals.tell",
    "referrals.told",
    "replies.erase",
    "replies.erased",
    "replies.mine",
    "replies.stop",
    "staff.sign_in",
    "onboarding.link_sent",
    "onboarding.lost_link",
    "plan.ask",
    "plan.begin",
    "plan.check",
    "plan.checked",
    "plan.enough",
    "plan.finish",
    "plan.goals",
    "plan.home",
    "plan.link",
    "plan.mail_link",
    "plan.morning",
    "plan.progress",
    "plan.remind",
    "plan.reminders",
    "plan.session",
    "plan.stop",
    "plan.stopped",
    "plan.tell",
}
READS_ANSWERS = {
    "desk.answers",
    "desk.questionnaire_response",
    "onboarding.assessment",
    "onboarding.begin",
    "onboarding.certify",
    "onboarding.clients",
    "onboarding.forget",
    "onboarding.keep_skills",
    "onboarding.learning",
    "onboarding.block",
    "onboarding.finish",
    "onboarding.hear",
    "onboarding.make",
    "onboarding.opening",
    "onboarding.plan",
    "onboarding.press",
    "onboarding.press_line",
    "onboarding.printed",
    "onboarding.retell",
    "onboarding.save",
    "onboarding.told",
    "desk.close_thread",
    "desk.open_thread",
    "desk.press_reply",
    "desk.replies",
    "desk.reply",
    "desk.clearance",
    "desk.clearance_note",
    "desk.look_again",
    "desk.record_seen",
    "desk.verify",
}


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def guarded_by(app: Flask, rule: Rule) -> frozenset[Role] | None:
    return getattr(app.view_functions[rule.endpoint], "guarded_by", None)


def test_every_route_is_public_by_name_or_guarded_by_role(app):
    for rule in rules(app):
        assert (rule.endpoint in PUBLIC) != (guarded_by(app, rule) is not None), rule.endpoint


def test_every_public_name_is_a_route(app):
    assert PUBLIC - {rule.endpoint for rule in rules(app)} == set()


def test_answers_are_for_those_who_need_them(app):
    for rule in rules(app):
        if rule.endpoint in READS_ANSWERS:
            assert guarded_by(app, rule) == {Role.COACH, Role.MANAGER}


def test_ids_in_addresses_are_numbers(app):
    for rule in rules(app):
        for name, converter in rule._converters.items():  # noqa: SLF001
            if name.endswith("_id"):
                assert type(converter).__name__ == "RowId", rule.rule


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_sign_in_from_every_guarded_route(client, app, method):
    for rule in rules(app):
        if guarded_by(app, rule) is None or method.upper() not in rule.methods:
            continue
        address = rule.build(dict.fromkeys(rule.arguments, 1))
        answer = getattr(client, method)(address[1])
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/staff/sign-in")


def test_foreign_origins_get_no_permission(client, app):
    for path in ("/", "/consult", "/staff/sign-in"):
        answer = client.get(path, headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_answer_carries_the_same_protection(client):
    for path in ("/", "/consult", "/nowhere", "/staff/sign-in", "/healthz"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == (
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        )
        assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == (
            "nosniff",
            "same-origin",
        )
