-- Step 1: the desk. One text for every database; the words in braces are the driver's:
-- {int} whole numbers of 64 bits, {bytes} bytes, {text} text that orders by code point, {strict} strict typing.

CREATE TABLE schema_step (
    no {int} NOT NULL PRIMARY KEY,
    applied_at {int} NOT NULL
){strict};

-- One row. Every change locks it first, which puts writers in order.
CREATE TABLE head (
    one {int} NOT NULL PRIMARY KEY CHECK (one = 1),
    store_id {text} NOT NULL,
    epoch {int} NOT NULL,
    change {int} NOT NULL,
    trail_no {int} NOT NULL,
    trail_hash {bytes} NOT NULL,
    mac {bytes} NOT NULL
){strict};

-- One row: a desk serves one account.
CREATE TABLE account (
    id {text} NOT NULL PRIMARY KEY,
    name {text} NOT NULL,
    created_at {int} NOT NULL,
    key_check {bytes} NOT NULL
){strict};

CREATE TABLE ring (
    id {int} NOT NULL PRIMARY KEY,
    purpose {text} NOT NULL CHECK (purpose IN ('seal', 'guard', 'head')),
    active {int} NOT NULL CHECK (active IN (0, 1)),
    wrapped {bytes} NOT NULL,
    created_at {int} NOT NULL
){strict};

CREATE TABLE person (
    id {text} NOT NULL PRIMARY KEY,
    version {int} NOT NULL,
    name {text} NOT NULL UNIQUE,
    role {text} NOT NULL CHECK (role IN ('administrator', 'advanced', 'basic')),
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
CREATE INDEX person_by_change ON person (change);

-- When a user last signed in. It decides nothing and has no tag.
CREATE TABLE presence (
    person {text} NOT NULL PRIMARY KEY REFERENCES person (id),
    at {int} NOT NULL,
    address {text}
){strict};

-- Wrong passwords by name. The name is stored as a keyed hash: people type passwords into it.
CREATE TABLE throttle (
    id {text} NOT NULL PRIMARY KEY,
    version {int} NOT NULL,
    failed {int} NOT NULL,
    pauses {int} NOT NULL,
    locked_until {int},
    at {int} NOT NULL,
    tag {bytes} NOT NULL
){strict};
CREATE INDEX throttle_by_at ON throttle (at);

CREATE TABLE credential (
    id {text} NOT NULL PRIMARY KEY,
    version {int} NOT NULL,
    kind {text} NOT NULL CHECK (kind IN ('basic', 'hmac', 'legacy')),
    key {text} NOT NULL,
    name {text} NOT NULL,
    name_fold {text} NOT NULL,
    state {text} NOT NULL CHECK (state IN ('active', 'disabled', 'revoked')),
    -- 0 for revoked ones: they leave the default list.
    listed {int} NOT NULL CHECK (listed IN (0, 1)),
    not_before {int},
    expires_at {int},
    networks {text} NOT NULL,
    note {text} NOT NULL,
    algorithms {text} NOT NULL,
    body_digest {text} NOT NULL CHECK (body_digest IN ('required', 'optional')),
    created_at {int} NOT NULL,
    created_by {text} NOT NULL,
    changed_at {int} NOT NULL,
    changed_by {text} NOT NULL,
    changed_how {text} NOT NULL,
    change {int} NOT NULL,
    tag {bytes} NOT NULL,
    UNIQUE (kind, key)
){strict};
CREATE INDEX credential_by_name ON credential (kind, listed, name_fold, id);
CREATE INDEX credential_by_key ON credential (kind, listed, key, id);
CREATE INDEX credential_by_created ON credential (kind, listed, created_at, id);
CREATE INDEX credential_by_state ON credential (kind, listed, state, name_fold, id);
CREATE INDEX credential_by_expiry ON credential (expires_at, id) WHERE state = 'active' AND expires_at IS NOT NULL;
CREATE INDEX credential_by_maker ON credential (created_by, listed);
CREATE INDEX credential_by_change ON credential (change);

-- Version 1 is the first, each rotation adds one. valid_until NULL is the current one.
CREATE TABLE secret (
    id {text} NOT NULL PRIMARY KEY,
    version {int} NOT NULL,
    credential {text} NOT NULL REFERENCES credential (id),
    no {int} NOT NULL,
    sealed {bytes} NOT NULL,
    valid_until {int},
    created_at {int} NOT NULL,
    created_by {text} NOT NULL,
    change {int} NOT NULL,
    tag {bytes} NOT NULL,
    UNIQUE (credential, no)
){strict};
CREATE INDEX secret_by_change ON secret (change);

-- Written by verifiers, in batches. Untagged: it proves nothing. waiting = 1 while a usable secret was never used.
CREATE TABLE usage (
    credential {text} NOT NULL REFERENCES credential (id),
    secret_no {int} NOT NULL,
    at {int},
    address {text},
    waiting {int} NOT NULL CHECK (waiting IN (0, 1)),
    PRIMARY KEY (credential, secret_no)
){strict};
CREATE INDEX usage_waiting ON usage (credential) WHERE waiting = 1;

-- How many credentials there are, kept in the transaction that changes one.
CREATE TABLE tally (
    kind {text} NOT NULL,
    state {text} NOT NULL,
    n {int} NOT NULL,
    PRIMARY KEY (kind, state)
){strict};

CREATE TABLE setting (
    id {text} NOT NULL PRIMARY KEY,
    version {int} NOT NULL,
    value {text} NOT NULL,
    change {int} NOT NULL,
    tag {bytes} NOT NULL
){strict};

-- The audit log: append-only, each row's hash covers all its columns and the hash before it.
CREATE TABLE trail (
    no {int} NOT NULL PRIMARY KEY,
    at {int} NOT NULL,
    who {text},
    via {text},
    unix {text},
    address {text},
    action {text} NOT NULL,
    class {text} NOT NULL CHECK (class IN ('change', 'access', 'refusal')),
    about {text} NOT NULL,
    subject {text},
    what {text} NOT NULL,
    before {text},
    after {text},
    operation {text} NOT NULL,
    hash {bytes} NOT NULL
){strict};
CREATE INDEX trail_by_subject ON trail (subject, no);
CREATE INDEX trail_by_about ON trail (about, no);
CREATE INDEX trail_by_class ON trail (class, no);
CREATE INDEX trail_by_who ON trail (who, no);
CREATE INDEX trail_by_operation ON trail (operation);

-- Refusals of one reason, subject and minute are one row of the trail; this counts them.
CREATE TABLE repeat (
    id {text} NOT NULL PRIMARY KEY,
    version {int} NOT NULL,
    no {int} NOT NULL,
    n {int} NOT NULL,
    tag {bytes} NOT NULL
){strict};
CREATE INDEX repeat_by_no ON repeat (no);
