"""Step 4: from the consult to a plan the client trusts.

`blocks` is what the coach asks at the consult, data in `blocks.toml`; the health check's answers
stand there already and change only through the health check itself, so that a warning answer leads
to the same decision, the same pages and the same hold. Every answer and figure is sealed; reading
them is noted in `intake`'s log of readings.
"""
