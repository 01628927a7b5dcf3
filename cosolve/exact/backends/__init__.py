"""Back-ends for mixed-integer programs: one module each, which holds a ``BACKEND``.

A new one is one file here, and `cosolve solve --method` knows its name. See
``cosolve.exact.mip_backend`` for what it has to provide.
"""
