"""Every kind of grid that a district can declare.

Belongs here: the list. Does not: any kind (the files beside this one).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from transforms.grids.hexagons import HexagonGrid
from transforms.grids.square import SquareGrid
from transforms.grids.zones import ZoneGrid

Grid = Annotated[SquareGrid | HexagonGrid | ZoneGrid, Field(discriminator="kind")]
