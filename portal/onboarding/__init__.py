"""Step 4: from the consult to a plan the client trusts.

`blocks` is what the coach asks at the consult, data in `blocks.toml`; the health check's answers
stand there already and change only through the health check itself, so that a warning answer leads
to the same decision, the same pages and the same hold. Every answer and figure is sealed; reading
them is noted in `intake`'s log of readings.

`planning` builds the plan and reads the traffic light, pure; `changing` is the coach's hand on a
plan, `training` the person's, `stopping` what ends it for now. `client` is their own page
`/plan/<token>`: any of `signs` reported there goes through the health check's rules at once, which
hold, and the plan stops. The worker ends a session that was left half done, so that the light reads
it too.
"""
