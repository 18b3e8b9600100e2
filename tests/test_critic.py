"""The critic itself: a fault is found in a page of a shape that was sound before."""

import pytest
from flask import Response
from werkzeug.test import TestResponse

from tests.critic import criticise, shape

SOUND = """<!doctype html><html lang="en"><head><title>Note</title></head><body><main><h1>Note</h1>
<form action="/note" method="post"><input id="a" name="a" value="7"><p id="b">At 2:16 pm</p></form>
</main></body></html>"""
FAULTS = {
    "nothing in the title": ("<title>Note<", "<title><"),
    "nowhere to go": ('action="/note"', 'action=""'),
    "an id twice": ('id="b"', 'id="a"'),
    "an id of a row twice": ('id="b"', 'id="row-7"></p><p id="row-7"'),
    "no method": ('method="post"', 'method="put"'),
    "a handler": ('id="b"', 'id="b" onclick="a()"'),
    "a style": ('id="b"', 'id="b" style="top:0"'),
    "a second heading": ("<p ", "<h1>x</h1><p "),
    "a loose ampersand": ("At 2", "At &nosuch; 2"),
    "an end without a beginning": ("</p>", "</p></b>"),
    "a quote inside": ('value="7"', 'value="7"8"'),
    "a sign that is none": ("At 2", "At \x00 2"),
}


def answer(text: str) -> TestResponse:
    return TestResponse(Response(text).iter_encoded(), "200 OK", Response(text).headers, None)


def test_pages_that_differ_in_plain_words_and_values_have_one_shape():
    other = SOUND.replace("2:16", "11:05").replace('"7"', '"x.y-z"').replace("/note", "/a/b?c=1")
    assert shape(other) == shape(SOUND)


def test_pages_about_other_rows_have_one_shape_while_their_ids_differ():
    def rows(*numbers):
        return "".join(
            f'<p id="row-{each}-of-{numbers[0]}" class="n{each}">·</p>' for each in numbers
        )

    assert shape(rows(4, 5, 16)) == shape(rows(1, 2, 3))
    assert len({shape(rows(1, 2, 1)), shape(rows(1, 2, 2)), shape(rows(1, 2, 3))}) == 3


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_found_in_a_page_like_one_that_was_sound(fault):
    criticise(answer(SOUND))
    bad = SOUND.replace(*FAULTS[fault])
    assert bad != SOUND
    with pytest.raises(Exception):  # noqa: B017 - html5lib's or an assertion
        criticise(answer(bad))
