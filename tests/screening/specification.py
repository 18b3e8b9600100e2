"""The decision table said a second time, as plain code: what rules.toml must equal everywhere.

It is written from the clinical basis, in another shape than the rules: chains of questions here,
unordered conditions there. Whoever changes a rule changes both, or the tests disagree.
"""

from collections.abc import Iterator, Mapping
from typing import Any

BACK = {"low_back", "mid_back", "buttock"}
FRESH = {"new_2w", "worse"}
UP_TO_12_WEEKS = {"lt_2w", "2_6w", "6_12w"}
FROM_6_WEEKS = {"6_12w", "gt_12w"}
NERVE_ITEMS = {"saddle_numb": "SADDLE", "bladder": "BLADDER", "bowel": "BOWEL"}
CLEARANCE_CONDITIONS = {"heart", "stroke", "diabetes_1", "diabetes_2", "kidney"}
TYPICAL_AGE = 35

LEVELS = ["CLEAR", "CAUTION", "REFERRAL", "URGENT", "EMERGENCY"]
TIMEFRAMES = ["now", "today", "within_days", "within_2_weeks", "routine", "none"]
HOLDS = ["none", "vigorous", "all_but_gentle", "all"]

EMERGENCY = ("EMERGENCY", "now", "all")
URGENT = ("URGENT", "today", "all")
IN_DAYS = ("REFERRAL", "within_days", "all")
IN_2_WEEKS = ("REFERRAL", "within_2_weeks", "all")
GENTLE_ONLY = ("REFERRAL", "within_2_weeks", "all_but_gentle")
CAUTION = ("CAUTION", "none", "none")
WAIT = ("CAUTION", "none", "all")

DEFAULTS: dict[str, Any] = {
    "age": 35,
    "nprs": 0,
    "fear_move": 2,
    "confidence": 7,
    "pain_pattern": "mechanical",
    "active_regular": "yes",
    "goal_intensity": "moderate",
    "free_text": "",
    **dict.fromkeys(["age_at_onset", "duration", "onset", "trend", "leg_course"]),
    **dict.fromkeys(["pain_sites", "conditions", "aggravators"], ()),
    **dict.fromkeys(
        [
            *["night_pain", "morning_stiff", "leg_symptoms", "leg_weakness", "cancer"],
            *["chest_pain", "breathless", "faint", "surgery"],
        ],
        "none",
    ),
    **dict.fromkeys(
        [
            *["pregnancy", "preg_complication", "preg_warning", "trauma_checked"],
            *["cannot_function", "eases_with_movement", "nsaid_fast_relief", "saddle_numb"],
            *["bladder", "bowel", "sexual", "ces_explained", "unsteady_clumsy"],
            *["pain_previously_assessed", "pain_different_from_usual", "weight_loss"],
            *["fatigue_unwell", "fever", "fever_cause_cold", "iv_drug", "immunosuppressed"],
            *["recent_infection_procedure", "tb_exposure", "steroids_long", "osteoporosis"],
            *["low_trauma_fracture", "height_loss_deformity", "pulsing_abdomen"],
            *["tearing_pain", "spa_family", "psoriasis_ibd_uveitis", "palpitations"],
            *["ankle_swelling_both", "calf_one_leg", "walking_cramp", "high_bp"],
            *["cleared_12m", "supervised_only", "temp_illness", "stroke_signs"],
            "guardian_present",
        ],
        "no",
    ),
}


class Person:
    """One set of answers, and the things several rules ask about it."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = {**DEFAULTS, **answers}
        self.age = self["age"] or TYPICAL_AGE
        self.sites = set(self["pain_sites"])
        self.conditions = set(self["conditions"])
        self.back = bool(self.sites & BACK)
        self.leg = self["leg_symptoms"] != "none"
        self.back_or_leg = self.back or self.leg
        self.new_back_pain = self.back and (
            self["duration"] in UP_TO_12_WEEKS
            or self["trend"] == "worse"
            or self.yes("pain_different_from_usual")
        )
        self.nothing_eases = (
            self["pain_pattern"] == "constant" or self["night_pain"] == "severe_constant"
        )
        self.assessed = self.yes("pain_previously_assessed")
        self.new_weakness = (
            self["leg_weakness"] in {"new_one", "foot_drop", "new_both"}
            or self["unsteady_clumsy"] == "new_or_worse"
        )
        self.both_legs_changing = self["leg_symptoms"] == "both" and self["leg_course"] in FRESH
        self.told_thin_bones = (
            self.yes("osteoporosis") or self.yes("steroids_long") or self.yes("low_trauma_fracture")
        )

    def __getitem__(self, key: str) -> Any:
        return self.answers[key]

    def yes(self, key: str) -> bool:
        return self.answers[key] == "yes"


Fired = Iterator[tuple[str, tuple[str, str, str]]]


def nerve_items(p: Person) -> Fired:
    for key, name in NERVE_ITEMS.items():
        if p[key] in FRESH:
            yield (f"CES-{name}", EMERGENCY) if p.back_or_leg else (f"CES-{name}-NOPAIN", URGENT)
        elif p[key] == "not_sure" and p.back_or_leg:
            yield "CES-NOT-SURE", URGENT
        elif p[key] == "longstanding" and p.yes("ces_explained"):
            yield "CES-EXPLAINED", CAUTION
        elif p[key] == "longstanding" and p.back_or_leg:
            yield f"CES-{name}-OLD", URGENT
    if p["sexual"] in FRESH and p.back_or_leg:
        company = p.leg or any(p[key] in FRESH | {"not_sure"} for key in NERVE_ITEMS)
        yield (
            ("CES-SEXUAL", EMERGENCY)
            if company
            else ("SEXUAL-ONLY", ("REFERRAL", "within_days", "none"))
        )


def legs(p: Person) -> Fired:
    match p["leg_weakness"]:
        case "new_both":
            yield "CES-BOTH-LEGS-WEAK", EMERGENCY
        case "new_one" | "foot_drop":
            yield "NEURO-PROGRESSIVE", URGENT
        case "old_stable":
            yield ("WEAKNESS-KNOWN", CAUTION) if p.assessed else ("WEAKNESS-UNCHECKED", IN_2_WEEKS)
    match p["unsteady_clumsy"]:
        case "new_or_worse":
            yield "CORD-GAIT-HANDS", URGENT
        case "longstanding":
            yield "GAIT-OLD", IN_2_WEEKS
    if p.both_legs_changing:
        yield "CES-BILATERAL-LEG", EMERGENCY
    if p["leg_symptoms"] == "both" and p["leg_course"] == "stable":
        yield ("LEGS-BOTH-KNOWN", CAUTION) if p.assessed else ("LEGS-BOTH-STABLE", GENTLE_ONLY)
    if p["leg_symptoms"] == "one":
        lasting = p["duration"] in FROM_6_WEEKS and p["trend"] in {"same", "worse"}
        persistent = p["nprs"] >= 8 or (lasting and not p.assessed)
        yield ("LEG-ONE-PERSISTENT", GENTLE_ONLY) if persistent else ("LEG-ONE", CAUTION)


def heart_and_vessels(p: Person) -> Fired:
    by_answer = {
        ("chest_pain", "now_12h"): ("CHEST-NOW", EMERGENCY),
        ("chest_pain", "12h_3d"): ("CHEST-RECENT", URGENT),
        ("chest_pain", "gt_3d"): ("CV-CHEST", IN_DAYS),
        ("breathless", "sudden_or_rest"): ("BREATHLESS-NOW", EMERGENCY),
        ("breathless", "mild_exertion_or_lying"): ("CV-BREATHLESS", IN_2_WEEKS),
        ("faint", "during_exercise"): ("CV-FAINT-EXERTION", URGENT),
        ("faint", "other"): ("CV-FAINT", IN_2_WEEKS),
        ("stroke_signs", "yes"): ("STROKE-SIGNS", EMERGENCY),
        ("tearing_pain", "yes"): ("AORTIC-TEARING", EMERGENCY),
        ("palpitations", "yes"): ("CV-PALPITATIONS", IN_2_WEEKS),
        ("ankle_swelling_both", "yes"): ("CV-ANKLES", IN_2_WEEKS),
        ("walking_cramp", "yes"): ("CV-WALK-CRAMP", IN_2_WEEKS),
    }
    yield from (fired for (key, value), fired in by_answer.items() if p[key] == value)
    if p.yes("pulsing_abdomen"):
        sudden = p.back and p["onset"] == "sudden_no_injury" and p["nprs"] >= 7
        if p["faint"] != "none" or sudden:
            yield "AAA-ACUTE", EMERGENCY
        else:
            yield ("AAA-SUSPECT", URGENT) if p.back else ("AAA-PULSE", IN_DAYS)
    if p.yes("calf_one_leg"):
        yield "VTE-LEG", URGENT
        if p["breathless"] != "none" or p["chest_pain"] in {"now_12h", "12h_3d"}:
            yield "VTE-CHEST", EMERGENCY


def infection(p: Person) -> Fired:
    openings = ("iv_drug", "immunosuppressed", "recent_infection_procedure")
    if p.yes("fever") and p.back:
        if p.new_weakness:
            yield "INFECTION-NEURO", EMERGENCY
        unchanged = p["duration"] == "gt_12w" and p["trend"] in {"same", "better", "comes_and_goes"}
        plain_cold = p.yes("fever_cause_cold") and unchanged and not any(map(p.yes, openings))
        if not plain_cold:
            yield "INFECTION-FEVER", URGENT
    if p.new_back_pain:
        if p.yes("iv_drug"):
            yield "INFECTION-IVDU", URGENT
        if p.yes("immunosuppressed"):
            yield "INFECTION-IMMUNO", URGENT if p.nothing_eases else IN_DAYS
        if p.yes("recent_infection_procedure") and p.nothing_eases:
            yield "INFECTION-RECENT", URGENT
        if p.conditions & {"diabetes_1", "diabetes_2"} and p.nothing_eases:
            yield "INFECTION-DIABETES", IN_DAYS
    unwell = p.yes("weight_loss") or p.yes("fatigue_unwell") or p.nothing_eases
    if p.back and p.yes("tb_exposure") and unwell:
        yield "INFECTION-TB", IN_DAYS
    if p.yes("temp_illness") or p.yes("fever"):
        yield "ILL-NOW", WAIT


def cancer(p: Person) -> Fired:
    if p["cancer"] != "none":
        if p.back_or_leg and (p.new_weakness or p.both_legs_changing):
            yield "CANCER-NEURO", EMERGENCY
        worrying = p.nothing_eases or "mid_back" in p.sites or p["trend"] == "worse"
        if p.new_back_pain:
            yield ("CANCER-SPINE-PAIN", URGENT) if worrying else ("CANCER-NEW-PAIN", IN_DAYS)
        elif p["cancer"] == "current":
            yield "CANCER-CURRENT", IN_2_WEEKS
        elif p["cancer"] == "past":
            yield "CANCER-PAST", CAUTION
    if p.yes("weight_loss"):
        yield ("WEIGHT-LOSS-PAIN", IN_DAYS) if p.back else ("WEIGHT-LOSS", IN_2_WEEKS)


def bones(p: Person) -> Fired:
    if p["onset"] == "major_trauma":
        if p.yes("trauma_checked"):
            if p["duration"] in UP_TO_12_WEEKS:
                yield "TRAUMA-CLEARANCE", IN_2_WEEKS
        elif p["duration"] in {"lt_2w", None}:
            yield "TRAUMA-MAJOR", EMERGENCY
        else:
            yield "TRAUMA-UNCHECKED", URGENT
    yield from _fractures(p)
    if p.yes("height_loss_deformity"):
        yield "DEFORMITY", IN_DAYS


def _fractures(p: Person) -> Fired:
    fragile = p.told_thin_bones or p.age >= 70
    sudden = p["onset"] in {"minor_fall", "sudden_bend_cough", "sudden_no_injury"}
    if p.back and fragile and sudden and p["duration"] in UP_TO_12_WEEKS:
        yield "FRACTURE-FRAGILITY", URGENT if p["nprs"] >= 7 else IN_DAYS
        return
    fell = p["onset"] == "minor_fall" and p["duration"] in {"lt_2w", "2_6w"}
    if p.back and fell and p.age >= 50 and p["nprs"] >= 7:
        yield "FRACTURE-50", IN_DAYS
    elif p.told_thin_bones:
        yield "BONE-FRAGILE", CAUTION


def weak_signs(p: Person) -> Fired:
    if not p.back or p.yes("weight_loss"):
        return
    signs = [
        p.age >= 50 and p.new_back_pain and not p.assessed,
        p["pain_pattern"] == "constant",
        p["night_pain"] == "severe_constant",
        "mid_back" in p.sites,
        p.yes("fatigue_unwell"),
        p["trend"] == "worse" and p["duration"] in FROM_6_WEEKS,
    ]
    if sum(signs) == 1:
        yield "WEAK-SINGLE", CAUTION
    elif any(signs):
        yield "WEAK-CLUSTER", IN_DAYS if sum(signs) >= 3 else IN_2_WEEKS


def pain(p: Person) -> Fired:
    if p.sites:
        yield "PAIN-ADAPT", CAUTION
    if p["fear_move"] >= 7 or p["confidence"] <= 3:
        yield "CONFIDENCE-LOW", CAUTION
    if not p.back:
        return
    if p.yes("cannot_function"):
        yield "PAIN-DISABLING", ("REFERRAL", "within_days", "all_but_gentle")
    past_2_weeks = p["duration"] in FROM_6_WEEKS | {"2_6w"}
    if p["nprs"] >= 8 and past_2_weeks and p["trend"] in {"same", "worse"}:
        yield "PAIN-SEVERE-PERSIST", GENTLE_ONLY
    if p["trend"] == "worse" and p["duration"] in FROM_6_WEEKS:
        yield "PAIN-NOT-SETTLING", ("REFERRAL", "within_2_weeks", "none")
    if p.age < 18 and (past_2_weeks or "extension" in p["aggravators"] or p.nothing_eases):
        yield "YOUNG-BACK-PAIN", IN_2_WEEKS
    if p["duration"] == "gt_12w" and _inflammatory(p):
        yield "INFLAMMATORY-PATTERN", ("REFERRAL", "routine", "none")


def _inflammatory(p: Person) -> bool:
    began = p.age if p["age_at_onset"] is None else p["age_at_onset"]
    features = [
        began < 35,
        p["night_pain"] == "second_half",
        "buttock" in p.sites,
        p.yes("eases_with_movement"),
        p.yes("nsaid_fast_relief"),
        p.yes("spa_family"),
        p.yes("psoriasis_ibd_uveitis"),
    ]
    return began < 45 and p["morning_stiff"] == "ge_30" and sum(features) >= 3


def readiness(p: Person) -> Fired:
    by_answer = {
        ("high_bp", "controlled"): ("BP-CONTROLLED", CAUTION),
        ("high_bp", "very_high_or_unchecked"): ("BP-HIGH", IN_2_WEEKS),
        ("supervised_only", "yes"): ("SUPERVISED-ONLY", IN_2_WEEKS),
        ("surgery", "lt_12w"): ("SURGERY-RECENT", IN_2_WEEKS),
        ("surgery", "spine_old"): ("SURGERY-OLD", CAUTION),
        ("preg_warning", "yes"): ("PREG-WARNING", URGENT),
        ("pregnancy", "postpartum_lt_6w"): ("POSTPARTUM-EARLY", GENTLE_ONLY),
        ("pregnancy", "postpartum_6w_6m"): ("POSTPARTUM", CAUTION),
    }
    yield from (fired for (key, value), fired in by_answer.items() if p[key] == value)
    if p["pregnancy"] == "pregnant":
        told = p.yes("preg_complication")
        yield ("PREG-COMPLICATION", IN_DAYS) if told else ("PREG-OK", CAUTION)
    expecting_or_new = p["pregnancy"] in {"pregnant", "postpartum_lt_6w", "postpartum_6w_6m"}
    if expecting_or_new and p.back and p["nprs"] >= 8:
        yield "PREG-SEVERE-PAIN", IN_DAYS
    if p.age < 16 and not p.yes("guardian_present"):
        yield "MINOR-GUARDIAN", WAIT
    if p.conditions & CLEARANCE_CONDITIONS:
        yield _known_condition(p)
    if "asthma_copd" in p.conditions:
        yield "RESP-KNOWN", CAUTION


def _known_condition(p: Person) -> tuple[str, tuple[str, str, str]]:
    if not p.yes("active_regular"):
        cleared = p.yes("cleared_12m")
        return ("KNOWN-CLEARED", CAUTION) if cleared else ("KNOWN-INACTIVE", IN_2_WEEKS)
    if p["goal_intensity"] == "vigorous" and not p.yes("cleared_12m"):
        return "KNOWN-VIGOROUS", ("REFERRAL", "within_2_weeks", "vigorous")
    return "KNOWN-ACTIVE", CAUTION


def incomplete(p: Person) -> bool:
    """An answer that safety rests on is missing, or the ages cannot be right."""
    if p["age"] is None or not 5 <= p["age"] <= 110:
        return True
    if p["age_at_onset"] is not None and p["age_at_onset"] > p["age"]:
        return True
    needed = ["chest_pain"]
    if p.back_or_leg:
        needed += [*NERVE_ITEMS, "leg_weakness", "fever", "cancer"]
    return any(p[key] is None for key in needed)


def modifiers(p: Person, flags: set[str]) -> Iterator[str]:
    for flag, modifier in {
        "PAIN-ADAPT": "safety_net",
        "CONFIDENCE-LOW": "supportive_start",
        "KNOWN-CLEARED": "start_light_moderate",
        "KNOWN-VIGOROUS": "no_vigorous_until_cleared",
        "BP-CONTROLLED": "no_breath_hold",
        "BP-HIGH": "no_breath_hold",
        "BONE-FRAGILE": "osteo_safe_moves",
        "ILL-NOW": "postpone_until_well",
        "CES-NOT-SURE": "reask_emergency",
        "CES-EXPLAINED": "human_call_first",
    }.items():
        if flag in flags:
            yield modifier
    if p["nprs"] >= 8 or (p.back and p["weight_loss"] == "not_sure"):
        yield "human_call_first"
    if p["pregnancy"] == "pregnant":
        yield "pregnancy_adapt"
    if p.age < 18:
        yield "guardian_needed"
    if not p.yes("active_regular") and not p.conditions & CLEARANCE_CONDITIONS:
        yield "start_light_moderate"
    if incomplete(p):
        yield "invalid_reask"


DOMAINS = [
    *[nerve_items, legs, heart_and_vessels, infection, cancer],
    *[bones, weak_signs, pain, readiness],
]


def specified(answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the portal must decide for these answers."""
    person = Person(answers)
    fired = dict(flag for domain in DOMAINS for flag in domain(person))
    flags = set(fired)
    asked_again = set(modifiers(person, flags))
    level = max((outcome[0] for outcome in fired.values()), key=LEVELS.index, default="CLEAR")
    winners = [outcome for outcome in fired.values() if outcome[0] == level]
    timeframe = min((outcome[1] for outcome in winners), key=TIMEFRAMES.index, default="none")
    hold = max((outcome[2] for outcome in fired.values()), key=HOLDS.index, default="none")
    if "invalid_reask" in asked_again and level not in {"URGENT", "EMERGENCY"}:
        level, timeframe, hold = "INCOMPLETE", "none", "all"
    return {
        "disposition": level,
        "timeframe": timeframe,
        "hold": hold,
        "flags": sorted(flags),
        "modifiers": sorted(asked_again),
    }
