"""Functions for a principal that authenticates with client credentials, in each way that PyIceberg supports."""

import time
import uuid

import pyarrow as pa
import requests
from pyiceberg.catalog import load_catalog
from requests.exceptions import HTTPError

from . import context
from .context import raises, same


def signed_in(manager, secret=None, **more):
    """Loads the catalog with the property `credential`, or with the auth manager `oauth2` and the settings `more`."""
    properties = {k: v for k, v in context.properties.items() if k != "auth"}
    client, own = properties.pop("credential").split(":", 1)
    server, scope = properties.pop("oauth2-server-uri"), properties.pop("scope", "catalog")
    secret = secret or own
    if manager == "credential":
        return load_catalog("c", **properties, credential=f"{client}:{secret}", scope=scope, **{"oauth2-server-uri": server})
    settings = {"client_id": client, "client_secret": secret, "token_url": server, "scope": scope, **more}
    return load_catalog("o", **properties, auth={"type": "oauth2", "oauth2": settings})


def writes(ns, manager):
    catalog = signed_in(manager)
    rows = pa.table({"id": pa.array([1, 2], pa.int64())})
    table = catalog.create_table((ns, f"p_{uuid.uuid4().hex[:8]}"), schema=rows.schema)
    table.append(rows)
    same(sorted(table.scan().to_arrow()["id"].to_pylist()), [1, 2])


def namespaces():
    return sorted([".".join(name)] for name in signed_in("oauth2").list_namespaces())


def tokens_in(seconds, **more):
    """Returns how many different tokens the auth manager sends in this time. Raises an error if one is refused."""
    catalog = signed_in("oauth2", **more)
    manager, sent = catalog._session.auth.auth_manager, set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        catalog.list_namespaces()
        sent.add(manager.auth_header())
        time.sleep(0.2)
    return len(sent)


def renews():
    """Checks `auth.oauth2.refresh_margin`: the time in s before the expiry of a token at which it is renewed."""
    client, secret = context.properties["credential"].split(":", 1)
    form = {"grant_type": "client_credentials"}
    answer = requests.post(context.properties["oauth2-server-uri"], data=form, auth=(client, secret), timeout=10)
    life = answer.json()["expires_in"]
    assert tokens_in(3, refresh_margin=life - 1) >= 2
    same(tokens_in(2), 1)


def response_lifetime():
    """Checks `auth.oauth2.expires_in`, which has no effect if the token response contains a lifetime."""
    same(tokens_in(3, expires_in=61), 1)


def wrong_secret():
    error = raises(HTTPError, lambda: signed_in("oauth2", "wrong").list_namespaces())
    same(error.response.json()["error"], "invalid_client")
