"""The routes of the studio: one module a page, each with its `ROUTES`. They look up nothing; workers do.

A PUT changes what exists, and brings the version that it is based on.
"""
