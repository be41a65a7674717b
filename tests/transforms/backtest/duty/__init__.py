"""Grades of the chances that open clocks are missed."""
