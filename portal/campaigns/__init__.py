"""Short links that say where somebody came from: `/go/<name>`, on a poster, a card or a page.

A link only forwards, with `utm_campaign` in the address; the lead forms keep that as they keep any
campaign, so a poster needs no bookkeeping of its own.
"""
