import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.leads.hygiene import fold, one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Robin \t Test\r\n", "Robin Test"),
        ("Łukasz Żółć", "Łukasz Żółć"),
        ("Jose\u0301", "José"),
        ("אבי לוי", "אבי לוי"),
        ("\u202eRobin\u2066", "Robin"),
        ("Ro\x00bin\x1b[31m", "Robin[31m"),
        ("a\u2028b\u0085c", "a b c"),
        (
            "\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645",
            "\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645",
        ),
        ("\ufffe\ue000", ""),
        ("\u200b", ""),
    ],
)
def test_text_is_kept_composed_on_one_line_and_visible(typed, kept):
    assert one_line(typed) == kept


@given(st.text())
def test_cleaned_text_is_stable_and_holds_no_control_characters(typed):
    kept = one_line(typed)
    assert one_line(kept) == kept
    assert not {unicodedata.category(sign) for sign in kept} & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Łukasz Żółć", "lukasz zolc"),
        ("JOSÉ", "jose"),
        ("Straße", "strasse"),
        ("Ærø", "aero"),
        ("אבי", "אבי"),
    ],
)
def test_folded_text_compares_without_case_and_accents(text, folded):
    assert fold(text) == folded
