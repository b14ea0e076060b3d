-- Step 1, SQLite's half: triggers are written differently by every database.

CREATE TRIGGER trail_keeps_rows BEFORE DELETE ON trail
BEGIN SELECT RAISE(ABORT, 'the trail keeps its rows'); END;

CREATE TRIGGER trail_keeps_text BEFORE UPDATE ON trail
BEGIN SELECT RAISE(ABORT, 'the trail keeps its text'); END;
