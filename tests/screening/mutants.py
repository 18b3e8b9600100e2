"""Every single-edit mutant of rules.toml, and the cases that tell it from the original.

Run `python -m tests.screening.mutants` for the figures.
"""

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from importlib import resources
from tomllib import loads
from typing import Any

from portal.screening import questionnaire
from portal.screening.closures import Definitions, build
from portal.screening.conditions import parse
from portal.screening.decision import Decision, decide
from portal.screening.rules import HOLDS, LEVELS, TIMEFRAMES, Modifier, Rule, RuleSet, read_rules
from tests.screening.answers import cases

Path = tuple[Any, ...]
"""Where an edit is made: the keys and places that lead to it in the TOML tables."""
SCALES = {"level": LEVELS[1:], "timeframe": TIMEFRAMES, "hold": HOLDS}

MASKED_HOLDS = {
    "VTE-CHEST": ["VTE-LEG"],
    "INFECTION-NEURO": ["ILL-NOW"],
    "INFECTION-FEVER": ["ILL-NOW"],
    "INFECTION-IMMUNO-CONSTANT": ["INFECTION-IMMUNO"],
    "CANCER-NEURO": [
        *["NEURO-PROGRESSIVE", "CORD-GAIT-HANDS", "CES-BOTH-LEGS-WEAK", "CES-BILATERAL-LEG"],
    ],
    "FRACTURE-FRAGILITY-STRONG": ["FRACTURE-FRAGILITY"],
    "WEAK-CLUSTER-THREE": ["WEAK-CLUSTER"],
}
"""Rules whose hold nobody can see: whenever they fire, one of these fires and holds all.

The strictest hold of all fired rules counts, so a milder hold here changes no outcome. The test
proves each line: no answers make the rule fire without its companion.
"""


@dataclass(frozen=True)
class Mutant:
    """One edit: what stands at the place afterwards, or DROP for nothing."""

    name: str
    path: Path
    becomes: Any


DROP = object()


def original() -> dict[str, Any]:
    return loads(resources.files("portal.screening").joinpath("rules.toml").read_text("utf-8"))


def mutants(raw: dict[str, Any]) -> Iterator[Mutant]:
    for name, condition in raw["derived"].items():
        yield from _conditions(condition, ("derived", name), f"derived {name}")
    for kind in ("rule", "modifier"):
        for place, table in enumerate(raw[kind]):
            at: Path = (kind, place)
            yield Mutant(f"{table['id']}: dropped", at, DROP)
            yield from _conditions(table["when"], (*at, "when"), table["id"])
            for field, scale in SCALES.items():
                for word in scale:
                    if field in table and word != table[field]:
                        yield Mutant(f"{table['id']}: {field} {word}", (*at, field), word)
            if kind == "rule":
                yield Mutant(f"{table['id']}: another flag", (*at, "flag"), "ANOTHER")


def _conditions(condition: dict[str, Any], at: Path, name: str) -> Iterator[Mutant]:
    """Negate it, change what it compares, swap all and any, drop a part; then the parts."""
    yield Mutant(f"{name}: not {_short(condition)}", at, {"not": condition})
    match condition:
        case {"q": _}:
            yield from _tests(condition, at, name)
        case {"not": part}:
            yield from _conditions(part, (*at, "not"), name)
        case {"derived": _}:
            return
        case _:
            yield from _several(condition, at, name)


def _tests(test: dict[str, Any], at: Path, name: str) -> Iterator[Mutant]:
    operator = next(word for word in test if word != "q")
    bound = test[operator]
    if operator in {"gte", "lt"}:
        for other in (bound - 1, bound + 1):
            yield Mutant(f"{name}: {test['q']} {operator} {other}", (*at, operator), other)
        flipped = {"q": test["q"], {"gte": "lt", "lt": "gte"}[operator]: bound}
        yield Mutant(f"{name}: {_short(flipped)}", at, flipped)
    if isinstance(bound, list):
        for value in bound if len(bound) > 1 else []:
            fewer = [each for each in bound if each != value]
            yield Mutant(f"{name}: {test['q']} without {value}", (*at, operator), fewer)
    if isinstance(bound, list) or operator == "eq":
        for value in _other_values(test["q"], bound):
            more = [*bound, value] if isinstance(bound, list) else value
            yield Mutant(f"{name}: {test['q']} {operator} {more}", (*at, operator), more)


def _other_values(key: str, bound: Any) -> list[str]:
    question = questionnaire().questions.get(key)
    values = question.values if question else ("no", "yes")
    return [value for value in values if value != bound and value not in bound]


def _several(condition: dict[str, Any], at: Path, name: str) -> Iterator[Mutant]:
    word = next(word for word in ("all", "any", "count") if word in condition)
    parts = condition[word]
    if word == "count":
        for least in (condition["gte"] - 1, condition["gte"] + 1):
            yield Mutant(f"{name}: count {least}", (*at, "gte"), least)
    elif len(parts) > 1:
        swapped = {{"all": "any", "any": "all"}[word]: parts}
        yield Mutant(f"{name}: {word} of {len(parts)} swapped", at, swapped)
    for place, part in enumerate(parts):
        if len(parts) > 1:
            yield Mutant(f"{name}: without {_short(part)}", (*at, word, place), DROP)
        yield from _conditions(part, (*at, word, place), name)


def _short(condition: dict[str, Any]) -> str:
    return json.dumps(condition).replace('"', "")[:90]


class Bench:
    """Cases with their right outcome, and what each mutant makes of them."""

    def __init__(self, found: Sequence[dict[str, Any]]) -> None:
        self.raw = original()
        self.rules = read_rules(self.raw)
        self.cases = list(found)
        self.right = [outcome(decide(answers, self.rules)) for answers in found]
        self._facts = [self._extend(answers) for answers in found]

    def _extend(self, answers: dict[str, Any]) -> dict[str, Any]:
        age = answers.get("age", 35) or None
        known = {**questionnaire().defaults, **answers, "age": age}
        return self.rules.definitions.extend(known)

    def killer(self, mutant: Mutant) -> int | None:
        """The place of the first case whose outcome the mutant changes."""
        rules, places = self._mutate(mutant)
        return next(
            (
                place
                for place in places
                if outcome(decide(self.cases[place], rules)) != self.right[place]
            ),
            None,
        )

    def _mutate(self, mutant: Mutant) -> tuple[RuleSet, Iterator[int]]:
        """The mutated rules, and the places of the cases that can tell them apart at all."""
        kind, which, *_ = mutant.path
        edited = _edited(mutant, self.raw[kind][which])
        everywhere = iter(range(len(self.cases)))
        if kind == "derived":
            tables = {**self.raw["derived"], which: edited}
            return replace(self.rules, definitions=Definitions(tables)), everywhere
        field = f"{kind}s"
        listed = list(getattr(self.rules, field))
        before = listed[which]
        listed[which : which + 1] = _rebuilt(before, edited)
        after = listed[which] if edited else None
        mutated = replace(self.rules, **{field: tuple(listed)})
        return mutated, self._touched(before, after)

    def _touched(self, before: Rule | Modifier, after: Rule | Modifier | None) -> Iterator[int]:
        """Where the edited one fires now but did not, did but does not, or says otherwise."""
        same_when = after is not None and after.when == before.when
        for place, facts in enumerate(self._facts):
            fired = before.holds(facts)
            fires = after is not None and after.holds(facts)
            if fired != fires or (same_when and fired):
                yield place

    def survivors(self) -> tuple[int, list[Mutant]]:
        """How many mutants there are, and those that no case tells from the original."""
        every = list(mutants(self.raw))
        return len(every), [mutant for mutant in every if self.killer(mutant) is None]


def _edited(mutant: Mutant, table: dict[str, Any]) -> dict[str, Any] | None:
    """The table with the one edit made; None when the edit drops it whole."""
    steps = mutant.path[2:]
    if not steps:
        return None if mutant.becomes is DROP else mutant.becomes
    edited = deepcopy(table)
    spot: Any = edited
    for step in steps[:-1]:
        spot = spot[step]
    if mutant.becomes is DROP:
        del spot[steps[-1]]
    else:
        spot[steps[-1]] = mutant.becomes
    return edited


def _rebuilt(before: Rule | Modifier, edited: dict[str, Any] | None) -> list[Rule | Modifier]:
    """The rule or modifier with its one edit, built without reading the others again."""
    if edited is None:
        return []
    when = parse(edited["when"])
    fields = {field: edited[field] for field in (*SCALES, "flag") if field in edited}
    return [replace(before, when=when, holds=build(when), **fields)]


def outcome(decision: Decision) -> tuple[Any, ...]:
    """What is compared: all that the world sees, and not which of two like rules fired."""
    return (
        *(decision.disposition, decision.timeframe, decision.hold),
        *(decision.flags, decision.modifiers),
    )


def committed() -> list[dict[str, Any]]:
    """The answers of every case that is kept in a file."""
    files = ("boundaries.json", "vignettes.json")
    return [case["answers"] for name in files for case in cases(name)]


def main() -> None:
    """Print how many mutants there are and what became of them."""
    bench = Bench(committed())
    count, alive = bench.survivors()
    masked = [mutant for mutant in alive if is_masked(mutant)]
    print(f"{count} mutants, {len(bench.cases)} cases")  # noqa: T201
    print(f"{count - len(alive)} killed, {len(masked)} equivalent")  # noqa: T201
    for mutant in alive:
        if mutant not in masked:
            print(f"alive: {mutant.name}")  # noqa: T201


def is_masked(mutant: Mutant) -> bool:
    """Whether it only softens a hold that a companion rule sets anyway."""
    rule, _, edit = mutant.name.partition(": ")
    return rule in MASKED_HOLDS and edit.startswith("hold ")


if __name__ == "__main__":
    main()
