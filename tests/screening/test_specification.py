"""The rules and their second telling agree on answers that nobody thought of."""

from random import Random

import pytest

from portal.screening import evaluate_many
from tests.screening.answers import random_answers
from tests.screening.specification import specified

SEEDS = range(10)
ANSWER_SETS = 10_000


@pytest.mark.parametrize("seed", SEEDS)
def test_rules_equal_the_specification_on_random_answers(seed):
    random = Random(seed)  # noqa: S311 - the same people every time
    people = [{"id": n, "answers": random_answers(random)} for n in range(ANSWER_SETS)]

    decided = evaluate_many(people)

    differing = [
        (person["answers"], got)
        for person, got in zip(people, decided, strict=True)
        if {"id": person["id"], **specified(person["answers"])} != got
    ]
    assert differing == []


def test_random_answers_reach_every_disposition():
    random = Random(0)  # noqa: S311 - the same people every time
    people = [{"id": n, "answers": random_answers(random)} for n in range(2_000)]

    assert {got["disposition"] for got in evaluate_many(people)} == {
        *["CLEAR", "CAUTION", "REFERRAL", "URGENT", "EMERGENCY", "INCOMPLETE"],
    }
