"""Step 3c, a day pass: claimed after the health check, shown as a code, redeemed once at the door.

`standing` says who may have one and `verdict` who may come in with it; both look at the lead as it
stands now. What can only happen once is decided by the database: `PassIdentity` holds one row for
everything a person is known by, `Redemption` one row for a pass that was used. The waiver's text is
`waiver.toml` or the studio's own file; what somebody signed is kept with it, word for word, and as
a PDF by `record`.
"""
