-- The desk: what has been answered before, who may come in, and the next case number. No personal data.

CREATE SCHEMA desk;

CREATE TABLE desk.idempotency_keys (
    principal   text        NOT NULL,
    key         text        NOT NULL,
    fingerprint bytea       NOT NULL,
    case_id     uuid,
    positions   bigint[]    NOT NULL DEFAULT '{}',
    answer      jsonb       NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (principal, key)
);
COMMENT ON TABLE desk.idempotency_keys IS '已处理的请求键，随日志永久保存 / requests that were answered, kept for the life of the log';
COMMENT ON COLUMN desk.idempotency_keys.fingerprint IS '请求的带密钥指纹 / keyed hash of the request';
COMMENT ON COLUMN desk.idempotency_keys.positions IS '写入的位置 / the positions that it was given';
COMMENT ON COLUMN desk.idempotency_keys.answer IS '答复的少量非个人字段 / a few words of the answer, nothing personal';

CREATE SEQUENCE desk.case_numbers;
COMMENT ON SEQUENCE desk.case_numbers IS '案件编号，允许空号 / case numbers; gaps are normal';

CREATE TABLE desk.api_keys (
    key_id     text        PRIMARY KEY,
    sha256     bytea       NOT NULL UNIQUE CHECK (octet_length(sha256) = 32),
    role       text        NOT NULL,
    actor      text        NOT NULL,
    label      text        NOT NULL DEFAULT '',
    scopes     text[]      NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz
);
COMMENT ON TABLE desk.api_keys IS '接口密钥，只存 SHA-256 / API keys, as SHA-256 only';
COMMENT ON COLUMN desk.api_keys.scopes IS '系统角色可用的命令与查询 / commands and questions a service may ask';

CREATE TABLE desk.sessions (
    sha256     bytea       PRIMARY KEY CHECK (octet_length(sha256) = 32),
    key_id     text        NOT NULL REFERENCES desk.api_keys,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE desk.sessions IS '控制台会话，只存令牌的 SHA-256 / console sessions, as SHA-256 of their token only';

GRANT USAGE ON SCHEMA desk TO cl_app;
-- Answered keys and issued credentials stay: they may be completed or revoked, not removed.
GRANT SELECT, INSERT, UPDATE ON desk.idempotency_keys, desk.api_keys TO cl_app;
GRANT SELECT, INSERT, DELETE ON desk.sessions TO cl_app;
GRANT SELECT, USAGE ON SEQUENCE desk.case_numbers TO cl_app;
