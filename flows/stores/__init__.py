"""What every run needs: the stores, opened once; the district; what the nights of one command share.

Belongs here: opening and closing, and the one value that rooms hand around (``Context``). Does not: doing anything with them
(``flows.intake``, ``flows.nights``, ``flows.tell``).
"""

from flows.stores.clock import Time as Time
from flows.stores.context import Context as Context
from flows.stores.opening import aside as aside
from flows.stores.opening import begun as begun
from flows.stores.opening import has_warehouse as has_warehouse
from flows.stores.opening import looking as looking
from flows.stores.opening import open_context as open_context
from flows.stores.opening import opened as opened
from flows.stores.opening import require_no_lakes as require_no_lakes
from flows.stores.stores import Stores as Stores
from flows.stores.writing import bringing_back as bringing_back
from flows.stores.writing import writing as writing
