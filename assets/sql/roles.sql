-- Group roles for a desk on PostgreSQL, so that nobody connects as the owner of the schema. Run it with psql as that owner, or
-- as a superuser, after `keydesk init` and again after each step of the schema:
--
--     psql -v ON_ERROR_STOP=1 -1 -f roles.sql keydesk
--
-- Then make users and put them into a group: CREATE ROLE desk LOGIN PASSWORD '...'; GRANT keydesk_desk TO desk;
-- These grants are part of the schema that keydesk accepts. Any other one is a change from outside, and is refused.

-- Whoever runs this may be a superuser: nothing of another schema is called.
SET search_path = pg_catalog;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['keydesk_desk', 'keydesk_verifier', 'keydesk_keys'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA keydesk TO keydesk_desk, keydesk_verifier, keydesk_keys;

-- Desks and commands: everything but the schema itself, and the text of the trail.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA keydesk TO keydesk_desk;
REVOKE INSERT, UPDATE, DELETE ON keydesk.schema_step FROM keydesk_desk;
REVOKE UPDATE ON keydesk.trail FROM keydesk_desk;
REVOKE UPDATE, DELETE ON keydesk.stray FROM keydesk_desk;
REVOKE DELETE ON keydesk.head, keydesk.account, keydesk.ring FROM keydesk_desk;

-- Verifiers read everything, and write what they count and find: never a credential, a secret, a user or a setting.
GRANT SELECT ON ALL TABLES IN SCHEMA keydesk TO keydesk_verifier;
GRANT INSERT ON keydesk.trail TO keydesk_verifier;
GRANT UPDATE ON keydesk.head, keydesk.usage TO keydesk_verifier;
GRANT INSERT, UPDATE, DELETE ON keydesk.repeat, keydesk.refusal, keydesk.used_day, keydesk.process TO keydesk_verifier;
GRANT INSERT, UPDATE ON keydesk.asked TO keydesk_verifier;

-- `keydesk ssh authorized-keys` reads two tables.
GRANT SELECT ON keydesk.person, keydesk.ssh_key TO keydesk_keys;
