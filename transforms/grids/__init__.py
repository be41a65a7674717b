"""Cells of a district and the cell of a point.

Belongs here: one file per kind of grid, assigning points, versions of zones, what may be wrong with a grid. Does not: datums
(``transforms.grids.datum``), reading and writing files (``infra.districts.grid_files``), the neighbourhood of a cell, which comes from
centres alone and is the same for all kinds (``transforms.grids.neighbours``).

A kind is a declaration that knows how to build its cells and how to find them; to add one, write its file and name it in ``kinds``.

Points are assigned by stated rules. A square owns its south and west edges. A hexagon owns what H3 assigns to it; H3 computes in floats, so
within a tenth of a millimetre of an edge it is one of the hexagons that meet there. A point on a border that zones share belongs to the
zone that comes first by ``cell_id``; the border of a hole belongs to the zone around it, what lies inside the hole does not. A point in no
cell is outside the district; it is never moved to the nearest cell. Of zones with versions, those in force on the day of the event count.
"""
