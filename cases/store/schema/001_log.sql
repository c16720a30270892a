-- The log: every fact of the product, append-only, in one order.
--
-- The event table and what stands around it is cases/store/event_table.sql rendered for log.case_events and
-- frozen here, because an applied step never changes; a later change of that text is a new step. A test compares
-- what PostgreSQL holds of both (tests/store/test_recorder_schema.py).

CREATE SCHEMA log;

CREATE TABLE IF NOT EXISTS log.case_events (
    originator_id      uuid   NOT NULL,
    originator_version bigint      NOT NULL,
    topic              text        NOT NULL,
    state              bytea       NOT NULL,
    notification_id    bigint      NOT NULL,
    recorded_at        timestamptz NOT NULL,
    fence              bigint      NOT NULL,
    leaf               bytea       NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX IF NOT EXISTS case_events_notification_id_idx ON log.case_events (notification_id);

-- Whoever holds the gate draws positions. It is empty for ever.
CREATE TABLE IF NOT EXISTS log.case_events_gate ();

-- Sequences, because they keep what was drawn when the block that drew it is undone.
CREATE SEQUENCE IF NOT EXISTS log.case_events_positions;
CREATE SEQUENCE IF NOT EXISTS log.case_events_fences MINVALUE 0 START 0;
CREATE SEQUENCE IF NOT EXISTS log.case_events_clock MINVALUE 0 START 0;

-- In which cluster the fences were drawn; every position up to the floor was settled when it was taken over.
CREATE TABLE IF NOT EXISTS log.case_events_origins (
    adopted_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    system_identifier bigint      NOT NULL,
    settled_floor     bigint      NOT NULL
);
INSERT INTO log.case_events_origins (system_identifier, settled_floor)
SELECT system_identifier, 0 FROM pg_control_system()
WHERE NOT EXISTS (SELECT FROM log.case_events_origins);

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
CREATE OR REPLACE FUNCTION log.case_events_append(
    ids uuid[], versions bigint[], topics text[], states bytea[],
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
        LOCK TABLE log.case_events_gate IN EXCLUSIVE MODE;
        first_position := setval('log.case_events_positions'::regclass, coalesce(pg_sequence_last_value('log.case_events_positions'::regclass), 0) + drawn)
                          - drawn + 1;
        fenced := setval('log.case_events_fences'::regclass, greatest(pg_sequence_last_value('log.case_events_fences'::regclass), writer));
        micros := setval('log.case_events_clock'::regclass, greatest(pg_sequence_last_value('log.case_events_clock'::regclass),
                         (extract(epoch FROM clock_timestamp()) * 1000000)::bigint));
        RAISE SQLSTATE 'CL001';
    EXCEPTION WHEN SQLSTATE 'CL001' THEN
        NULL;
    END;
    stamped_at := timestamptz 'epoch' + micros * interval '1 microsecond';
    INSERT INTO log.case_events (originator_id, originator_version, topic, state,
                         notification_id, recorded_at, fence, leaf)
    SELECT e.id, e.version, e.topic, e.state, first_position + e.ordinal - 1, stamped_at, fenced,
           sha256('\x00'::bytea || 'caseledger-event-v1\012'::bytea || uuid_send(e.id) || int8send(e.version)
                  || int8send(first_position + e.ordinal - 1) || int8send(micros)
                  || int4send(octet_length(convert_to(e.topic, 'UTF8'))) || convert_to(e.topic, 'UTF8')
                  || sha256(e.state))
    FROM unnest(ids, versions, topics, states) WITH ORDINALITY AS e (id, version, topic, state, ordinal);
    -- One look a run of versions: what follows on its neighbour in the block needs none.
    FOR i IN 1..drawn LOOP
        CONTINUE WHEN versions[i] <= 1 OR (ids[i - 1] = ids[i] AND versions[i - 1] = versions[i] - 1);
        PERFORM FROM log.case_events AS t WHERE t.originator_id = ids[i] AND t.originator_version = versions[i] - 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
                MESSAGE = 'version ' || versions[i] || ' does not follow on the stored ones of its stream';
        END IF;
    END LOOP;
    PERFORM set_config('caseledger.appended', first_position || ',' || first_position + drawn - 1, true);
END
$append$;
REVOKE ALL ON FUNCTION log.case_events_append(uuid[], bigint[], text[], bytea[]) FROM PUBLIC;

-- Append-only for everybody, the owner and replication included.
CREATE OR REPLACE FUNCTION log.case_events_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
        MESSAGE = TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME || ' is append-only: ' || TG_OP || ' is refused';
END
$refuse$;
REVOKE ALL ON FUNCTION log.case_events_refuse() FROM PUBLIC;
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON log.case_events
    FOR EACH ROW EXECUTE FUNCTION log.case_events_refuse();
CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON log.case_events
    FOR EACH STATEMENT EXECUTE FUNCTION log.case_events_refuse();
ALTER TABLE log.case_events ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE log.case_events ENABLE ALWAYS TRIGGER refuse_truncate;

-- Only of the product's own log: every stream begins at version 1.
ALTER TABLE log.case_events ADD CONSTRAINT case_events_begin_at_one CHECK (originator_version > 0);

-- The positions of this transaction's latest append, for statements that run behind it.
CREATE FUNCTION log.appended() RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT array_agg(position ORDER BY position)
    FROM string_to_array(current_setting('caseledger.appended', true), ',') AS ends,
         generate_series(ends[1]::bigint, ends[2]::bigint) AS position
);

-- The last position recorded at or before an instant; 0 before the first. Positions and instants rise together,
-- so it is found by halving, without an index on recorded_at. Settled or not is the reader's question.
CREATE FUNCTION log.position_at(known_at timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $position_at$
DECLARE
    low    bigint := 0;
    high   bigint := coalesce((SELECT max(notification_id) FROM log.case_events), 0);
    middle bigint;
    found_position bigint;
    found_instant  timestamptz;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        SELECT notification_id, recorded_at INTO found_position, found_instant
        FROM log.case_events WHERE notification_id >= middle ORDER BY notification_id LIMIT 1;
        IF found_instant <= known_at THEN
            low := found_position;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$position_at$;

-- To read the log with SQL: the stored bytes as jsonb, with what everybody asks for first.
CREATE VIEW log.facts AS
SELECT e.notification_id                           AS position,
       e.originator_id,
       e.originator_version                        AS version,
       e.topic,
       (decoded.state ->> 'occurred_at')::timestamptz AS occurred_at,
       e.recorded_at,
       decoded.state ->> 'actor'                   AS actor,
       decoded.state ->> 'role'                    AS role,
       decoded.state
FROM log.case_events AS e
-- OFFSET 0: decode once a row, not once a column
CROSS JOIN LATERAL (SELECT convert_from(e.state, 'UTF8')::jsonb AS state OFFSET 0) AS decoded;

COMMENT ON SCHEMA log IS '事实日志：只追加 / the log of facts, append-only';
COMMENT ON TABLE log.case_events IS '已存储的事实（原始字节） / stored facts, exact bytes';
COMMENT ON COLUMN log.case_events.originator_id IS '案件或其他聚合的标识 / the case, or another aggregate';
COMMENT ON COLUMN log.case_events.originator_version IS '该聚合中的序号，从 1 起 / number within it, from 1';
COMMENT ON COLUMN log.case_events.topic IS '事实类型的固定名称 / stable name of the kind of fact';
COMMENT ON COLUMN log.case_events.state IS 'UTF-8 JSON 原始字节 / exact bytes, UTF-8 JSON';
COMMENT ON COLUMN log.case_events.notification_id IS '全局位置 / position in the order of all facts';
COMMENT ON COLUMN log.case_events.recorded_at IS '记录时间（数据库时钟） / when it was recorded, by the database';
COMMENT ON COLUMN log.case_events.fence IS '分配栅栏 / allocation fence: who must have ended before it is settled';
COMMENT ON COLUMN log.case_events.leaf IS '叶哈希 SHA-256 / the hash that seals the row';
COMMENT ON VIEW log.facts IS '可用 SQL 阅读的事实 / the facts, to read with SQL';
COMMENT ON TABLE log.case_events_origins IS '日志由哪个集群接管 / the clusters that have held this log';

GRANT USAGE ON SCHEMA log TO cl_app;
GRANT SELECT ON log.case_events, log.case_events_origins, log.facts TO cl_app;
GRANT SELECT ON SEQUENCE log.case_events_positions, log.case_events_fences, log.case_events_clock TO cl_app;
GRANT EXECUTE ON FUNCTION log.case_events_append(uuid[], bigint[], text[], bytea[]) TO cl_app;
