"""A process in which two threads ask a finder that was never asked before, again and again; a process of its own, as it may not survive."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from transforms.grids.zones import ZoneFinder

ROUNDS = 150
SIDE, CORNERS = 10, 400


def stars() -> pl.DataFrame:
    """Zones with many corners, which take a moment to prepare."""
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    radius = 0.06 * (1 + 0.3 * np.sin(7 * angle))
    star = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    centres = [(x / SIDE, y / SIDE) for x in range(SIDE) for y in range(SIDE)]
    return pl.DataFrame({"outline": [shapely.to_geojson(shapely.Polygon(star + centre)) for centre in centres]})


def main() -> None:
    """Ask with as many points as the command line says; both threads must be told the same."""
    lon, lat = np.random.default_rng(1).random((2, int(sys.argv[1])))
    cells = stars()
    for _ in range(ROUNDS):
        finder, together = ZoneFinder(cells), Barrier(2)

        def found(finder: ZoneFinder = finder, together: Barrier = together) -> NDArray[np.int64]:
            together.wait()
            return finder.positions(lon, lat)

        with ThreadPoolExecutor(2) as threads:
            one, two = threads.submit(found), threads.submit(found)
        assert (one.result() == two.result()).all()
        assert (one.result() >= 0).any()


if __name__ == "__main__":
    main()
