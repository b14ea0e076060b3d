-- Step 7: who is responsible for a credential, and its tags. Additive: the columns are in a row's tag only where they are used,
-- so a program that does not know them refuses the rows that use them and goes on with all others.

-- Who is responsible: a person, a team or an address; empty for nobody. As typed, and folded for search.
ALTER TABLE credential ADD COLUMN owner {text} NOT NULL DEFAULT '';
ALTER TABLE credential ADD COLUMN owner_fold {text} NOT NULL DEFAULT '';
-- Words, or words and values with `=` between; one blank between tags, in order.
ALTER TABLE credential ADD COLUMN tags {text} NOT NULL DEFAULT '';
