-- Step 2: what verifiers refused, so that an administrator can say why a client does not get through.

-- The last refusals of each known credential. Untagged: it proves nothing. It holds no field of the request but the
-- name of the one that was wrong.
CREATE TABLE refusal (
    credential {text} NOT NULL REFERENCES credential (id),
    at {int} NOT NULL,
    -- Tells refusals of the same second apart.
    id {text} NOT NULL,
    reason {text} NOT NULL,
    component {text},
    clock_offset {int},
    address {text},
    PRIMARY KEY (credential, at, id)
){strict};
