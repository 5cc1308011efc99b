"""A folder for PYTHONPATH: Python imports the plug in it at start-up."""
