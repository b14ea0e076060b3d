-- Step 6, SQLite's half: rows that the head does not count are not of the trail, and may be moved away.
DROP TRIGGER trail_keeps_rows;
CREATE TRIGGER trail_keeps_rows BEFORE DELETE ON trail WHEN OLD.no BETWEEN 1 AND COALESCE((SELECT trail_no FROM head), OLD.no)
BEGIN SELECT RAISE(ABORT, 'the trail keeps its rows'); END;
