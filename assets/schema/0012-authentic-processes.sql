-- Step 12: who says that a verifier answers from a change has the master key. Additive: older programs write no tag, and what
-- they say of themselves is not believed.

-- Over what the row says of its process, but for the counts. Empty in the rows of older programs.
ALTER TABLE process ADD COLUMN tag {bytes} NOT NULL DEFAULT {no_bytes};
