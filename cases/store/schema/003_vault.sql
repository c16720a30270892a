-- The vault: personal data, encrypted under one key per person; the key-encryption keys are never in here.

CREATE SCHEMA vault;

CREATE TABLE vault.subjects (
    subject_id            uuid        PRIMARY KEY,
    state                 text        NOT NULL DEFAULT 'active'
                                      CHECK (state IN ('active', 'restricted', 'shredded')),
    wrapped_key           bytea,
    key_encryption_key_id text,
    created_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT a_shredded_subject_has_no_key CHECK ((state = 'shredded') = (wrapped_key IS NULL)),
    CONSTRAINT a_wrapped_key_names_its_key CHECK ((wrapped_key IS NULL) = (key_encryption_key_id IS NULL))
);
COMMENT ON TABLE vault.subjects IS '个人信息主体，每人一把数据密钥 / persons, one data key each';
COMMENT ON COLUMN vault.subjects.wrapped_key IS '被包裹的数据密钥；销毁后为空 / wrapped data key, gone once shredded';

CREATE TABLE vault.fields (
    subject_id  uuid        NOT NULL REFERENCES vault.subjects,
    field       text        NOT NULL,
    version     integer     NOT NULL CHECK (version > 0),
    nonce       bytea       NOT NULL CHECK (octet_length(nonce) = 12),
    ciphertext  bytea       NOT NULL,
    fingerprint bytea,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (subject_id, field, version)
);
COMMENT ON TABLE vault.fields IS '加密的字段值（AES-256-GCM） / encrypted values, AES-256-GCM';
COMMENT ON COLUMN vault.fields.fingerprint IS '带密钥的指纹，用于比较 / keyed hash to compare by';

CREATE TABLE vault.lookups (
    token      bytea NOT NULL,
    kind       text  NOT NULL,
    subject_id uuid  NOT NULL REFERENCES vault.subjects,
    PRIMARY KEY (token, kind)
);
CREATE INDEX lookups_subject_id_idx ON vault.lookups (subject_id);
COMMENT ON TABLE vault.lookups IS '按带密钥的令牌查找；销毁时删除 / search by keyed token, removed on shredding';

CREATE TABLE vault.accesses (
    access_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject_id  uuid        NOT NULL REFERENCES vault.subjects,
    field       text        NOT NULL,
    version     integer,
    case_id     uuid,
    purpose     text        NOT NULL,
    actor       text        NOT NULL,
    role        text        NOT NULL,
    accessed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX accesses_subject_id_idx ON vault.accesses (subject_id);
COMMENT ON TABLE vault.accesses IS '谁在何时为何查看了个人信息 / who saw what, when and for which purpose';

GRANT USAGE ON SCHEMA vault TO cl_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.subjects, vault.fields, vault.lookups TO cl_app;
-- What was seen stays on record.
GRANT SELECT, INSERT ON vault.accesses TO cl_app;
