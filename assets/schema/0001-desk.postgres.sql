-- Step 1, PostgreSQL's half: the trail keeps its rows and its text. ALWAYS: not even a session that replays a replica's
-- changes passes by.

CREATE FUNCTION trail_keeps() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION 'the trail keeps its text'; END IF;
    RAISE EXCEPTION 'the trail keeps its rows';
END $$;
CREATE TRIGGER trail_keeps_rows BEFORE DELETE ON trail FOR EACH ROW EXECUTE FUNCTION trail_keeps();
CREATE TRIGGER trail_keeps_text BEFORE UPDATE ON trail FOR EACH ROW EXECUTE FUNCTION trail_keeps();
CREATE TRIGGER trail_keeps_all BEFORE TRUNCATE ON trail FOR EACH STATEMENT EXECUTE FUNCTION trail_keeps();
ALTER TABLE trail ENABLE ALWAYS TRIGGER trail_keeps_rows;
ALTER TABLE trail ENABLE ALWAYS TRIGGER trail_keeps_text;
ALTER TABLE trail ENABLE ALWAYS TRIGGER trail_keeps_all;
