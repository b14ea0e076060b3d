-- Step 11: SSH keys of users. Additive: older programs neither read nor write them, and keep their sum in the head.

CREATE TABLE ssh_key (
    id {text} NOT NULL PRIMARY KEY,
    version {int} NOT NULL,
    -- The number by which the forced command names it; never given twice.
    no {int} NOT NULL UNIQUE,
    -- The user's id. No reference: repairing a user writes their row anew.
    person {text} NOT NULL,
    algorithm {text} NOT NULL,
    blob {bytes} NOT NULL,
    -- As `ssh-keygen -lf` prints it.
    fingerprint {text} NOT NULL,
    label {text} NOT NULL,
    -- CIDRs with one blank between; empty for any.
    networks {text} NOT NULL,
    -- Unix seconds; none for never.
    expires_at {int},
    state {text} NOT NULL CHECK (state IN ('active', 'removed')),
    created_at {int} NOT NULL,
    created_by {text} NOT NULL,
    changed_at {int} NOT NULL,
    changed_by {text} NOT NULL,
    change {int} NOT NULL,
    tag {bytes} NOT NULL
){strict};
-- A key belongs to one user; one that was removed may come back.
CREATE UNIQUE INDEX ssh_key_by_fingerprint ON ssh_key (fingerprint) WHERE state = 'active';
CREATE INDEX ssh_key_by_any_fingerprint ON ssh_key (fingerprint, no);
CREATE INDEX ssh_key_by_person ON ssh_key (person, no);

-- When a key last opened a session. It decides nothing and has no tag.
CREATE TABLE ssh_use (
    key {text} NOT NULL PRIMARY KEY REFERENCES ssh_key (id),
    at {int} NOT NULL,
    address {text}
){strict};
