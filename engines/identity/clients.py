"""PyIceberg as people have it, with the properties that it is given."""

import pyiceberg
from pyiceberg.catalog import load_catalog

import worker


def load(properties, table):
    """What became of loading a table: its name, or the name of the error (401 has one of its own)."""
    try:
        return ".".join(load_catalog("lake", **properties).load_table(table).name())
    except Exception as error:
        return type(error).__name__


worker.serve({"version": lambda: pyiceberg.__version__, "load": load})
