"""Fails a test for any page with a fault that a browser would forgive and a person would not."""

import re

import html5lib
from werkzeug.test import TestResponse

NAMESPACE = "{http://www.w3.org/1999/xhtml}"
HTMX_2 = ("hx-on", "hx-disabled-elt", "hx-boost", "hx-ext", "hx-vars")
PLAIN = r"!#-%'-;=?-~\u00a0-\ud7ff"
"""Signs of which no number in any order opens, closes or spoils anything in HTML."""
VALUES = re.compile(rf'(\s(?!(?:id|type|method|xmlns)=)[\w:.-]+=")[{PLAIN}\s]+"')
"""What stands in an attribute; nothing is judged by it but for the four left out."""
WORDS = re.compile(rf">\s*[{PLAIN}][{PLAIN}\s]*<")
IDS = re.compile(r'\sid="[^"]*"')
_sound: set[str] = set()


def shape(text: str) -> str:
    """Return a page without its plain words and values: what its faults depend on.

    Numbers of rows in ids become first, second, third: ids that differed still do.
    """
    places: dict[str, str] = {}

    def place(number: re.Match[str]) -> str:
        return places.setdefault(number[0], f"\0{len(places)}\0")

    ids = IDS.sub(lambda found: re.sub(r"[0-9]+", place, found[0]), text)
    return WORDS.sub(">x<", VALUES.sub(r'\1x"', ids))


def criticise(answer: TestResponse) -> None:
    if (
        answer.mimetype != "text/html"
        or not answer.data
        or answer.status_code in {301, 302, 303, 308}
    ):
        return
    text = answer.get_data(as_text=True)
    if shape(text) not in _sound:
        _criticise(text)
        _sound.add(shape(text))


def _criticise(text: str) -> None:
    is_page = "<html" in text
    tree = (
        html5lib.HTMLParser(strict=True).parse(text)
        if is_page
        else html5lib.HTMLParser(strict=True).parseFragment(text)
    )
    elements = list(tree.iter())
    _ids_are_unique(elements)
    _forms_say_where_they_go(elements)
    _no_inline_script_or_style(elements)
    if is_page:
        assert len(_named(elements, "h1")) == 1, "a page has exactly one h1"
        assert len(_named(elements, "main")) == 1, "a page has exactly one main"
        assert _named(elements, "title")[0].text, "a page has a title"


def _named(elements, name):
    return [element for element in elements if element.tag == f"{NAMESPACE}{name}"]


def _ids_are_unique(elements) -> None:
    ids = [element.get("id") for element in elements if element.get("id")]
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)


def _forms_say_where_they_go(elements) -> None:
    for form in _named(elements, "form"):
        if form.get("method") != "dialog":
            assert form.get("action"), "every form names its action"
            assert form.get("method") in {"get", "post"}, "every form names its method"


def _no_inline_script_or_style(elements) -> None:
    for element in elements:
        if not isinstance(element.tag, str):
            continue
        assert element.get("style") is None, f"inline style on {element.tag}"
        for attribute in element.keys():  # noqa: SIM118
            assert not attribute.startswith("on"), f"inline handler {attribute}"
            assert not attribute.startswith(HTMX_2), f"htmx 2 habit {attribute}"
