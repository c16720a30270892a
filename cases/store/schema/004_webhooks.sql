-- Where notices are sent, how far each address is, and what it did not take. No personal data.

CREATE TABLE desk.webhooks (
    webhook_id            text        PRIMARY KEY,
    name                  text        NOT NULL UNIQUE,
    url                   text        NOT NULL,
    facts                 text[]      NOT NULL DEFAULT '{}',
    wrapped_secret        bytea       NOT NULL,
    key_encryption_key_id text        NOT NULL,
    position              bigint      NOT NULL,
    tries                 integer     NOT NULL DEFAULT 0,
    next_at               timestamptz NOT NULL DEFAULT clock_timestamp(),
    failing_since         timestamptz,
    failure               text,
    disabled_at           timestamptz,
    created_by            text        NOT NULL,
    created_at            timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE desk.webhooks IS '通知推送的地址 / addresses that notices are sent to';
COMMENT ON COLUMN desk.webhooks.facts IS '只通知这些事实，空为全部 / only these facts are told of; all where empty';
COMMENT ON COLUMN desk.webhooks.wrapped_secret IS '被包裹的签名密钥，只显示过一次 / wrapped secret of the signatures, shown once';
COMMENT ON COLUMN desk.webhooks.position IS '到此为止已送达或已搁置 / everything up to here was delivered or put aside';
COMMENT ON COLUMN desk.webhooks.tries IS '下一条已尝试的次数 / how often the next one was tried in vain';

CREATE TABLE desk.dead_letters (
    webhook_id text        NOT NULL REFERENCES desk.webhooks ON DELETE CASCADE,
    position   bigint      NOT NULL,
    failure    text        NOT NULL,
    tries      integer     NOT NULL,
    died_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    is_asked   boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (webhook_id, position)
);
COMMENT ON TABLE desk.dead_letters IS '未能送达而搁置的通知 / notices that could not be delivered and were put aside';
COMMENT ON COLUMN desk.dead_letters.is_asked IS '已要求重发一次 / asked to be sent once more';

GRANT SELECT, INSERT, UPDATE, DELETE ON desk.webhooks, desk.dead_letters TO cl_app;
