"""Lake and warehouse of one district: whether they belong together, and the writes by which they keep knowing of each other.

Reading order: ``sides`` (what each says) → ``verdict`` (what follows, a pure function) → ``pair`` (beginning, completing, committing) →
``adopting`` (beginning again where one is lost).

Belongs here: everything that concerns both stores at once. Does not: either alone (``infra.lake``, ``infra.warehouse``), when it is asked
(``flows.stores``).
"""
