"""District folders: reading one, copying a shipped one, its grid files and its holidays; the shipped folders stand here as well.

Belongs here: files of a district and messages about them. Does not: what the keys mean (``transforms.district``).
"""
