CREATE TABLE sales.orders (id BIGINT NOT NULL, item STRING, day DATE) PARTITIONED BY (months(day));
INSERT INTO sales.orders VALUES (1, 'lamp', DATE '2026-10-30'), (2, 'chair', DATE '2026-11-02');

-- The table of a CTAS does not exist for other clients until it is committed. Its storage credentials are renewed too.
CREATE TABLE sales.november AS SELECT * FROM sales.orders WHERE day >= DATE '2026-11-01';

MERGE INTO sales.orders AS t
USING (SELECT * FROM VALUES (2, 'armchair', DATE '2026-11-02'), (3, 'desk', DATE '2026-11-20') AS s(id, item, day)) AS s
ON t.id = s.id
WHEN MATCHED THEN UPDATE SET item = s.item
WHEN NOT MATCHED THEN INSERT *;

ALTER TABLE sales.orders CREATE BRANCH review;
DELETE FROM sales.orders.branch_review WHERE item = 'lamp';

SELECT concat('main: ', concat_ws(', ', sort_array(collect_list(item)))) FROM sales.orders;
SELECT concat('review: ', concat_ws(', ', sort_array(collect_list(item)))) FROM sales.orders VERSION AS OF 'review';
SELECT concat('november: ', concat_ws(', ', sort_array(collect_list(item)))) FROM sales.november;
SELECT concat('snapshots: ', count(*)) FROM sales.orders.snapshots;
