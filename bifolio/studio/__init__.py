"""Studio: the project as a local web page, for a therapist who has never seen a terminal.

`server` listens, `auth` keeps strangers out, `routes` answers the browser, and `tasks` runs in worker processes
whatever reads the project or makes pages, in a `session` that each of them keeps.
"""
