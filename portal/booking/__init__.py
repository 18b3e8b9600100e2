"""Step 3b: a time with a coach, at /book/<token>, and /manage/<token> to see, move or cancel it.

`diary` reads the hours, closures and bookings into plain facts; `openings` turns facts into times,
pure, and is the only judge of what is free: the page lists by it and the action books by it. Who
comes first is decided by the database: a live booking owns cells of five minutes of its coach's
time, and a cell has one owner.
"""
