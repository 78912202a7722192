"""Worker that runs Spark: `connect` creates the session, and `sql` runs a statement."""

import re

import worker

session = None


def connect(conf):
    global session
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("engines")
    for key, value in conf.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session.version


def sql(statement):
    try:
        return [list(row) for row in session.sql(statement).collect()]
    except Exception as error:
        raise RuntimeError(messages(error)) from None


def messages(error):
    """Returns the messages of a Spark error and of its causes, without stack traces."""
    java = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    if java is None:
        return str(error)
    found = []
    while java is not None and len(found) < 6:
        text = re.sub(r"\s*\n\s*at .*", "", str(java.toString()), flags=re.S)
        if text not in found:
            found.append(text)
        java = java.getCause()
    return " <- ".join(found)


worker.serve({"connect": connect, "sql": sql})
