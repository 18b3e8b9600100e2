"""Cards that teach: the right ones, each with its source; and small wins that are true."""

import tomllib
from copy import deepcopy
from datetime import date, timedelta
from importlib import resources

import pytest

from portal.onboarding.planning import Assessment
from portal.onboarding.planning.cards import (
    STRATEGIES,
    deck,
    faults_of,
    for_client,
    for_coach,
    read_deck,
    topics,
)
from portal.onboarding.planning.sessions import Log, Session
from portal.onboarding.planning.wins import COUNTS, goal_wins, noticing, sessions_in_a_row, wins

RAW = tomllib.loads(
    resources.files("portal.onboarding.planning").joinpath("cards.toml").read_text("utf-8")
)
WELL = Assessment({"nprs": 0, "fear_move": 0, "confidence": 9, "active_regular": "yes"})


def ids(cards):
    return [card.id for card in cards]


def test_someone_well_is_taught_nothing_unasked():
    assert ids(for_client(WELL)) == []


@pytest.mark.parametrize(
    ("answers", "first"),
    [
        ({"fear_move": 4}, None),
        ({"fear_move": 5}, "a-bit-sore"),
        ({"nprs": 4}, "a-bit-sore"),
        ({"confidence": 3}, "backs-adapt"),
        ({"aggravators": ["flexion"]}, "bending"),
        ({"aggravators": ["lifting"]}, "lifting"),
        ({"aggravators": ["sitting"]}, "positions"),
        ({"aggravators": ["walking"]}, "walking"),
        ({"trend": "comes_and_goes"}, "sore-day"),
        ({"active_regular": "no"}, "rest-or-move"),
    ],
)
def test_card_answers_what_the_person_told(answers, first):
    found = ids(for_client(Assessment({**WELL.answers, **answers})))
    assert found[:1] == ([first] if first else [])


def test_what_was_asked_comes_first_and_three_are_enough():
    told = Assessment({**WELL.answers, "fear_move": 9, "aggravators": ["flexion", "lifting"]})
    assert ids(for_client(told, {"how-long"})) == ["how-long", "a-bit-sore", "backs-adapt"]


@pytest.mark.parametrize("card", topics())
def test_every_topic_can_be_asked(card):
    assert ids(for_client(WELL, {card})) == [card]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_coach_learns_each_strategy_with_sources(strategy):
    cards = for_coach(strategy)
    assert len(cards) == 2
    assert all(source.where for card in cards for source in deck().sources(card))


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        ({"citations": []}, "a card needs a citation"),
        ({"citations": ["a-blog"]}, "no citation 'a-blog'"),
        ({"audience": "press"}, "no audience 'press'"),
        ({"topic": ""}, "a client's card, and no other, has a topic"),
        ({"strategy": 2}, "a coach's card, and no other, has a strategy"),
        ({"when": {"q": "mood", "eq": "low"}}, "unknown key 'mood'"),
        ({"when": {"derived": "worried"}}, "a card's condition stands for itself"),
        ({"reviewed_by": "Dr A. Example"}, "reviewed_by and reviewed_on go together"),
    ],
)
def test_faulty_card_is_refused(card, fault):
    raw = deepcopy(RAW)
    raw["card"][0].update(card)
    assert f"a-bit-sore: {fault}" in list(faults_of(read_deck(raw)))


# -- small wins

DAY = date(2026, 11, 2)
LESS_SORE = "Your last week of training was less sore than your first, by two points or more."


def session(day, pain=1, *, level=1, done="all", confidence=None, settled=None):
    log = Log("bridge", level, pain, done=done)
    return Session(DAY + timedelta(days=day), (log,), settled=settled, confidence=confidence)


def won(*history):
    return [(win.id, win.words) for win in wins(history)]


def test_first_session_is_noticed():
    assert won(session(0)) == [("first", "Your first session is done. That is the hardest one.")]


def test_nothing_logged_is_no_win():
    assert wins(()) == ()


def test_third_session_without_stopping_is_noticed_once():
    history = [session(day) for day in (0, 1, 2, 3)]
    said = ("without-stopping", "Third session in a row without stopping.")
    assert won(*history[:2]) == []
    assert won(*history[:3]) == [said]
    assert won(*history) == []


@pytest.mark.parametrize("told", [{"done": "part"}, {"pain": 6}])
def test_session_that_was_stopped_or_red_begins_the_row_anew(told):
    history = [session(0), session(1), session(2, **told), session(3, pain=3)]
    assert won(*history) == []


def test_step_back_is_taken_off_before_levels_are_counted():
    history = [session(0), session(2, level=2), session(4, level=1), session(5, level=2)]
    assert won(*history[:2]) == [("level", "One level up since you started.")]
    assert won(*history[:3]) == [("without-stopping", "Third session in a row without stopping.")]
    assert won(*history) == []


@pytest.mark.parametrize(("days", "count"), [((), 0), ((0,), 1), ((0, 7, 14), 3), ((0, 8, 10), 2)])
def test_sessions_in_a_row_are_at_most_a_week_apart(days, count):
    assert sessions_in_a_row([session(day) for day in days]) == count


@pytest.mark.parametrize(
    ("history", "win"),
    [
        ([session(0), session(7)], ("weeks", "Two weeks in a row with a session in each.")),
        ([session(0), session(2, level=2)], ("level", "One level up since you started.")),
        (
            [session(0), *[session(day, pain=6, settled=True) for day in (1, 2, 3)]],
            ("mornings", "Back to your usual the morning after, three times in a row."),
        ),
        (
            [session(0, pain=7), session(2)],
            ("green-again", "Back to green, after a red session."),
        ),
        (
            [session(0, pain=5), session(14, pain=3)],
            ("less-sore", LESS_SORE),
        ),
        (
            [session(0, confidence=4), session(2, confidence=6)],
            ("surer", "You feel surer than when you started, by two points or more."),
        ),
        ([session(0, pain=5), session(14, pain=4)], None),
        ([session(0, pain=5), session(6, pain=3)], None),
        ([session(0, confidence=4), session(2, confidence=5)], None),
        ([session(0), session(20)], None),
    ],
)
def test_small_win_is_said_when_it_is_true(history, win):
    assert won(*history) == ([win] if win else [])


def test_everything_that_can_be_counted_is_noticed():
    assert {noticed.of for noticed in noticing()} == set(COUNTS)


@pytest.mark.parametrize(("start", "now", "said"), [(3, 5, 1), (3, 4, 0), (5, 3, 0)])
def test_goal_is_easier_from_two_points_on(start, now, said):
    words = ["\u201cCarry the shopping\u201d is easier than when you started."] * said
    assert [win.words for win in goal_wins({"Carry the shopping": (start, now)})] == words
