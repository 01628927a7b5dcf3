"""Divide, conquer and reunite around any solver.

A solution is cut into parts that are problems of their own, every part goes to a solver, and what
it improved is put back; then the solution is cut elsewhere. This is the frame of UDC [1]_, whose
neural networks for the first solution and for the parts it leaves open: the first solution comes
from a guide or a solver, the parts go to any solver.

A problem takes part with a :class:`Cutter` and a :class:`Merger`.

References
----------
.. [1] Z. Zheng, C. Zhou, X. Tong, M. Yuan, Z. Wang, "UDC: A unified neural divide-and-conquer
   framework for large-scale combinatorial optimization problems", NeurIPS (2024), arXiv 2407.00312.
"""

from cosolve.divide.base import Cutter, Merger, Part
from cosolve.divide.rounds import Division, conquer

__all__ = ["Cutter", "Division", "Merger", "Part", "conquer"]
