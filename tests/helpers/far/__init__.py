"""Far sides on loopback, for tests: real servers that answer as portals do, and misbehave on purpose."""
