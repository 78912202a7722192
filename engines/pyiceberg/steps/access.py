"""Steps that check which credentials the catalog accepts."""

from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import OAuthError, UnauthorizedError

from . import context
from .context import raises, step


def other(**changes):
    properties = {**context.properties, **changes}
    return load_catalog("other", **{key: value for key, value in properties.items() if value is not None})


@step
def wrong_secret(ns):
    """refuses a wrong client secret"""
    client = context.properties["credential"].split(":")[0]
    raises((OAuthError, UnauthorizedError), lambda: other(credential=f"{client}:wrong").list_namespaces())


@step
def no_credential(ns):
    """refuses a caller without credentials"""
    anonymous = {"credential": None, "scope": None, "oauth2-server-uri": None}
    raises(UnauthorizedError, lambda: other(**anonymous).list_namespaces())


@step
def forged_token(ns):
    """refuses a token that it did not issue"""
    forged = {"credential": None, "token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0."}
    raises(UnauthorizedError, lambda: other(**forged).list_namespaces())


@step
def right_secret(ns):
    """accepts the correct client secret"""
    other().list_namespaces()
