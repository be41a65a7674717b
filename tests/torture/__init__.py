"""A machine that breaks things: a small home, a random disturbance, what a user would do next, and a verdict.

Reading order: ``machine`` (rounds by seed) → ``scenes`` (homes, and what is done in them) → ``disturbances`` (what happens meanwhile) →
``child`` (a process that runs commands and may die) → ``judge`` (as if nothing had been, or said by whoever could mislead).
Years of it: ``years`` (what each day brings) → ``engine`` (beginning what is due) → ``soak`` (two homes, and what a night costs).
"""
