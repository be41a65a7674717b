"""The steps, oldest first by number. Belongs here: one file per released change of schema. Does not: anything that reads them."""
