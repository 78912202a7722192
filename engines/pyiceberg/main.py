"""Worker that runs PyIceberg: `connect` loads the catalog, and `call` runs a function of the folder steps."""

import importlib

import pyiceberg
from pyiceberg.catalog import load_catalog

import worker
from steps import context


def connect(properties):
    context.properties = {k: v for k, v in properties.items() if v is not None}
    context.catalog = load_catalog("ice", **context.properties)
    return pyiceberg.__version__


def call(name, args):
    module, function = name.split(".")
    return getattr(importlib.import_module(f"steps.{module}"), function)(**args)


worker.serve({"connect": connect, "call": call})
