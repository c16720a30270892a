-- The objects of one event table, for any application of the library. `cases.store.ddl` fills in the names in
-- braces; the product's own log is this text rendered for log.case_events (schema/001_log.sql).
-- Every statement may be run again; several processes may ask for it at once (ddl.py takes a lock around it).

CREATE TABLE IF NOT EXISTS {table} (
    originator_id      {id_type}   NOT NULL,
    originator_version bigint      NOT NULL,
    topic              text        NOT NULL,
    state              bytea       NOT NULL,
    notification_id    bigint      NOT NULL,
    recorded_at        timestamptz NOT NULL,
    fence              bigint      NOT NULL,
    leaf               bytea       NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {table} (notification_id);

-- Whoever holds the gate draws positions. It is empty for ever.
CREATE TABLE IF NOT EXISTS {gate} ();

-- Sequences, because they keep what was drawn when the block that drew it is undone.
CREATE SEQUENCE IF NOT EXISTS {positions};
CREATE SEQUENCE IF NOT EXISTS {fences} MINVALUE 0 START 0;
CREATE SEQUENCE IF NOT EXISTS {clock} MINVALUE 0 START 0;

-- In which cluster the fences were drawn; every position up to the floor was settled when it was taken over.
CREATE TABLE IF NOT EXISTS {origins} (
    adopted_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    system_identifier bigint      NOT NULL,
    settled_floor     bigint      NOT NULL
);
INSERT INTO {origins} (system_identifier, settled_floor)
SELECT system_identifier, 0 FROM pg_control_system()
WHERE NOT EXISTS (SELECT FROM {origins});

-- The only way in. Gives the first position of the block and its one recorded_at; the block is contiguous.
--
-- The allocation fence: the transaction id is taken first. Under the gate a block of positions is drawn, the
-- running maximum of the writers' transaction ids (the fence) and of the clock are advanced, and the block is
-- left by an error of its own: that undoes nothing of the sequences, but frees the gate at once instead of at
-- commit. A reader whose snapshot has no running transaction at or below a row's fence therefore misses no
-- position below that row.
--
-- The leaf is SHA-256(0x00 || "caseledger-event-v1\n" || id || version || position || microseconds
-- || length of topic || topic || SHA-256(state)), all integers big-endian (cases/store/leaf.py).
CREATE OR REPLACE FUNCTION {append}(
    ids {id_type}[], versions bigint[], topics text[], states bytea[],
    OUT first_position bigint, OUT stamped_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $append$
DECLARE
    writer  bigint := pg_current_xact_id()::text::bigint;
    drawn   bigint := cardinality(ids);
    fenced  bigint;
    micros  bigint;
BEGIN
    IF drawn = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'there is nothing to append';
    END IF;
    BEGIN
        LOCK TABLE {gate} IN EXCLUSIVE MODE;
        first_position := setval({positions_id}, coalesce(pg_sequence_last_value({positions_id}), 0) + drawn)
                          - drawn + 1;
        fenced := setval({fences_id}, greatest(pg_sequence_last_value({fences_id}), writer));
        micros := setval({clock_id}, greatest(pg_sequence_last_value({clock_id}),
                         (extract(epoch FROM clock_timestamp()) * 1000000)::bigint));
        RAISE SQLSTATE 'CL001';
    EXCEPTION WHEN SQLSTATE 'CL001' THEN
        NULL;
    END;
    stamped_at := timestamptz 'epoch' + micros * interval '1 microsecond';
    INSERT INTO {table} (originator_id, originator_version, topic, state,
                         notification_id, recorded_at, fence, leaf)
    SELECT e.id, e.version, e.topic, e.state, first_position + e.ordinal - 1, stamped_at, fenced,
           sha256('\x00'::bytea || 'caseledger-event-v1\012'::bytea || {id_bytes} || int8send(e.version)
                  || int8send(first_position + e.ordinal - 1) || int8send(micros)
                  || int4send(octet_length(convert_to(e.topic, 'UTF8'))) || convert_to(e.topic, 'UTF8')
                  || sha256(e.state))
    FROM unnest(ids, versions, topics, states) WITH ORDINALITY AS e (id, version, topic, state, ordinal);
    -- One look a run of versions: what follows on its neighbour in the block needs none.
    FOR i IN 1..drawn LOOP
        CONTINUE WHEN versions[i] <= 1 OR (ids[i - 1] = ids[i] AND versions[i - 1] = versions[i] - 1);
        PERFORM FROM {table} AS t WHERE t.originator_id = ids[i] AND t.originator_version = versions[i] - 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
                MESSAGE = 'version ' || versions[i] || ' does not follow on the stored ones of its stream';
        END IF;
    END LOOP;
    PERFORM set_config('caseledger.appended', first_position || ',' || first_position + drawn - 1, true);
END
$append$;
REVOKE ALL ON FUNCTION {append}({id_type}[], bigint[], text[], bytea[]) FROM PUBLIC;

-- Append-only for everybody, the owner and replication included.
CREATE OR REPLACE FUNCTION {refuse}() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
        MESSAGE = TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME || ' is append-only: ' || TG_OP || ' is refused';
END
$refuse$;
REVOKE ALL ON FUNCTION {refuse}() FROM PUBLIC;
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {refuse}();
CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {refuse}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_truncate;
