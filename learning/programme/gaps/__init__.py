"""What is owed and what is there: formats × periods, for the organ, a branch or a department.

`cells` judges, `counting` counts what it judges by, `grid` lays a year out, `details` shows what is behind one cell.

A constant number of statements whatever the number of people and sessions. A cell is judged on the plan: a session that moved counts for
the period it was planned for, and is late when it happened after the period's due day.
"""

from .cells import Cell, CellState
from .details import CellDetails, cell_details
from .grid import Grid, gap_grid

__all__ = ["Cell", "CellDetails", "CellState", "Grid", "cell_details", "gap_grid"]
