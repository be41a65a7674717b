"""A district whose stores are opened when they are first asked for, and asked for again where they could not be.

Belongs here: that. Does not: opening (``flows.stores``).
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import Final

from flows.stores import Context, opened
from infra.districts.watching import WatchedFolder
from infra.errors import SifangError
from infra.settings import Settings

# Who asks again and again does not have stores opened again and again.
_AGAIN_SECONDS: Final = 10.0


class LateDistrict:
    """A district by its code; what is open stays so until the process ends."""

    def __init__(self, code: str, settings: Settings) -> None:
        # Who waits for a page does not wait for a database.
        self._code, self._settings = code, settings.model_copy(update={"warehouse_wait": 0.0})
        self._lock = threading.Lock()
        self._context: Context | None = None
        self._failed: SifangError | None = None
        self._tried = 0.0
        self._folder: WatchedFolder | None = None

    def context(self) -> Context:
        """The district, opened.

        Raises:
            SifangError: it cannot be, now or a moment ago.
        """
        with self._lock:
            if self._context is not None:
                return self._context
            if self._failed is not None and time.monotonic() - self._tried < _AGAIN_SECONDS:
                raise self._failed
            try:
                # It is never closed: stores end with the process.
                self._context = ExitStack().enter_context(opened(self._code, self._settings))
            except SifangError as error:
                self._failed, self._tried = error, time.monotonic()
                raise
            return self._context

    def as_declared(self) -> Context:
        """The same, as its folder declares it now.

        Raises:
            SifangError: it cannot be opened, or its folder is in pieces.
        """
        context = self.context()
        with self._lock:
            self._folder = self._folder or WatchedFolder(context.folder)
        return context.under(self._folder.now())
