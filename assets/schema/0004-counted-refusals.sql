-- Step 4: refusals have a number of their own, since a clock may step back, and equal ones are one row with a count.

ALTER TABLE refusal ADD COLUMN no {int} NOT NULL DEFAULT 0;
ALTER TABLE refusal ADD COLUMN n {int} NOT NULL DEFAULT 1;

UPDATE refusal SET no = numbered.no FROM
    (SELECT credential, at, id, ROW_NUMBER() OVER (ORDER BY at, id) AS no FROM refusal) AS numbered
WHERE refusal.credential = numbered.credential AND refusal.at = numbered.at AND refusal.id = numbered.id;

DROP INDEX refusal_newest;
CREATE INDEX refusal_by_no ON refusal (no);
