"""Worker that runs an unmodified PyIceberg with the properties in the request."""

import pyiceberg
from pyiceberg.catalog import load_catalog

import worker


def load(properties, table):
    """Loads a table. Returns its name, or the class name of the error, which is a separate class for the status 401."""
    try:
        return ".".join(load_catalog("lake", **properties).load_table(table).name())
    except Exception as error:
        return type(error).__name__


worker.serve({"version": lambda: pyiceberg.__version__, "load": load})
