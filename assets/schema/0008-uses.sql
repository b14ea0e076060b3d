-- Step 8: how often credentials are used, and which processes are at work. Additive: older programs need neither.

-- Requests of a credential on one day (UTC, counted from 1970), as verifiers counted them. The rows without a credential
-- hold the sum over all, so that the menu reads thirty rows and not thirty million. Untagged: it proves nothing.
CREATE TABLE used_day (
    credential {text} NOT NULL,
    day {int} NOT NULL,
    n {int} NOT NULL,
    refused {int} NOT NULL,
    PRIMARY KEY (credential, day)
){strict};
-- The most used of a day, and the days that are too old to be kept.
CREATE INDEX used_day_by_day ON used_day (day, n);
CREATE INDEX used_day_by_refused ON used_day (day, refused) WHERE refused > 0;

-- Verifiers and desks, each of which notes itself every few seconds. Untagged: it proves nothing.
CREATE TABLE process (
    -- Drawn at each start.
    id {text} NOT NULL PRIMARY KEY,
    kind {text} NOT NULL CHECK (kind IN ('verifier', 'desk')),
    host {text} NOT NULL,
    version {text} NOT NULL,
    -- The endpoints that gateways asked at, with blanks between.
    gateways {text} NOT NULL,
    started_at {int} NOT NULL,
    seen_at {int} NOT NULL,
    -- Since its start, and in a minute at the last rate.
    requests {int} NOT NULL,
    per_minute {int} NOT NULL,
    -- How far it has seen the store.
    epoch {int} NOT NULL,
    change {int} NOT NULL,
    -- The last batch of counts that it wrote: one whose commit got no answer is not counted twice.
    batch {int} NOT NULL
){strict};
CREATE INDEX process_by_seen ON process (seen_at);

-- Those that may not be used yet are counted for the menu.
CREATE INDEX credential_by_start ON credential (kind, not_before, expires_at)
    WHERE state = 'active' AND not_before IS NOT NULL;
