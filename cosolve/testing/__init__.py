"""Tools for testing solvers and problems, for cosolve itself and for third parties."""
