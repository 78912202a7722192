"""Runs CTAS, INSERT, MERGE and queries in Spark with the settings in the argument (JSON), and prints `@@rows N`."""

import json
import sys

from pyspark.sql import SparkSession

settings, name = json.loads(sys.argv[1]), sys.argv[2]
builder = SparkSession.builder.appName("proxy")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
spark.sql(f"CREATE NAMESPACE lake.{name}")
spark.sql(f"CREATE TABLE lake.{name}.orders USING iceberg AS SELECT id, 'a b+c' AS name FROM range(10)")
spark.sql(f"INSERT INTO lake.{name}.orders SELECT id + 10, 'x' FROM range(10)")
spark.sql(f"MERGE INTO lake.{name}.orders o USING (SELECT 3 AS id) n ON o.id = n.id WHEN MATCHED THEN UPDATE SET name = 'm'")
rows = spark.sql(f"SELECT count(*) FROM lake.{name}.orders WHERE name <> 'm'").collect()[0][0]
assert len(spark.sql(f"SELECT * FROM lake.{name}.orders.snapshots").collect()) == 3
print(f"@@rows {rows}", flush=True)
spark.sql(f"DROP TABLE lake.{name}.orders")
spark.sql(f"DROP NAMESPACE lake.{name}")
spark.stop()
