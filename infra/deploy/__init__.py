"""What runs by itself, and where: Prefect's deployments and its environment.

Belongs here: schedules and the settings of Prefect. Does not: flows (``flows``).
"""
