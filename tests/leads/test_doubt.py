"""What no person would send is kept, aside: the same answer for everybody, and no mail."""

import pytest

from portal.clock import now
from portal.extensions import transaction
from portal.leads import proof
from portal.leads.holding import went_on
from portal.leads.models import UNKNOWN_RANK, Activity, Enquiry, Held, Lead, Status
from portal.mail.models import OutboxMail
from tests.leads.conftest import ROBIN, fields, rows


def last_lead():
    return rows(Lead)[-1]


def test_trap_holds_the_lead_and_answers_like_always(ask, client):
    answer = ask(message="buy this")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/health-check/")
    lead = last_lead()
    assert (lead.status, lead.held_because) == ("held", "filled in a field that people do not see")
    assert (lead.open_rank, rows(OutboxMail)) == (None, [])
    assert rows(Activity)[0].detail["held"] == "filled in a field that people do not see"


def test_trap_cannot_be_seen_reached_or_filled_by_a_browser(client):
    main = client.get("/consult").text.split("</main>")[0]
    wrapper = main[main.index('<div class="vh" aria-hidden="true">') :].split("</div>")[0]
    assert 'name="message" value="" tabindex="-1" autocomplete="off"' in wrapper


@pytest.mark.parametrize(("seconds", "status"), [(0, "held"), (1, "held"), (2, "unfinished")])
def test_form_sent_within_seconds_is_held(client, clock, seconds, status):
    sent = fields(client.get("/consult").text) | ROBIN
    clock.advance(seconds=seconds)
    assert client.post("/consult", data=sent).status_code == 303
    assert last_lead().status == status
    assert last_lead().held_because == ("sent within seconds" if status == "held" else None)


def test_form_that_was_given_back_may_be_sent_at_once(client, fill, clock):
    sent = fill(name="")
    again = fields(client.post("/consult", data=sent).text) | {"name": "Robin Test"}
    client.post("/consult", data=again)
    assert last_lead().status == "unfinished"


@pytest.mark.parametrize("stale", [{"key": ""}, {"csrf_token": ""}])
def test_form_that_was_renewed_may_be_sent_at_once(client, fill, stale):
    again = fields(client.post("/consult", data=fill() | stale).text)
    assert client.post("/consult", data=again).status_code == 303
    assert last_lead().status == "unfinished"


def test_proof_of_another_form_is_held(client, fill):
    sent = fill() | {"key": proof.new_key()}
    assert client.post("/consult", data=sent).status_code == 303
    assert last_lead().held_because == "sent with the proof of another form"


def test_proof_used_again_and_again_never_reaches_the_queue(client, fill):
    sent = fill()
    for number in range(5):
        body = sent | {"key": proof.new_key(), "email": f"robin{number}@example.com", "phone": ""}
        assert client.post("/consult", data=body).status_code == 303
    assert {lead.open_rank for lead in rows(Lead)} == {None}
    assert rows(OutboxMail) == []


def test_form_without_proof_is_not_kept(client):
    assert client.post("/consult", data=ROBIN).status_code == 422
    assert rows(Lead) == []


@pytest.mark.parametrize(
    ("because", "alone"), [(Held.TRAP, False), (Held.HASTE, True), (Held.BORROWED, True)]
)
def test_only_haste_is_disproved_by_going_on(app, because, alone):
    lead = Lead(status=Status.HELD, held_because=because)
    assert lead.lets_itself_in is alone
    lead.status = Status.WAITING
    assert lead.lets_itself_in is False


def test_going_on_with_the_questions_lets_a_hasty_lead_in(client):
    client.post("/consult", data=fields(client.get("/consult").text) | ROBIN)
    with transaction():
        went_on(rows(Enquiry)[0], at=now())
    lead = last_lead()
    assert (lead.status, lead.held_because, lead.open_rank) == ("unfinished", None, UNKNOWN_RANK)
    assert [line.kind for line in rows(Activity)] == ["asked", "released"]
    assert [mail.kind for mail in rows(OutboxMail)] == ["finish_check", "staff_alert"]


def test_going_on_does_not_free_who_filled_the_trap(ask):
    ask(message="buy this")
    with transaction():
        went_on(rows(Enquiry)[0], at=now())
    assert (last_lead().status, rows(OutboxMail)) == ("held", [])


def test_spam_in_a_known_persons_name_changes_nothing_for_them(ask, only_lead):
    ask()
    before = only_lead().state() | {"version": only_lead().version}
    ask(message="buy this", name="Spam")
    assert only_lead().state() | {"version": only_lead().version} == before
    assert only_lead().name == "Robin Test"
    assert len(rows(OutboxMail)) == 2
    assert [line.detail.get("held") for line in rows(Activity)] == [None, Held.TRAP.value]


def test_good_form_of_a_held_person_lets_them_in(ask, only_lead):
    ask(message="buy this")
    ask()
    assert (only_lead().status, only_lead().held_because) == ("unfinished", None)
    assert len(rows(Enquiry)) == 2
    assert len(rows(OutboxMail)) == 2


def test_hasty_form_of_somebody_known_asks_again_once_they_go_on(ask, client, only_lead):
    ask()
    with transaction():
        only_lead().close(Status.DONE, at=now())
    client.post("/consult", data=fields(client.get("/consult").text) | ROBIN)
    assert (only_lead().status, len(rows(OutboxMail))) == ("done", 2)
    with transaction():
        went_on(rows(Enquiry)[-1], at=now())
    assert (only_lead().status, only_lead().open_rank) == ("unfinished", UNKNOWN_RANK)
    assert [mail.kind for mail in rows(OutboxMail)][2:] == ["finish_check", "staff_alert"]
    assert [line.kind for line in rows(Activity)] == ["asked", "asked_again", "released"]


@pytest.mark.parametrize("typed", [{}, {"message": "buy this"}])
def test_going_on_changes_nothing_for_who_was_let_in_or_is_kept_out(ask, only_lead, typed):
    ask()
    ask(**typed)
    before, mails = only_lead().version, len(rows(OutboxMail))
    with transaction():
        went_on(rows(Enquiry)[-1], at=now())
    assert (only_lead().version, len(rows(OutboxMail))) == (before, mails)
