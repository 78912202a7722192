"""Steps that check namespaces: properties, nesting, lists, and refused requests."""

from pyiceberg.exceptions import (
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField

from . import context
from .context import raises, same, step

SCHEMA = Schema(NestedField(1, "id", LongType(), required=False))


@step
def create(ns):
    """creates a namespace with properties and reads them back"""
    context.catalog.create_namespace(ns, {"owner": "engines", "comment": "ünï ✓"})
    read = context.catalog.load_namespace_properties(ns)
    same({key: read[key] for key in ("owner", "comment")}, {"owner": "engines", "comment": "ünï ✓"})
    assert context.catalog.namespace_exists(ns)


@step
def create_twice(ns):
    """refuses to create the same namespace a second time"""
    raises(NamespaceAlreadyExistsError, lambda: context.catalog.create_namespace(ns))


@step
def listed(ns):
    """lists a top-level namespace"""
    assert (ns,) in context.catalog.list_namespaces(), context.catalog.list_namespaces()


@step
def properties(ns):
    """sets and removes properties of a namespace, and reports missing ones"""
    summary = context.catalog.update_namespace_properties(ns, removals={"owner", "absent"}, updates={"a": "1"})
    same(sorted(summary.removed), ["owner"])
    same(sorted(summary.updated), ["a"])
    same(sorted(summary.missing), ["absent"])
    assert "owner" not in context.catalog.load_namespace_properties(ns)


@step
def nested(ns):
    """creates nested namespaces, and lists each level separately"""
    context.catalog.create_namespace((ns, "inner"))
    context.catalog.create_namespace((ns, "inner", "innermost"))
    same(context.catalog.list_namespaces(ns), [(ns, "inner")])
    same(context.catalog.list_namespaces((ns, "inner")), [(ns, "inner", "innermost")])


@step
def nested_table(ns):
    """distinguishes a table in a nested namespace from a table with the same name in its parent"""
    context.catalog.create_table((ns, "t"), SCHEMA)
    context.catalog.create_table((ns, "inner", "t"), SCHEMA)
    same(context.catalog.list_tables(ns), [(ns, "t")])
    same(context.catalog.list_tables((ns, "inner")), [(ns, "inner", "t")])
    outer, inner = context.catalog.load_table((ns, "t")), context.catalog.load_table((ns, "inner", "t"))
    assert outer.metadata.table_uuid != inner.metadata.table_uuid
    assert outer.location() != inner.location()


@step
def odd_names(ns):
    """accepts names with spaces, dots, percent signs and non-Latin letters"""
    for name in ("with space", "a.b", "100%", "%41", "ä-ö-ü", "表", "plus+plus", "semi;colon", "q?u=e&r", "hash#"):
        namespace = (ns, name)
        context.catalog.create_namespace(namespace)
        context.catalog.create_table((*namespace, name), SCHEMA)
        same(context.catalog.list_tables(namespace), [(*namespace, name)])
        same(context.catalog.load_table((*namespace, name)).name(), (*namespace, name))
        context.catalog.drop_table((*namespace, name))
        context.catalog.drop_namespace(namespace)


@step
def not_empty(ns):
    """refuses to drop a namespace that contains tables or namespaces"""
    raises(NamespaceNotEmptyError, lambda: context.catalog.drop_namespace((ns, "inner")))
    raises(NamespaceNotEmptyError, lambda: context.catalog.drop_namespace(ns))


@step
def absent(ns):
    """reports that missing namespaces and tables do not exist"""
    missing = f"{ns}_absent"
    raises(NoSuchNamespaceError, lambda: context.catalog.load_namespace_properties(missing))
    raises(NoSuchNamespaceError, lambda: context.catalog.list_tables(missing))
    raises(NoSuchNamespaceError, lambda: context.catalog.create_table((missing, "t"), SCHEMA))
    raises(NoSuchNamespaceError, lambda: context.catalog.drop_namespace(missing))
    raises(NoSuchTableError, lambda: context.catalog.load_table((ns, "absent")))
    raises(NoSuchTableError, lambda: context.catalog.drop_table((ns, "absent")))
    raises(TableAlreadyExistsError, lambda: context.catalog.create_table((ns, "t"), SCHEMA))
    assert not context.catalog.namespace_exists(missing)
    assert not context.catalog.table_exists((ns, "absent"))


@step
def drop(ns):
    """drops tables and namespaces, each before its parent"""
    context.catalog.drop_table((ns, "inner", "t"))
    context.catalog.drop_table((ns, "t"))
    for namespace in ((ns, "inner", "innermost"), (ns, "inner"), (ns,)):
        context.catalog.drop_namespace(namespace)
    assert not context.catalog.namespace_exists(ns)
