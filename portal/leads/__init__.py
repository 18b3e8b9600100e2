"""Step 1, someone asks: the consult and day-pass forms, and the person they open a lead for.

A form is shown with a random `key` and a token signed for that key (`proof`): no cookie, nothing
stored, and the empty form itself is rendered once a day (`blank`). What is sent is cleaned
(`hygiene`), read (`forms`, `contact`, `days`, `touch`) and, when it will do, becomes one `Asked`.

`actions.open_lead` writes it in one transaction: lead, enquiry, consents, story, search words and
mail. The unique key makes sending it twice harmless, the unique e-mail and phone make the same
person one lead; whoever comes second is refused by the database and finds what the first left.

What no person would send (`proof.doubt`, the trap field) is kept aside as HELD, without mail, and
answered like everything else; going on with the health check lets the merely hasty in (`holding`).
Then a 303 hands over to the health check: later steps know this one, never the reverse.
"""
