-- Step 6, PostgreSQL's half: rows that the head does not count are not of the trail, and may be moved away.
CREATE OR REPLACE FUNCTION trail_keeps() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION 'the trail keeps its text'; END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.no NOT BETWEEN 1 AND COALESCE((SELECT trail_no FROM keydesk.head), OLD.no) THEN RETURN OLD; END IF;
    END IF;
    RAISE EXCEPTION 'the trail keeps its rows';
END $$;
