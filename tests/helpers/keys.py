"""Keys of the form that is accepted, the same in every run: they protect nothing but invented reports."""

from __future__ import annotations

from infra import keys

SECRET = b"protects nothing but invented re"
KEY = keys.written(SECRET)
OTHER_KEY = keys.written(b"another key that protects nothin")
