import pytest

from portal.leads.touch import inside, touches, visit

OURS = "studio.example"


def test_campaign_and_landing_page_of_an_address_are_read():
    query = "utm_source=ig&utm_medium=story&utm_campaign=nov&utm_term=a&utm_content=b"
    assert visit(f"/articles/sore-back?{query}") == {
        "landing": "/articles/sore-back",
        "utm_source": "ig",
        "utm_medium": "story",
        "utm_campaign": "nov",
        "utm_term": "a",
        "utm_content": "b",
    }


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("", {}),
        ("/", {"landing": "/"}),
        ("/consult?email=robin@example.com&utm_source=", {"landing": "/consult"}),
        ("/consult?utm_source=a&utm_source=b", {"landing": "/consult", "utm_source": "a"}),
        ("/consult?utm_source=%00a%0d%0ab", {"landing": "/consult", "utm_source": "a b"}),
        ("/health-check/secret/result?utm_source=ig", {}),
        ("/desk/leads/1", {}),
        ("/articles/../desk", {}),
        ("javascript:alert(1)", {}),
        ("//evil.example/consult/x", {}),
        ("http://[", {}),
        ("/consult?" + "&".join(f"a{n}=1" for n in range(99)), {}),
    ],
)
def test_only_our_own_pages_and_campaign_names_are_kept(address, read):
    assert visit(address) == read


def test_long_campaign_words_are_cut():
    assert visit("/?utm_source=" + "x" * 999)["utm_source"] == "x" * 100


@pytest.mark.parametrize(
    ("referrer", "kept"),
    [
        ("https://search.example/find?q=sore+back", "https://search.example/find"),
        ("http://news.example", "http://news.example"),
        ("https://user:secret@news.example:8443/a#b", "https://news.example/a"),
        ("https://news.example/" + "x" * 999, "https://news.example/" + "x" * 279),
    ],
)
def test_other_sites_are_kept_without_their_query(referrer, kept):
    assert touches(landing="/", referrer=referrer, page="", host=OURS)["first"] == {
        "landing": "/",
        "referrer": kept,
    }


@pytest.mark.parametrize(
    "referrer",
    [
        "",
        "javascript:alert(1)",
        "ftp://x.example",
        "http://[",
        "https://",
        f"https://{OURS}/chat/secret",
    ],
)
def test_what_is_no_site_is_dropped(referrer):
    assert touches(landing="/", referrer=referrer, page="", host=OURS)["first"] == {"landing": "/"}


def test_page_without_a_campaign_keeps_that_of_the_arrival():
    found = touches(
        landing="/articles/sore-back?utm_source=ig",
        referrer="https://ig.example/",
        page="/consult",
        host=OURS,
    )
    assert found == {
        "first": {
            "landing": "/articles/sore-back",
            "utm_source": "ig",
            "referrer": "https://ig.example/",
        },
        "last": {"landing": "/consult", "utm_source": "ig", "referrer": "https://ig.example/"},
    }


def test_page_with_a_campaign_of_its_own_is_the_last_touch_alone():
    found = touches(
        landing="/?utm_source=ig&utm_term=spring",
        referrer="",
        page="/consult?utm_source=mail",
        host=OURS,
    )
    assert found["last"] == {"landing": "/consult", "utm_source": "mail"}


def test_form_without_a_page_has_one_touch_for_both():
    found = touches(landing="/?utm_source=ig", referrer="", page="", host=OURS)
    assert found["first"] == found["last"] == {"landing": "/", "utm_source": "ig"}


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("http://gym.example/consult?utm_source=a#b", "/consult?utm_source=a"),
        ("http://gym.example", "/"),
        ("http://gym.example.evil/consult", None),
        ("http://evil/http://gym.example/", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_only_addresses_on_our_host_are_inside(address, path):
    assert inside(address, host="gym.example") == path
