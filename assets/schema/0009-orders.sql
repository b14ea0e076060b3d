-- Step 9: lists in the order of the expiry and of the last use. Additive: two indexes of expressions.

-- The expiry, with the end of time for those that never expire.
CREATE INDEX credential_by_until ON credential (kind, listed, COALESCE(expires_at, 9223372036854775807), id);

-- The last use, with the beginning of time for secrets that were never used.
CREATE INDEX usage_by_last ON usage (kind, COALESCE(at, 0), credential);
