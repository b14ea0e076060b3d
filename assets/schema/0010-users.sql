-- Step 10: a note on a user, and how a user last signed in. Additive: the note is in a row's tag only where there is one.

-- A note for Administrators, such as a team or an end date; empty for none.
ALTER TABLE person ADD COLUMN note {text} NOT NULL DEFAULT '';
-- How the last sign-in was proved, as in the trail; none where it was not noted.
ALTER TABLE presence ADD COLUMN via {text};
-- Credentials with a start, by who made them: those that are still to come are no usable ones.
CREATE INDEX credential_start_by_maker ON credential (created_by, state, not_before) WHERE not_before IS NOT NULL;
