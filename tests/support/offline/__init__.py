"""A folder for PYTHONPATH: Python imports the guard in it at start-up."""
