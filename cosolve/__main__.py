"""``python -m cosolve`` is the ``cosolve`` command."""

from cosolve.cli.main import main

if __name__ == "__main__":
    main()
