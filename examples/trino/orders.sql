CREATE TABLE lakehouse.sales.orders (id bigint, item varchar, day date) WITH (partitioning = ARRAY['month(day)']);
INSERT INTO lakehouse.sales.orders VALUES (1, 'lamp', DATE '2026-10-30'), (2, 'chair', DATE '2026-11-02');
UPDATE lakehouse.sales.orders SET item = 'armchair' WHERE id = 2;
CREATE TABLE lakehouse.sales.november AS SELECT * FROM lakehouse.sales.orders WHERE day >= DATE '2026-11-01';
SELECT item, day FROM lakehouse.sales.orders ORDER BY id;
