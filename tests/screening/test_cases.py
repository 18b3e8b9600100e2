"""The worked cases: what each person must be told, and what they must not."""

import pytest

from portal.screening import decide, evaluate_many
from tests.screening.answers import cases
from tests.screening.specification import specified

VIGNETTES = cases("vignettes.json")
BOUNDARIES = cases("boundaries.json")
MUST_NOT_REFER = [case for case in VIGNETTES if "must_not_refer" in case["tags"]]


def by_id(found):
    return [pytest.param(case, id=case["id"]) for case in found]


@pytest.mark.parametrize("case", by_id(VIGNETTES))
def test_vignette_gets_its_outcome(case):
    expected = case["expected"]

    decision = decide(case["answers"])

    assert (decision.disposition, decision.timeframe) == (
        expected["disposition"],
        expected["timeframe"],
    )
    assert decision.hold == expected.get("hold", decision.hold)


@pytest.mark.parametrize("case", by_id(VIGNETTES))
def test_vignette_raises_its_flags_and_modifiers_and_none_that_it_must_not(case):
    expected = case["expected"]

    decision = decide(case["answers"])

    for name, found in (("flags", decision.flags), ("modifiers", decision.modifiers)):
        assert set(expected.get(name, [])) - set(found) == set()
        assert set(expected.get(f"never_{name}", [])) & set(found) == set()


@pytest.mark.parametrize("case", by_id(MUST_NOT_REFER))
def test_person_who_must_not_be_referred_is_not(case):
    assert decide(case["answers"]).disposition in {"CLEAR", "CAUTION"}


@pytest.mark.parametrize("case", by_id(BOUNDARIES))
def test_boundary_case_gets_its_outcome_from_rules_and_specification(case):
    [got] = evaluate_many([case])

    assert got == {"id": case["id"], **case["expected"]}
    assert specified(case["answers"]) == case["expected"]
