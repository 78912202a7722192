"""One principal that signs in by client credentials, in each way PyIceberg has."""

import uuid

import pyarrow as pa
from pyiceberg.catalog import load_catalog
from requests.exceptions import HTTPError

from . import context
from .context import raises, same


def signed_in(manager, secret=None):
    """The catalog by the given manager: `credential` is none, which is how most people sign in."""
    properties = {k: v for k, v in context.properties.items() if k != "auth"}
    client, own = properties.pop("credential").split(":", 1)
    server, scope = properties.pop("oauth2-server-uri"), properties.pop("scope", "catalog")
    secret = secret or own
    if manager == "credential":
        return load_catalog("c", **properties, credential=f"{client}:{secret}", scope=scope, **{"oauth2-server-uri": server})
    settings = {"client_id": client, "client_secret": secret, "token_url": server, "scope": scope}
    return load_catalog("o", **properties, auth={"type": "oauth2", "oauth2": settings})


def writes(ns, manager):
    catalog = signed_in(manager)
    rows = pa.table({"id": pa.array([1, 2], pa.int64())})
    table = catalog.create_table((ns, f"p_{uuid.uuid4().hex[:8]}"), schema=rows.schema)
    table.append(rows)
    same(sorted(table.scan().to_arrow()["id"].to_pylist()), [1, 2])


def namespaces():
    return sorted([".".join(name)] for name in signed_in("oauth2").list_namespaces())


def wrong_secret():
    error = raises(HTTPError, lambda: signed_in("oauth2", "wrong").list_namespaces())
    same(error.response.json()["error"], "invalid_client")
