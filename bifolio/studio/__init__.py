"""Studio: the project as a local web page, for a therapist who has never seen a terminal.

A client of the office, the pipeline and the press; nothing of them knows it. `server` listens, `guard` keeps
strangers out, `counter` takes what a browser asks for, and `crew` has it made in press processes, whose tasks
stand in `tasks`.
"""
