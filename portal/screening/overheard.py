"""How grave a text is that nobody asked for: a message in a chat, a reply under an article.

The watch list finds what is mentioned and not denied; how grave that is, the health check's own
rules say: of all answers to the question behind it, the gravest counts, for somebody whose back is
newly sore. What no question asks, such as a heart attack or the wish to die, is as grave as any.
A text cannot be asked back, so this errs on the side of caution; what was over long ago is let be.
"""

from functools import cache

from portal.screening.decision import AT_ONCE, decide
from portal.screening.questionnaire import questionnaire
from portal.screening.watch import watch, watchlist

NEWLY_SORE = {"pain_sites": ["low_back"], "duration": "lt_2w"}


def overheard(text: str) -> str | None:
    """Return the gravest level that sends people to get help at once, None for most texts."""
    said = watchlist().of_today(text)
    if watchlist().cries_out(said):
        return AT_ONCE[-1]
    return max((weigh(key) for key in watch(said)), key=_rank, default=None)


@cache
def weigh(key: str) -> str | None:
    """Return the gravest such level that any answer to a question gives."""
    asked = questionnaire()
    facts = (asked.facts({**NEWLY_SORE, key: value}) for value in asked.questions[key].values)
    levels = {decide(each).disposition for each in facts}
    return max(levels.intersection(AT_ONCE), key=_rank, default=None)


def _rank(level: str | None) -> int:
    return AT_ONCE.index(level) if level else -1
