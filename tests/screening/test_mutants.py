"""Every single edit of rules.toml changes what some committed case decides."""

import pytest

from portal.screening import questionnaire, ruleset
from portal.screening.conditions import Not, Several
from portal.screening.reach import witness
from tests.screening.mutants import MASKED_HOLDS, Bench, committed, is_masked


def test_every_mutant_of_the_rules_is_killed_by_a_committed_case():
    count, alive = Bench(committed()).survivors()

    assert count > 2000
    assert [mutant.name for mutant in alive if not is_masked(mutant)] == []


@pytest.mark.parametrize(("rule_id", "companions"), MASKED_HOLDS.items())
def test_masked_hold_rule_never_fires_without_a_companion_that_holds_all(rule_id, companions):
    rules = ruleset()
    others = tuple(rules.rule(companion).when for companion in companions)
    alone = Several("all", 2, (rules.rule(rule_id).when, Not(Several("any", 1, others))))

    assert witness(alone, rules.derived, questionnaire()) is None
    assert {rules.rule(companion).hold for companion in companions} == {"all"}
