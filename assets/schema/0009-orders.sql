-- Step 9: lists in the order of the expiry and of the last use. Additive: two columns that the database works out itself, and
-- their indexes.

-- The expiry, with the end of time for those that never expire.
ALTER TABLE credential ADD COLUMN until {int} GENERATED ALWAYS AS (COALESCE(expires_at, 9223372036854775807)) VIRTUAL;
CREATE INDEX credential_by_until ON credential (kind, listed, until, id);

-- The last use, with the beginning of time for secrets that were never used.
ALTER TABLE usage ADD COLUMN last {int} GENERATED ALWAYS AS (COALESCE(at, 0)) VIRTUAL;
CREATE INDEX usage_by_last ON usage (kind, last, credential);
