"""Worker that runs ClickHouse: `connect` opens the catalog as the database `ice`, and `sql` runs a statement."""

import json
import os

from chdb import session

import worker

clickhouse = None


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def connect(connection):
    global clickhouse
    clickhouse = session.Session(os.path.join(os.getcwd(), "clickhouse"))
    for setting in ("allow_database_iceberg", "allow_insert_into_iceberg"):
        clickhouse.query(f"SET {setting} = 1")
    clickhouse.query("SET output_format_json_quote_64bit_integers = 0")
    settings = {"catalog_type": "rest", "warehouse": connection["warehouse"]}
    auth = connection["auth"]
    if "credential" in auth:
        settings["catalog_credential"] = auth["credential"]
        settings["auth_scope"] = auth["scope"]
        settings["oauth_server_uri"] = auth["server_uri"]
    settings["storage_endpoint"] = connection["storage_endpoint"]
    assigned = ", ".join(f"{name} = {quoted(value)}" for name, value in settings.items())
    clickhouse.query(
        f"CREATE DATABASE ice ENGINE = DataLakeCatalog({quoted(connection['uri'] + '/v1')}) "
        f"SETTINGS {assigned}, vended_credentials = true"
    )
    [[version]] = sql("SELECT version()")
    return version


def sql(statement):
    text = str(clickhouse.query(statement, "JSONCompactEachRow"))
    return [json.loads(line) for line in text.splitlines() if line]


worker.serve({"connect": connect, "sql": sql})
