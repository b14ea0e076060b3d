-- Step 5: what is to look at is counted kind by kind, and whether a gateway ever asked is one look-up.

-- The kind of the credential, which never changes, so that counting one kind never walks over another.
ALTER TABLE usage ADD COLUMN kind {text} NOT NULL DEFAULT '';
UPDATE usage SET kind = (SELECT c.kind FROM credential c WHERE c.id = usage.credential);

-- At most one row of a credential waits, the one of its newest secret; none when any secret of it was ever used.
UPDATE usage SET waiting = 0 WHERE waiting = 1 AND EXISTS (
    SELECT 1 FROM usage u WHERE u.credential = usage.credential AND (u.at IS NOT NULL OR u.secret_no > usage.secret_no)
);
DROP INDEX usage_waiting;
CREATE INDEX usage_waiting ON usage (kind, credential) WHERE waiting = 1;

DROP INDEX credential_by_expiry;
CREATE INDEX credential_by_expiry ON credential (kind, expires_at, id)
    WHERE state = 'active' AND expires_at IS NOT NULL;

-- Of the credentials that somebody made, those that work now are counted.
DROP INDEX credential_by_maker;
CREATE INDEX credential_by_maker ON credential (created_by, state, expires_at);

-- One row once a gateway has asked about a credential, with when it first did. Untagged: it proves nothing.
CREATE TABLE asked (
    one {int} NOT NULL PRIMARY KEY CHECK (one = 1),
    at {int} NOT NULL
){strict};
INSERT INTO asked (one, at)
    SELECT 1, MIN(known.at) FROM (SELECT at FROM usage WHERE at IS NOT NULL UNION ALL SELECT at FROM refusal) AS known
    HAVING COUNT(*) > 0;
