"""What readers leave under an article: held until a person has read it, then shown to everybody.

The form stands under the article and is of the lead forms' kind (`forms`): no cookie, a key that
makes sending it twice harmless, doubt that holds and never deletes. `actions.leave` keeps a reply
in one transaction, HELD whatever it says. A coach or manager publishes it, edits it for privacy,
answers, or puts it aside, and closes the thread of an article (`inbox`, `moderating`).

**What is sealed.** Who wrote and what they wrote, always, under a key of the reply's own, which is
named by its `ref`: people write about their health although we ask them not to. What is published
is opened to be shown. So erasing a reply deletes its row and shreds its key, and no backup of the
database brings the words back. An edit for privacy keeps the words as they were written in
`original`, sealed, for as many days as held replies are kept: so that an edit can be taken back and
its writer asked. Then a clock drops them.

A reply that names a sign for which the health check sends people to get help
(`screening.overheard`) shows its writer the safety text at once, and rings at the desk. Where the
form has a problem it shows what to do above it: nothing is kept then, and nothing rings.

The writer has a link of their own (`links`): it shows no word of theirs, stops the mail and erases.
"""
