"""Writes and reads a table with a token of Keycloak. Usage: orders.py alice|ben|etl"""

import json
import os
import sys
import urllib.parse
import urllib.request

import pyarrow as pa
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import ForbiddenError

url = os.environ.get("HEADGATE_URL", "http://127.0.0.1:8181")
tokens = "http://127.0.0.1:8080/realms/lakehouse/protocol/openid-connect/token"
user = sys.argv[1]


def sign_in(name):
    """Returns an access token. Only this example sends a password: people sign in with a browser."""
    form = {
        "grant_type": "password",
        "client_id": "lakehouse-cli",
        "username": name,
        "password": f"{name}-password",
        "scope": "openid",
    }
    with urllib.request.urlopen(tokens, urllib.parse.urlencode(form).encode()) as response:
        return json.load(response)["access_token"]


if user == "etl":
    # A job signs in at Keycloak as a client, and PyIceberg requests new tokens when they end.
    settings = {"client_id": "etl", "client_secret": "etl-secret", "token_url": tokens, "scope": "openid"}
    auth = {"auth": {"type": "oauth2", "oauth2": settings}}
else:
    auth = {"token": sign_in(user)}

catalog = load_catalog("lakehouse", **{"type": "rest", "uri": url, "warehouse": "lakehouse", **auth})
schema = pa.schema([pa.field("id", pa.int64(), nullable=False), ("written_by", pa.string())])

if user == "alice":
    catalog.create_table("sales.orders", schema=schema)

table = catalog.load_table("sales.orders")
try:
    rows = [{"id": table.scan().to_arrow().num_rows + 1, "written_by": user}]
    table.append(pa.Table.from_pylist(rows, schema=schema))
except (ForbiddenError, OSError) as error:
    print(f"{user} may not write: {type(error).__name__}")
print(f"{user} reads:", sorted(table.refresh().scan().to_arrow()["written_by"].to_pylist()))
