"""Run a data challenge on data that nobody may share."""
