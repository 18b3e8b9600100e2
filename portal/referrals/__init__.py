"""Step 3a, someone should look first: the letter, the professional's answer, a coach's word on it.

A decision that refers somebody opens one `Referral` for the lead (`news` listens to decisions): its
states and who may go from one to the next stand in `models`. The person takes a `letter` and hands
on its signed return link; the professional's answer, or the person's own word, is a `Clearance`,
sealed, which a coach or manager verifies (`verifying`). A verified clearance releases the lead;
booking and passes ask `queries.is_released` and find the hold on the lead itself lifted. `chores`
are the worker's: two kind mails to the silent, and the end of a clearance.

What anybody may see: the person's link shows the next step, and the letter only on a press; the
return link shows no answers at all; the desk role reads a state and what to do.
"""
