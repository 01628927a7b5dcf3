"""The ``cosolve`` command in a source checkout: ``python cli.py solve FILE``."""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # this folder would hide an installed cosolve, which has the kernels

from cosolve.cli.main import main

if __name__ == "__main__":
    main()
