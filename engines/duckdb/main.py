"""Worker that runs DuckDB: `connect` attaches the catalog as the database `ice`, and `sql` runs a statement."""

import glob
import importlib
import os

import duckdb

import worker

database = None


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def load(extension):
    """Loads an extension from its Python package, so that DuckDB downloads nothing at run time."""
    package = importlib.import_module(f"duckdb_extension_{extension}")
    pattern = os.path.join(os.path.dirname(package.__file__), "extensions", "*", "*.duckdb_extension")
    [file] = glob.glob(pattern)
    database.execute(f"LOAD {quoted(file)}")


def connect(connection):
    global database
    database = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    for extension in ("httpfs", "avro", "iceberg"):
        load(extension)
    database.execute("SET TimeZone = 'UTC'") if has_icu() else None
    storage = connection["storage"]
    if storage["kind"] == "s3":
        endpoint = storage["endpoint"].removeprefix("http://")
        database.execute(
            f"CREATE SECRET storage (TYPE s3, KEY_ID {quoted(storage['accessKeyId'])}, "
            f"SECRET {quoted(storage['secretAccessKey'])}, REGION {quoted(storage['region'])}, "
            f"ENDPOINT {quoted(endpoint)}, URL_STYLE 'path', USE_SSL false)"
        )
    options = ["TYPE iceberg", f"ENDPOINT {quoted(connection['uri'])}"]
    # By default, DuckDB requests storage keys. Here it reads files with the secret above, or from the local disk.
    if storage["kind"] != "vended":
        options.append("ACCESS_DELEGATION_MODE 'none'")
    auth = connection["auth"]
    if "token" in auth:
        options.append(f"TOKEN {quoted(auth['token'])}")
    elif "client_id" in auth:
        database.execute(
            f"CREATE SECRET catalog (TYPE iceberg, CLIENT_ID {quoted(auth['client_id'])}, "
            f"CLIENT_SECRET {quoted(auth['client_secret'])}, OAUTH2_SCOPE {quoted(auth['scope'])}, "
            f"OAUTH2_SERVER_URI {quoted(auth['server_uri'])})"
        )
        options.append("SECRET catalog")
    else:
        options.append("AUTHORIZATION_TYPE 'none'")
    database.execute(f"ATTACH {quoted(connection['warehouse'])} AS ice ({', '.join(options)})")
    return duckdb.__version__


def has_icu():
    rows = database.execute("SELECT loaded FROM duckdb_extensions() WHERE extension_name = 'icu'").fetchall()
    return bool(rows and rows[0][0])


def sql(statement):
    return database.execute(statement).fetchall()


worker.serve({"connect": connect, "sql": sql})
