-- Step 6: nothing that is missing, old or added by hand passes unseen. Breaking: every tag of a credential and a secret is
-- made anew by the program, between this half and the next.

-- Count and sum of the rows of each tagged table, sealed, under the head's MAC.
ALTER TABLE head ADD COLUMN sums {bytes} NOT NULL DEFAULT {no_bytes};

-- A secret never changes once it is written. Which number is current, which older one still works, and until when (Unix
-- seconds), is said by the tagged row of the credential.
ALTER TABLE credential ADD COLUMN secret_no {int} NOT NULL DEFAULT 0;
ALTER TABLE credential ADD COLUMN older_no {int};
ALTER TABLE credential ADD COLUMN older_until {int};

ALTER TABLE account ADD COLUMN version {int} NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN tag {bytes} NOT NULL DEFAULT {no_bytes};

-- How a step changes the schema (additive: older programs go on; breaking: they are refused), the oldest step whose
-- programs may still use the desk, and the hash of the whole catalogue after it. Tagged.
ALTER TABLE schema_step ADD COLUMN nature {text} NOT NULL DEFAULT 'breaking' CHECK (nature IN ('additive', 'breaking'));
ALTER TABLE schema_step ADD COLUMN oldest {int} NOT NULL DEFAULT 0;
ALTER TABLE schema_step ADD COLUMN catalogue {bytes} NOT NULL DEFAULT {no_bytes};
ALTER TABLE schema_step ADD COLUMN tag {bytes} NOT NULL DEFAULT {no_bytes};

-- Rows that somebody wrote beside the trail, moved out of its way when an Administrator accepted the store. They prove
-- nothing.
CREATE TABLE stray (
    id {text} NOT NULL PRIMARY KEY,
    moved_at {int} NOT NULL,
    what {text} NOT NULL
){strict};

-- A fourth permission level may be written: Auditor.
CREATE TABLE person_anew (
    id {text} NOT NULL PRIMARY KEY,
    version {int} NOT NULL,
    name {text} NOT NULL UNIQUE,
    role {text} NOT NULL CHECK (role IN ('administrator', 'auditor', 'advanced', 'basic')),
    state {text} NOT NULL CHECK (state IN ('active', 'disabled')),
    epoch {int} NOT NULL,
    password {bytes} NOT NULL,
    password_version {int} NOT NULL,
    must_change {int} NOT NULL CHECK (must_change IN (0, 1)),
    created_at {int} NOT NULL,
    created_by {text} NOT NULL,
    changed_at {int} NOT NULL,
    changed_by {text} NOT NULL,
    change {int} NOT NULL,
    tag {bytes} NOT NULL
){strict};
INSERT INTO person_anew SELECT id, version, name, role, state, epoch, password, password_version, must_change,
    created_at, created_by, changed_at, changed_by, change, tag FROM person;
CREATE TABLE presence_anew (
    person {text} NOT NULL PRIMARY KEY REFERENCES person_anew (id),
    at {int} NOT NULL,
    address {text}
){strict};
INSERT INTO presence_anew SELECT person, at, address FROM presence;
DROP TABLE presence;
DROP TABLE person;
ALTER TABLE person_anew RENAME TO person;
ALTER TABLE presence_anew RENAME TO presence;
CREATE INDEX person_by_change ON person (change);
