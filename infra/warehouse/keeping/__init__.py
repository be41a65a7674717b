"""Whose a district is, who may write it, and what may be kept of it.

Reading order: ``locks`` (one writer at a time) → ``districts`` (every version that was used) → ``identities`` and ``keys`` (which lake and
which key belong here) → ``erasures``, ``rotations`` and ``adoptions`` (reports that go, another key, a store that was lost).

Belongs here: what holds for a district whatever its nights say. Does not: doing these things (``flows.repair``, ``infra.accord``).
"""
