"""The plan at the coach's hand: built with reasons, changed with theirs, printed on one page."""

import re
from html import unescape

import pytest

from portal.clock import now
from portal.extensions import db, transaction
from portal.intake import handover
from portal.onboarding import changing, planning, queries, sealing
from portal.onboarding.blocks import book
from portal.onboarding.lines import Line, Sheet
from portal.onboarding.models import Plan, PlanState
from portal.onboarding.picture import picture
from portal.onboarding.planning.library import GOAL_AREAS, MOVEMENTS
from portal.onboarding.planning.plan import Item
from tests.onboarding.conftest import fresh, heading, kinds_of, send

BECAUSE = "They have a band at home"


def plan_at(address: str) -> Plan:
    db.session.expire_all()
    return queries.plan(int(address.rpartition("/")[2]))


def keys(address: str) -> list[str]:
    return [line.key for line in changing.read(plan_at(address)).lines]


def story(address: str) -> list[tuple[str, dict]]:
    changes = queries.changes(plan_at(address).id)
    return [(change.kind, sealing.read(change)) for change in changes]


def alter(jules, address: str, verb: str, key: str = "", **fields):
    path = f"{address}/{verb}/{key}" if key else f"{address}/{verb}"
    return send(jules, jules.get(address).text, path, **fields)


def test_the_books_words_are_the_planners():
    goals = {ask.key: ask.choices for block in book().blocks for ask in block.asks}
    assert dict(goals["goal_1_area"]) == dict(GOAL_AREAS)
    assert set(book().movements) == set(MOVEMENTS)


def test_the_plan_is_what_the_rules_build_from_this_assessment(planned):
    lead, address = planned()
    person = picture(queries.last_assessment(lead.id))
    assert person.movements["hinge"] == planning.Finding("part", None, 5)
    assert person.goals[0] == planning.Goal("Carry my shopping", 3, "carry")
    assert keys(address) == [item.exercise for item in planning.build(person).items]


def test_each_line_says_why_it_is_there_and_the_page_what_it_is_not(jules, planned):
    _, address = planned()
    page = jules.get(address).text
    assert heading(page) == "Plan for Ada Test"
    for line in changing.read(plan_at(address)).lines:
        part = page.split(f'id="line-{line.key}"')[1].split("</li>\n    <li")[0]
        assert all(reason.words in unescape(part) for reason in line.item.why)
        assert part.count('role="img"') == 1
    assert page.count("This is no diagnosis and no treatment") == 1


def test_asked_for_twice_it_is_the_same_plan(jules, planned):
    lead, address = planned()
    done = queries.last_assessment(lead.id)
    page = jules.get(f"/desk/assessments/{done.id}").text
    assert send(jules, page, f"/desk/leads/{lead.id}/plan").location == address
    assert kinds_of(lead).count("plan_made") == 1


def test_a_swap_keeps_its_reason(jules, planned):
    _, address = planned()
    key = keys(address)[1]
    page = jules.get(address).text
    to = re.search(rf'id="swap-{key}-to".*?value="([^"]+)"', page, re.DOTALL)[1]
    assert alter(jules, address, "swap", key, to=to, because=BECAUSE).status_code == 303
    assert (keys(address)[1], key in keys(address)) == (to, False)
    kind, said = story(address)[0]
    assert (kind, said["because"]) == ("swapped", BECAUSE)
    assert jules.get(address).text.count(BECAUSE) == 2


def test_a_change_without_a_reason_is_asked_for_one(jules, planned):
    _, address = planned()
    key = keys(address)[0]
    answer = alter(jules, address, "remove", key, because=" ")
    assert (answer.status_code, answer.text.count(f'href="#remove-{key}-because"')) == (422, 1)
    assert keys(address)[0] == key


@pytest.mark.parametrize(("place", "after"), [(1, "bac"), (2, "abc"), (3, "acb"), (9, "acb")])
def test_a_line_goes_to_the_place_it_is_given(place, after):
    lines = tuple(Line(Item(name, 1, "", 1, ())) for name in "abc")
    sheet = Sheet(lines, rhythm="", rules_version="")
    assert "".join(line.key for line in sheet.moved("b", place).lines) == after


def test_a_line_moves_to_another_place_and_the_move_keeps_its_reason(jules, planned):
    _, address = planned()
    first, *rest = keys(address)
    alter(jules, address, "move", first, place=len(rest) + 1, because="They like to end with it")
    assert keys(address) == [*rest, first]
    told = f", to place {len(rest) + 1}. “They like to end with it”"
    assert unescape(jules.get(address).text).count(told) == 1


@pytest.mark.parametrize("fields", [{"because": " ", "place": 2}, {"because": BECAUSE}])
def test_a_move_without_a_reason_or_a_place_is_asked_for_it(jules, planned, fields):
    _, address = planned()
    before = keys(address)
    assert alter(jules, address, "move", before[0], **fields).status_code == 422
    assert keys(address) == before


def test_a_move_to_where_it_stands_is_no_change(jules, planned):
    _, address = planned()
    answer = alter(jules, address, "move", keys(address)[0], place=1, because=BECAUSE)
    assert (answer.status_code, story(address)[0][0]) == (409, "made")
    assert answer.text.count(f'value="{BECAUSE}"') == 1


def test_a_line_is_taken_out(jules, planned):
    _, address = planned()
    gone, *rest = keys(address)
    alter(jules, address, "remove", gone, because=BECAUSE)
    assert keys(address) == rest


def test_a_dose_is_changed_and_says_who_decided(jules, planned):
    _, address = planned()
    line = changing.read(plan_at(address)).lines[0]
    alter(
        jules, address, "set", line.key, level=line.item.level, dose="1 x 4", because="Short days"
    )
    after = changing.read(plan_at(address)).lines[0].item
    assert (after.dose, after.why[-1].words) == ("1 x 4", "Short days")


def test_another_level_brings_its_own_dose_and_an_empty_dose_changes_none(jules, planned):
    _, address = planned()
    line = changing.read(plan_at(address)).line("hinge")
    same = {"level": 1, "dose": "", "because": BECAUSE}
    alter(jules, address, "set", "hinge", **same)
    assert changing.read(plan_at(address)).line("hinge").item.dose == line.item.dose
    stood = changing.read(plan_at(address)).set_to(
        "hinge", level=2, dose=line.item.dose, because=BECAUSE
    )
    assert stood.line("hinge").item.dose == planning.EXERCISES["hinge"].level(2).dose


def test_a_change_that_breaks_what_the_answers_allow_is_refused_in_the_rules_words(jules, planned):
    _, address = planned()
    key = keys(address)[1]
    answer = alter(jules, address, "set", key, level=4, dose="", because=BECAUSE)
    assert answer.status_code == 422
    assert answer.text.count("That change does not fit this person") == 1
    assert "day one goes up to level 2" in answer.text
    form = answer.text.split(f'action="{address}/set/{key}"')[1].split("</form>")[0]
    assert re.findall(r'value="([^"]+)" selected|name="because".*?value="([^"]+)"', form) == [
        ("4", ""),
        ("", BECAUSE),
    ]
    assert changing.read(plan_at(address)).line(key).item.level < 3


def test_an_exercise_of_ones_own_and_one_of_the_library_are_added(jules, planned):
    _, address = planned()
    alter(jules, address, "remove", keys(address)[0], because=BECAUSE)
    alter(jules, address, "remove", keys(address)[0], because=BECAUSE)
    fields = {"name": "Towel press", "how": "Press a towel", "dose": "2 x 5", "minutes": "0,5"}
    assert alter(jules, address, "own", because=BECAUSE, **fields).status_code == 303
    own = changing.read(plan_at(address)).lines[-1]
    assert (own.title, own.what, own.item.dose) == ("Towel press", "Press a towel", "2 x 5")
    assert "breath" not in keys(address)
    assert alter(jules, address, "add", exercise="breath", because=BECAUSE).status_code == 303
    assert keys(address)[-1] == "breath"


def test_an_own_exercise_without_words_is_refused_and_keeps_what_was_typed(jules, planned):
    _, address = planned()
    answer = alter(jules, address, "own", name="Towel press", because=BECAUSE)
    assert answer.status_code == 422
    assert answer.text.count('value="Towel press"') == 1
    assert answer.text.count('href="#own-how">Say how it is done') == 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        ("a few", "Minutes must be a number, like 2"),
        ("16", "Minutes must be between 0.5 and 15"),
        ("", "Say how long it takes, in minutes"),
    ],
)
def test_minutes_that_are_none_are_asked_for_in_our_words(jules, planned, minutes, said):
    _, address = planned()
    fields = {"name": "Towel press", "how": "Press", "dose": "2 x 5", "because": BECAUSE}
    answer = alter(jules, address, "own", minutes=minutes, **fields)
    assert re.findall(r'href="#own-minutes">([^<]+)', answer.text) == [said]


@pytest.mark.parametrize(
    ("verb", "said"),
    [("remove", "Kept, with your reason. It stands in the story below."), ("note", "Your note")],
)
def test_a_press_is_said_on_the_page_it_leads_to(jules, planned, verb, said):
    _, address = planned()
    key = keys(address)[0] if verb == "remove" else ""
    page = jules.get(alter(jules, address, verb, key, because=BECAUSE).location).text
    assert re.search(rf'role="status"[^>]*>\s*<svg.*?</svg>\s*<p>{said}', page, re.DOTALL)


def test_an_address_can_say_nothing_of_its_own(jules, planned):
    _, address = planned()
    assert jules.get(f"{address}?said=Hello").text.count('class="said') == 0


def test_a_stale_screen_changes_nothing(jules, planned):
    _, address = planned()
    old, key = jules.get(address).text, keys(address)[0]
    alter(jules, address, "move", key, place=2, because=BECAUSE)
    answer = send(jules, old, f"{address}/remove/{key}", because=BECAUSE)
    assert (answer.status_code, key in keys(address)) == (409, True)


@pytest.mark.parametrize("path", ["fly/breath", "swap", "close/breath"])
def test_there_is_no_such_press(jules, planned, path):
    _, address = planned()
    token = {"csrf_token": re.search('csrf_token" value="([^"]+)', jules.get(address).text)[1]}
    assert jules.client.post(f"{address}/{path}", data={**token, "version": 1}).status_code == 404


@pytest.mark.one_database
def test_the_last_line_stays(jules, planned):
    _, address = planned()
    *others, last = keys(address)
    for key in others:
        alter(jules, address, "remove", key, because=BECAUSE)
    answer = alter(jules, address, "remove", last, because=BECAUSE)
    assert (answer.status_code, answer.text.count("It is the last line")) == (409, 1)
    assert keys(address) == [last]


def test_the_one_pager_has_every_line_a_drawing_and_the_scope(jules, planned):
    _, address = planned()
    page = unescape(jules.get(f"{address}/print").text)
    lines = changing.read(plan_at(address)).lines
    assert page.count('role="img"') == len(lines)
    assert [page.count(f">{' '.join(line.in_short)}</p>") for line in lines].count(0) == 0
    assert all(len(line.in_short) == 2 for line in lines)
    assert page.count("This is no diagnosis and no treatment") == 1


def test_without_an_assessment_there_is_no_plan(jules, consult):
    lead, address = consult()
    token = re.search('csrf_token" value="([^"]+)', jules.get(address).text)[1]
    answer = jules.client.post(f"/desk/leads/{lead.id}/plan", data={"csrf_token": token})
    assert answer.status_code == 409


def test_the_front_desk_sees_no_plan(dana, planned):
    _, address = planned()
    assert [dana.get(path).status_code for path in (address, f"{address}/print")] == [403, 403]


def test_closing_makes_room_for_another(jules, planned):
    lead, address = planned()
    alter(jules, address, "close", because="A new start")
    assert plan_at(address).state is PlanState.ENDED
    assert (queries.live_plan(lead.id), kinds_of(lead)[-1]) == (None, "plan_closed")


def test_what_is_in_a_plan_is_sealed(planned):
    _, address = planned()
    plan, change = plan_at(address), queries.changes(plan_at(address).id)[0]
    assert ("exercise" in plan.content, "Built" in change.content) == (False, False)


def test_answers_taken_back_take_the_plan_out_of_sight(jules, planned):
    lead, address = planned()
    with transaction():
        handover.withdrawn(fresh(lead), at=now())
    assert (queries.live_plan(lead.id), queries.last_assessment(lead.id)) == (None, None)
    assert jules.get(address).status_code == 404
