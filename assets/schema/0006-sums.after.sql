-- Step 6, second half: what the rows do not need any more.
DROP INDEX secret_by_change;
ALTER TABLE secret DROP COLUMN valid_until;
ALTER TABLE secret DROP COLUMN change;
