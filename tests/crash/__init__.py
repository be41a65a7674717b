"""Runs that are killed at a chosen point and repeated, and writers that meet."""
