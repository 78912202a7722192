"""Functions for a catalog to which PyIceberg signs requests with an access key (`rest.sigv4-enabled`)."""

import uuid

import pyarrow as pa
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import UnauthorizedError

from . import context
from .context import raises, same


def other(**changes):
    properties = {**context.properties, **changes}
    return load_catalog("other", **{key: value for key, value in properties.items() if value is not None})


def writes(ns):
    catalog = context.catalog
    catalog.create_namespace_if_not_exists(ns)
    rows = pa.table({"id": pa.array([1, 2], pa.int64()), "name": ["a", "b"]})
    table = catalog.create_table((ns, f"p_{uuid.uuid4().hex[:8]}"), schema=rows.schema)
    table.append(rows)
    with table.update_schema() as update:
        update.rename_column("name", "title")
    table.delete("id = 1")
    same(table.scan().to_arrow().to_pylist(), [{"id": 2, "title": "b"}])
    name = (ns, f"q_{uuid.uuid4().hex[:8]}")
    catalog.rename_table(table.name(), name)
    same(catalog.load_table(name).scan().count(), 1)
    catalog.drop_table(name)


def large(ns):
    """Sends a request with a body over 64 KiB, for which PyIceberg sends no hash."""
    schema = pa.schema([(f"a_column_with_a_long_name_{i}", pa.string()) for i in range(1_500)])
    table = context.catalog.create_table((ns, f"w_{uuid.uuid4().hex[:8]}"), schema=schema)
    same(len(table.schema().fields), 1_500)


def names(ns):
    """Creates, lists and drops namespaces whose names contain characters that clients encode in paths and queries."""
    for name in ["with space", "a+b", "ä/ö", "q?x=1&y", "100%", "a.b~c_d-e"]:
        catalog, level = context.catalog, (ns, name)
        catalog.create_namespace(level)
        same(catalog.namespace_exists(level), True)
        same(catalog.load_namespace_properties(level).get("missing"), None)
        assert level in catalog.list_namespaces((ns,)), name
        catalog.drop_namespace(level)


def signs_with(key, secret):
    other(**{"client.access-key-id": key, "client.secret-access-key": secret}).list_namespaces()


def forged_secret():
    raises(UnauthorizedError, lambda: other(**{"client.secret-access-key": "x" * 43}))


def unknown_key():
    raises(UnauthorizedError, lambda: other(**{"client.access-key-id": "HGAK" + "A" * 20}))


def other_service():
    raises(UnauthorizedError, lambda: other(**{"rest.signing-name": "s3"}))


def token_too():
    """Sends a token in addition to the signature. PyIceberg moves the token to the header `Original-Authorization`."""
    error = raises(UnauthorizedError, lambda: other(token="abc"))
    assert "two identities" in str(error), error
