"""cosolve."""
