-- Identity: who may sign requests and what they may do. Everything belongs to an account.

-- A row of this kind changes with every change of identities or their policies, so that a process can
-- tell whether what it remembers is still true.
CREATE TABLE identity_generation (
    id INTEGER PRIMARY KEY,
    generation BIGINT NOT NULL
);
INSERT INTO identity_generation (id, generation) VALUES (1, 1);

-- Users, groups, roles, policies and instance profiles. `name_key` is the name in lower case: names
-- differ by more than case. The body holds what is neither looked up nor ordered.
CREATE TABLE iam_entities (
    id @identity@,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    unique_id TEXT NOT NULL UNIQUE,
    created_ms BIGINT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (account, kind, name_key)
);

-- Users in groups, roles in instance profiles.
CREATE TABLE iam_members (
    container_id TEXT NOT NULL REFERENCES iam_entities (unique_id) ON DELETE CASCADE,
    member_id TEXT NOT NULL REFERENCES iam_entities (unique_id) ON DELETE CASCADE,
    PRIMARY KEY (container_id, member_id)
);
CREATE INDEX iam_members_by_member ON iam_members (member_id);

CREATE TABLE iam_inline_policies (
    owner_id TEXT NOT NULL REFERENCES iam_entities (unique_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (owner_id, name)
);

-- Managed policies by ARN, because AWS's own have no row.
CREATE TABLE iam_attachments (
    owner_id TEXT NOT NULL REFERENCES iam_entities (unique_id) ON DELETE CASCADE,
    policy_arn TEXT NOT NULL,
    PRIMARY KEY (owner_id, policy_arn)
);
CREATE INDEX iam_attachments_by_policy ON iam_attachments (policy_arn);

CREATE TABLE iam_policy_versions (
    policy_id TEXT NOT NULL REFERENCES iam_entities (unique_id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    is_default INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (policy_id, version)
);

ALTER TABLE access_keys ADD COLUMN is_active INTEGER NOT NULL DEFAULT 1;
ALTER TABLE access_keys ADD COLUMN last_used_ms BIGINT;
ALTER TABLE access_keys ADD COLUMN last_used_service TEXT;
ALTER TABLE access_keys ADD COLUMN last_used_region TEXT;
CREATE INDEX access_keys_by_user ON access_keys (account, user_id);

-- Temporary credentials. `owner_id` is the role's or user's unique id; empty: the root user's.
CREATE TABLE sts_sessions (
    access_key_id TEXT PRIMARY KEY,
    secret_access_key TEXT NOT NULL,
    session_token TEXT NOT NULL,
    account TEXT NOT NULL,
    principal_arn TEXT NOT NULL,
    user_id TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    issued_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX sts_sessions_by_expiry ON sts_sessions (expires_ms);
