-- Step 3: the newest refusals of all credentials together, and which known mistake of a client made a signature wrong.

-- One of the verifier's own sentences; never a word of the request but the name of a method.
ALTER TABLE refusal ADD COLUMN mistake {text};

CREATE INDEX refusal_newest ON refusal (at, id);
