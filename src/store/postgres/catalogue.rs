//! The schema as the server's own catalogue describes it: everything that decides what a statement of keydesk does, one line
//! for each thing, in order.
//!
//! It is the same on every server and for every owner: no numbers of the server's, no name of a role. Grants that
//! `assets/sql/roles.sql` makes are left out; every other one is a line.

/// What `assets/sql/roles.sql` grants on tables.
macro_rules! accepted {
    () => {
        r#"(
            (r.rolname = 'keydesk_desk' AND (g.privilege_type = 'SELECT'
                OR (g.privilege_type = 'INSERT' AND g.name <> 'schema_step')
                OR (g.privilege_type = 'UPDATE' AND g.name NOT IN ('trail', 'schema_step', 'stray'))
                OR (g.privilege_type = 'DELETE' AND g.name NOT IN ('head', 'account', 'ring', 'schema_step', 'stray'))))
            OR (r.rolname = 'keydesk_verifier' AND (g.privilege_type = 'SELECT'
                OR (g.privilege_type = 'INSERT'
                    AND g.name IN ('trail', 'repeat', 'refusal', 'asked', 'used_day', 'process'))
                OR (g.privilege_type = 'UPDATE'
                    AND g.name IN ('head', 'repeat', 'refusal', 'asked', 'used_day', 'process', 'usage'))
                OR (g.privilege_type = 'DELETE' AND g.name IN ('refusal', 'used_day', 'process', 'repeat'))))
            OR (r.rolname = 'keydesk_keys' AND g.privilege_type = 'SELECT' AND g.name IN ('person', 'ssh_key'))
        )"#
    };
}

/// One text, whose hash the newest step's row carries. Other versions of keydesk compare it with theirs: for a schema that is as
/// the steps made it, it stays the same for ever.
pub(super) const ALL: &str = concat!(
    r#"
WITH schema AS (SELECT oid, nspowner AS owner, nspacl FROM pg_namespace WHERE nspname = 'keydesk'),
-- How an index is stored is the operator's own, and stands between its columns and its condition.
ends AS (
    SELECT i.*, pg_get_indexdef(c.oid) AS whole, COALESCE(' WHERE ' || pg_get_expr(i.indpred, i.indrelid), '') AS condition,
        ' WITH (' || (SELECT string_agg(quote_ident(o.option_name) || '='
            || CASE quote_ident(o.option_value) WHEN o.option_value THEN o.option_value ELSE quote_literal(o.option_value) END,
            ', ' ORDER BY o.at)
            FROM pg_options_to_table(c.reloptions) WITH ORDINALITY o (option_name, option_value, at)) || ')' AS storage
        FROM pg_class c JOIN schema ON c.relnamespace = schema.oid JOIN pg_index i ON i.indexrelid = c.oid
),
defined AS (
    SELECT e.*, def, substr(def, strpos(def, ' ON ')) AS behind_name
        FROM ends e, LATERAL (SELECT CASE right(whole, length(storage || condition)) WHEN storage || condition
            THEN left(whole, - length(storage || condition)) || condition ELSE whole END AS def) d
),
-- REINDEX CONCURRENTLY has a second index for a while, which answers nothing yet or nothing any more.
being_built AS (
    SELECT i.indexrelid FROM defined i JOIN defined o USING (indrelid, indisunique, behind_name)
        WHERE NOT i.indisvalid AND o.indisvalid
),
rel AS (
    SELECT c.*, schema.owner FROM pg_class c JOIN schema ON c.relnamespace = schema.oid
        WHERE c.oid NOT IN (SELECT indexrelid FROM being_built)
),
granted AS (
    SELECT 'table' AS kind, rel.relname::text AS name, a.* FROM rel, aclexplode(rel.relacl) a WHERE a.grantee <> rel.relowner
    UNION ALL SELECT 'column', rel.relname || '.' || t.attname, a.*
        FROM rel JOIN pg_attribute t ON t.attrelid = rel.oid, aclexplode(t.attacl) a WHERE a.grantee <> rel.relowner
    UNION ALL SELECT 'schema', 'keydesk', a.* FROM schema, aclexplode(schema.nspacl) a WHERE a.grantee <> schema.owner
    UNION ALL SELECT 'function', p.proname::text, a.*
        FROM pg_proc p JOIN schema ON p.pronamespace = schema.oid, aclexplode(p.proacl) a WHERE a.grantee <> p.proowner
    UNION ALL SELECT 'default', d.defaclobjtype::text, a.*
        FROM pg_default_acl d JOIN schema ON d.defaclnamespace = schema.oid, aclexplode(d.defaclacl) a
    UNION ALL SELECT 'default', 'everywhere', a.*
        FROM pg_default_acl d JOIN schema ON d.defaclnamespace = 0 AND d.defaclrole = schema.owner AND d.defaclobjtype = 'r',
        aclexplode(d.defaclacl) a WHERE a.grantee <> schema.owner
),
lines AS (
    SELECT json_build_array('relation', relname, relkind, relpersistence, relrowsecurity, relforcerowsecurity,
        relispartition, relowner = owner)::text AS line FROM rel
    UNION ALL SELECT json_build_array('column', rel.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attidentity, a.attgenerated, (SELECT CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE n.nspname || '.' END || o.collname
            FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace WHERE o.oid = a.attcollation),
        pg_get_expr(d.adbin, d.adrelid))::text
        FROM rel JOIN pg_attribute a ON a.attrelid = rel.oid LEFT JOIN pg_attrdef d ON d.adrelid = rel.oid AND d.adnum = a.attnum
        WHERE rel.relkind IN ('r', 'v', 'm', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT json_build_array('constraint', rel.relname, o.conname, o.contype, pg_get_constraintdef(o.oid),
        o.convalidated)::text
        FROM rel JOIN pg_constraint o ON o.conrelid = rel.oid WHERE o.contype <> 'n'
    UNION ALL SELECT json_build_array('index', i.def, i.indisvalid, i.indisready)::text
        FROM rel JOIN defined i ON i.indrelid = rel.oid WHERE i.indexrelid NOT IN (SELECT indexrelid FROM being_built)
    -- Marks that keep the server from looking at what is there. Only somebody who writes its catalogue can set them so.
    UNION ALL SELECT json_build_array('index that is not kept', rel.relname)::text
        FROM rel JOIN pg_index i ON i.indexrelid = rel.oid WHERE NOT i.indislive OR NOT i.indimmediate
    UNION ALL SELECT json_build_array('not looked at', rel.relname)::text FROM rel
        WHERE NOT rel.relhastriggers AND EXISTS (SELECT FROM pg_trigger WHERE tgrelid = rel.oid)
            OR NOT rel.relhasindex AND EXISTS (SELECT FROM pg_index WHERE indrelid = rel.oid)
            OR rel.relchecks <> (SELECT count(*) FROM pg_constraint WHERE conrelid = rel.oid AND contype = 'c')
    UNION ALL SELECT json_build_array('trigger', rel.relname, CASE WHEN t.tgisinternal THEN p.proname ELSE t.tgname END,
        t.tgenabled, CASE WHEN t.tgisinternal THEN t.tgconstrrelid::regclass::text ELSE pg_get_triggerdef(t.oid) END)::text
        FROM rel JOIN pg_trigger t ON t.tgrelid = rel.oid JOIN pg_proc p ON p.oid = t.tgfoid
    UNION ALL SELECT json_build_array('rule', rel.relname, pg_get_ruledef(r.oid), r.ev_enabled)::text
        FROM rel JOIN pg_rewrite r ON r.ev_class = rel.oid
    UNION ALL SELECT json_build_array('policy', rel.relname, y.polname, y.polcmd, y.polpermissive,
        pg_get_expr(y.polqual, y.polrelid), pg_get_expr(y.polwithcheck, y.polrelid))::text
        FROM rel JOIN pg_policy y ON y.polrelid = rel.oid
    UNION ALL SELECT json_build_array('child', rel.relname, i.inhrelid::regclass::text)::text
        FROM rel JOIN pg_inherits i ON i.inhparent = rel.oid WHERE rel.relkind IN ('r', 'p')
    UNION ALL SELECT json_build_array('parent', rel.relname, i.inhparent::regclass::text)::text
        FROM rel JOIN pg_inherits i ON i.inhrelid = rel.oid WHERE rel.relkind IN ('r', 'p')
    UNION ALL SELECT json_build_array('function', p.proname, p.prokind, pg_get_function_identity_arguments(p.oid),
        (SELECT lanname FROM pg_language WHERE oid = p.prolang), p.prosrc, p.probin, p.provolatile, p.prosecdef, p.proconfig,
        p.proowner = schema.owner)::text
        FROM pg_proc p JOIN schema ON p.pronamespace = schema.oid
    UNION ALL SELECT json_build_array('type', t.typname, t.typtype)::text
        FROM pg_type t JOIN schema ON t.typnamespace = schema.oid
        WHERE t.typtype <> 'c' AND NOT (t.typcategory = 'A' AND t.typelem <> 0)
    UNION ALL SELECT json_build_array('type of its own', t.typname)::text
        FROM rel JOIN pg_type t ON t.oid = rel.reltype WHERE rel.relkind = 'c'
    UNION ALL SELECT json_build_array('operator', o.oprname, o.oprcode::regproc::text)::text
        FROM pg_operator o JOIN schema ON o.oprnamespace = schema.oid
    UNION ALL SELECT json_build_array('collation', c.collname)::text
        FROM pg_collation c JOIN schema ON c.collnamespace = schema.oid
    UNION ALL SELECT json_build_array('event trigger', e.evtname, e.evtevent, e.evtfoid::regproc::text, e.evtenabled)::text
        FROM pg_event_trigger e WHERE e.evtenabled <> 'D'
    UNION ALL SELECT json_build_array('grant', g.kind, g.name, COALESCE(r.rolname, 'PUBLIC'), g.privilege_type,
        g.is_grantable)::text
        FROM granted g LEFT JOIN pg_roles r ON r.oid = g.grantee
        WHERE g.is_grantable OR r.rolname IS NULL OR NOT (
            (g.kind = 'schema' AND g.privilege_type = 'USAGE'
                AND r.rolname IN ('keydesk_desk', 'keydesk_verifier', 'keydesk_keys'))
            OR (g.kind = 'table' AND "#,
    accepted!(),
    r#"))
)
SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C") FROM lines"#
);

/// Which versions of which rows of the server's catalogue describe the schema: whoever changes the schema changes this. A
/// tenth of the work of [`ALL`], which is asked for when this differs; an index that is built anew is a difference here and
/// none there.
pub(super) const VERSIONS: &str = r#"
WITH schema AS (SELECT oid, xmin, nspowner AS owner FROM pg_namespace WHERE nspname = 'keydesk'),
rel AS (SELECT c.oid, c.xmin FROM pg_class c JOIN schema ON c.relnamespace = schema.oid),
rows (line) AS (
    SELECT 'n' || oid || '.' || xmin FROM schema
    UNION ALL SELECT 'c' || oid || '.' || xmin FROM rel
    UNION ALL SELECT 'a' || a.attrelid || '.' || a.attnum || '.' || a.xmin
        FROM pg_attribute a WHERE a.attnum > 0 AND a.attrelid = ANY (ARRAY(SELECT oid FROM rel))
    UNION ALL SELECT 'd' || d.oid || '.' || d.xmin FROM pg_attrdef d WHERE d.adrelid = ANY (ARRAY(SELECT oid FROM rel))
    UNION ALL SELECT 'o' || o.oid || '.' || o.xmin FROM pg_constraint o WHERE o.conrelid = ANY (ARRAY(SELECT oid FROM rel))
    UNION ALL SELECT 'i' || i.indexrelid || '.' || i.xmin FROM pg_index i WHERE i.indrelid = ANY (ARRAY(SELECT oid FROM rel))
    UNION ALL SELECT 't' || t.oid || '.' || t.xmin FROM pg_trigger t WHERE t.tgrelid = ANY (ARRAY(SELECT oid FROM rel))
    UNION ALL SELECT 'r' || r.oid || '.' || r.xmin FROM pg_rewrite r WHERE r.ev_class = ANY (ARRAY(SELECT oid FROM rel))
    UNION ALL SELECT 'y' || y.oid || '.' || y.xmin FROM pg_policy y WHERE y.polrelid = ANY (ARRAY(SELECT oid FROM rel))
    UNION ALL SELECT 'h' || h.inhrelid || '.' || h.xmin FROM pg_inherits h
        WHERE h.inhparent = ANY (ARRAY(SELECT oid FROM rel)) OR h.inhrelid = ANY (ARRAY(SELECT oid FROM rel))
    UNION ALL SELECT 'p' || p.oid || '.' || p.xmin FROM pg_proc p JOIN schema ON p.pronamespace = schema.oid
    UNION ALL SELECT 'T' || t.oid || '.' || t.xmin FROM pg_type t JOIN schema ON t.typnamespace = schema.oid
    UNION ALL SELECT 'O' || o.oid || '.' || o.xmin FROM pg_operator o JOIN schema ON o.oprnamespace = schema.oid
    UNION ALL SELECT 'C' || c.oid || '.' || c.xmin FROM pg_collation c JOIN schema ON c.collnamespace = schema.oid
    UNION ALL SELECT 'g' || d.oid || '.' || d.xmin FROM pg_default_acl d JOIN schema ON d.defaclnamespace = schema.oid
        OR d.defaclnamespace = 0 AND d.defaclrole = schema.owner
    UNION ALL SELECT 'e' || e.oid || '.' || e.xmin FROM pg_event_trigger e
)
SELECT md5(string_agg(line, ' ' ORDER BY line COLLATE "C")) FROM rows"#;
