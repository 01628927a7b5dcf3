"""The ``cosolve`` command: one file per command; they parse, call the library and print."""
