"""Who may sit at the desk: accounts, sign-in, roles, and the guard on every staff page."""
