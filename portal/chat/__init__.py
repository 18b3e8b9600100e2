"""Chat with us: a thread between somebody who has no account and whoever is at the desk.

`thread` holds the thread itself, `models` what was said in it, the staff's notes and the steps that
an undo takes back. `saying` is the visitor's side, `answering` the desk's, `joining` finds or makes
the lead, and `reading` opens what is sealed. Each thread is sealed under a data key of its own,
named by its `ref` and kept for the thread's life, also after it has joined a lead: nothing is
sealed anew, and whoever erases the person shreds the keys of their threads with their own.

`views` is the visitor's page `/chat` and the thread at `/chat/<token>`, whole without a script.
With one (static/chat.js) it is a panel beside the open pages, and polls by the desk's own
mechanism: a tag, and 304 while nothing has changed. The bubble that opens it is on pages to read,
never on a form's own page nor on a personal one: the road through the health check stays calm.

The health check's watch list and rules read what the visitor writes (`screening.overheard`): words
that sound like an emergency put the safety text (`alarm`) into the thread and the thread on top.
Nothing here ever advises.
"""
