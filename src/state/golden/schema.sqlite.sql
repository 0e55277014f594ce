CREATE TABLE access_keys (
    access_key_id TEXT PRIMARY KEY,
    secret_access_key TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (account),
    principal_arn TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_ms INTEGER NOT NULL
, is_active INTEGER NOT NULL DEFAULT 1, last_used_ms BIGINT, last_used_service TEXT, last_used_region TEXT);

CREATE INDEX access_keys_by_user ON access_keys (account, user_id);

CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL
);

CREATE TABLE amis (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    region TEXT NOT NULL,
    image_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (region, image_id)
);

CREATE INDEX amis_by_name ON amis (region, owner, name);

CREATE TABLE buckets (
    name TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    policy TEXT
);

CREATE TABLE build_numbers (
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    major INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    patch INTEGER NOT NULL,
    last_build INTEGER NOT NULL,
    PRIMARY KEY (kind, account, region, slug, major, minor, patch)
);

CREATE TABLE components (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    major INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    patch INTEGER NOT NULL,
    build INTEGER NOT NULL,
    version_order INTEGER NOT NULL,
    digest TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug, major, minor, patch, build)
);

CREATE INDEX components_by_version_order ON components (account, region, version_order);

CREATE TABLE container_recipes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    major INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    patch INTEGER NOT NULL,
    build INTEGER NOT NULL,
    version_order INTEGER NOT NULL,
    digest TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug, major, minor, patch, build)
);

CREATE INDEX container_recipes_by_version_order
    ON container_recipes (account, region, version_order);

CREATE TABLE distribution_configurations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug)
);

CREATE TABLE execution_events (
    execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    sequence BIGINT NOT NULL,
    time_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (execution_id, sequence)
);

CREATE TABLE execution_signals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    time_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE INDEX execution_signals_by_execution ON execution_signals (execution_id, id);

CREATE TABLE executions (
    id TEXT PRIMARY KEY,
    image_arn TEXT NOT NULL,
    plan TEXT NOT NULL,
    last_sequence INTEGER NOT NULL DEFAULT 0,
    finished INTEGER NOT NULL DEFAULT 0,
    image_status TEXT NOT NULL DEFAULT '',
    image_reason TEXT NOT NULL DEFAULT '',
    wake_ms BIGINT,
    lease_owner TEXT,
    lease_until_ms BIGINT,
    fence BIGINT NOT NULL DEFAULT 0,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);

CREATE INDEX executions_by_image ON executions (image_arn);

CREATE INDEX executions_by_wake ON executions (wake_ms) WHERE finished = 0;

CREATE TABLE iam_attachments (
    owner_id TEXT NOT NULL REFERENCES iam_entities (unique_id) ON DELETE CASCADE,
    policy_arn TEXT NOT NULL,
    PRIMARY KEY (owner_id, policy_arn)
);

CREATE INDEX iam_attachments_by_policy ON iam_attachments (policy_arn);

CREATE TABLE iam_entities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
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

CREATE TABLE iam_inline_policies (
    owner_id TEXT NOT NULL REFERENCES iam_entities (unique_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (owner_id, name)
);

CREATE TABLE iam_members (
    container_id TEXT NOT NULL REFERENCES iam_entities (unique_id) ON DELETE CASCADE,
    member_id TEXT NOT NULL REFERENCES iam_entities (unique_id) ON DELETE CASCADE,
    PRIMARY KEY (container_id, member_id)
);

CREATE INDEX iam_members_by_member ON iam_members (member_id);

CREATE TABLE iam_policy_versions (
    policy_id TEXT NOT NULL REFERENCES iam_entities (unique_id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    is_default INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (policy_id, version)
);

CREATE TABLE idempotency (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    operation TEXT NOT NULL,
    token TEXT NOT NULL,
    parameters_sha256 TEXT NOT NULL,
    response TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (account, region, operation, token)
);

CREATE TABLE identity_generation (
    id INTEGER PRIMARY KEY,
    generation BIGINT NOT NULL
);

CREATE TABLE image_findings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    image_arn TEXT NOT NULL,
    pipeline_arn TEXT NOT NULL,
    vulnerability_id TEXT NOT NULL,
    severity TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE INDEX image_findings_by_image ON image_findings (account, region, image_arn, id);

CREATE TABLE image_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (region, subject)
);

CREATE TABLE image_packages (
    image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (image_id, position)
);

CREATE TABLE image_pipelines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug)
);

CREATE TABLE image_recipes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    major INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    patch INTEGER NOT NULL,
    build INTEGER NOT NULL,
    version_order INTEGER NOT NULL,
    digest TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug, major, minor, patch, build)
);

CREATE INDEX image_recipes_by_version_order ON image_recipes (account, region, version_order);

CREATE TABLE image_states (
    image_id INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    reason TEXT,
    pipeline_arn TEXT,
    recipe_arn TEXT,
    os_version TEXT,
    output_resources TEXT,
    updated_ms INTEGER NOT NULL
, deprecation_ms BIGINT, lifecycle_execution_id TEXT);

CREATE INDEX image_states_by_pipeline ON image_states (pipeline_arn, image_id);

CREATE TABLE image_task_followers (
    task_id TEXT NOT NULL,
    image_arn TEXT NOT NULL PRIMARY KEY
);

CREATE INDEX image_task_followers_by_task ON image_task_followers (task_id);

CREATE TABLE image_tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    status TEXT NOT NULL,
    message TEXT NOT NULL,
    progress BIGINT NOT NULL,
    image_id TEXT NOT NULL,
    body TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

CREATE INDEX image_tasks_by_account ON image_tasks (account, region, kind, id);

CREATE INDEX image_tasks_by_status ON image_tasks (status, id);

CREATE TABLE images (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    major INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    patch INTEGER NOT NULL,
    build INTEGER NOT NULL,
    version_order INTEGER NOT NULL,
    digest TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug, major, minor, patch, build)
);

CREATE INDEX images_by_version_order ON images (account, region, version_order);

CREATE TABLE infrastructure_configurations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug)
);

CREATE TABLE instances (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    region TEXT NOT NULL,
    instance_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    image_id TEXT NOT NULL,
    instance_type TEXT NOT NULL,
    state TEXT NOT NULL,
    state_reason TEXT,
    private_ip TEXT,
    run_id TEXT,
    launched_ms INTEGER NOT NULL, wanted TEXT NOT NULL DEFAULT '', generation INTEGER NOT NULL DEFAULT 0, is_ready INTEGER NOT NULL DEFAULT 0, changed_ms BIGINT NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, reboots INTEGER NOT NULL DEFAULT 0, rebooted INTEGER NOT NULL DEFAULT 0, hold TEXT NOT NULL DEFAULT '', launch TEXT NOT NULL DEFAULT '{}',
    UNIQUE (region, instance_id)
);

CREATE INDEX instances_by_state ON instances (region, state);

CREATE INDEX instances_by_wanted ON instances (wanted, state);

CREATE TABLE launch_template_versions (
    template_id TEXT NOT NULL REFERENCES launch_templates (template_id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    description TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (template_id, version)
);

CREATE TABLE launch_templates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    template_id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    default_version BIGINT NOT NULL,
    latest_version BIGINT NOT NULL,
    UNIQUE (account, region, name)
);

CREATE TABLE lifecycle_executions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    execution_id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    policy_arn TEXT,
    image_arn TEXT,
    status TEXT NOT NULL,
    reason TEXT,
    started_ms BIGINT NOT NULL,
    ended_ms BIGINT
);

CREATE INDEX lifecycle_executions_by_image ON lifecycle_executions (image_arn, id);

CREATE INDEX lifecycle_executions_by_policy ON lifecycle_executions (policy_arn, id);

CREATE TABLE lifecycle_policies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug)
);

CREATE TABLE lifecycle_resources (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    execution_id TEXT NOT NULL REFERENCES lifecycle_executions (execution_id) ON DELETE CASCADE,
    parent TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    action TEXT NOT NULL,
    action_reason TEXT,
    status TEXT NOT NULL,
    reason TEXT,
    instruction TEXT NOT NULL,
    snapshots TEXT,
    started_ms BIGINT NOT NULL,
    ended_ms BIGINT,
    UNIQUE (execution_id, parent, region, resource_id)
);

CREATE INDEX lifecycle_resources_by_parent ON lifecycle_resources (execution_id, parent, id);

CREATE TABLE object_parts (
    upload_id TEXT NOT NULL REFERENCES object_uploads (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    size_bytes BIGINT NOT NULL,
    etag TEXT NOT NULL,
    modified_ms BIGINT NOT NULL,
    file TEXT NOT NULL,
    PRIMARY KEY (upload_id, number)
);

CREATE TABLE object_uploads (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL REFERENCES buckets (name),
    key TEXT NOT NULL,
    begun_ms BIGINT NOT NULL,
    attributes TEXT NOT NULL
);

CREATE INDEX object_uploads_by_key ON object_uploads (bucket, key, id);

CREATE TABLE objects (
    bucket TEXT NOT NULL REFERENCES buckets (name),
    key TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    etag TEXT NOT NULL,
    modified_ms BIGINT NOT NULL,
    attributes TEXT NOT NULL,
    files TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
);

CREATE TABLE parameter_versions (
    parameter_id INTEGER NOT NULL REFERENCES parameters (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    value TEXT NOT NULL,
    description TEXT,
    modified_ms BIGINT NOT NULL,
    modified_by TEXT NOT NULL,
    labels TEXT NOT NULL,
    PRIMARY KEY (parameter_id, version)
);

CREATE TABLE parameters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    data_type TEXT NOT NULL,
    tier TEXT NOT NULL,
    last_version BIGINT NOT NULL,
    UNIQUE (account, region, name)
);

CREATE TABLE resource_policies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    arn TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    type TEXT NOT NULL,
    policy TEXT NOT NULL,
    updated_ms BIGINT NOT NULL
);

CREATE INDEX resource_policies_by_type ON resource_policies (region, type, id);

CREATE TABLE schema_migrations ( number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL);

CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    region TEXT NOT NULL,
    snapshot_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    description TEXT NOT NULL,
    volume_size_gib INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    UNIQUE (region, snapshot_id)
);

CREATE TABLE ssm_commands (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    command_id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    requested_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    body TEXT NOT NULL
);

CREATE INDEX ssm_commands_by_account ON ssm_commands (account, region, id);

CREATE TABLE ssm_invocations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    command_id TEXT NOT NULL REFERENCES ssm_commands (command_id) ON DELETE CASCADE,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    instance_id TEXT NOT NULL,
    requested_ms BIGINT NOT NULL,
    status TEXT NOT NULL,
    status_details TEXT NOT NULL,
    is_cancelled INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    started_ms BIGINT,
    ended_ms BIGINT,
    response_code INTEGER NOT NULL,
    standard_output TEXT NOT NULL,
    standard_error TEXT NOT NULL,
    UNIQUE (command_id, instance_id)
);

CREATE INDEX ssm_invocations_by_account ON ssm_invocations (account, region, id);

CREATE INDEX ssm_invocations_by_status ON ssm_invocations (status, id);

CREATE TABLE step_runs (
    id TEXT PRIMARY KEY,
    workflow_run_id TEXT NOT NULL REFERENCES workflow_runs (id) ON DELETE CASCADE,
    execution_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    image_arn TEXT NOT NULL,
    workflow_arn TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    action TEXT NOT NULL,
    status TEXT NOT NULL,
    rollback_status TEXT NOT NULL,
    message TEXT NOT NULL,
    inputs TEXT NOT NULL,
    outputs TEXT NOT NULL,
    on_failure TEXT NOT NULL,
    timeout_seconds BIGINT NOT NULL,
    waiting INTEGER NOT NULL,
    started_ms BIGINT,
    ended_ms BIGINT
);

CREATE INDEX step_runs_by_workflow_run ON step_runs (workflow_run_id, ordinal);

CREATE INDEX step_runs_waiting ON step_runs (id) WHERE waiting = 1;

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

CREATE TABLE tags (
    arn TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (arn, key)
);

CREATE TABLE timers (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    due_ms BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);

CREATE INDEX timers_by_due ON timers (due_ms);

CREATE TABLE topic_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subscription_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_ms BIGINT NOT NULL
);

CREATE INDEX topic_deliveries_by_due ON topic_deliveries (due_ms);

CREATE INDEX topic_deliveries_by_subscription ON topic_deliveries (subscription_id);

CREATE TABLE topic_subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic_id INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    subscription_id TEXT NOT NULL UNIQUE,
    protocol TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    token TEXT NOT NULL,
    attributes TEXT NOT NULL,
    last_failure TEXT,
    UNIQUE (topic_id, protocol, endpoint)
);

CREATE TABLE topics (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    attributes TEXT NOT NULL,
    UNIQUE (account, region, name)
);

CREATE TABLE workflow_runs (
    id TEXT PRIMARY KEY,
    execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    image_arn TEXT NOT NULL,
    workflow_arn TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    message TEXT NOT NULL,
    parallel_group TEXT NOT NULL,
    total_steps INTEGER NOT NULL,
    succeeded_steps INTEGER NOT NULL,
    failed_steps INTEGER NOT NULL,
    skipped_steps INTEGER NOT NULL,
    started_ms BIGINT,
    ended_ms BIGINT,
    retried INTEGER NOT NULL
);

CREATE INDEX workflow_runs_by_image ON workflow_runs (image_arn, ordinal);

CREATE TABLE workflows (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    major INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    patch INTEGER NOT NULL,
    build INTEGER NOT NULL,
    version_order INTEGER NOT NULL,
    digest TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug, major, minor, patch, build)
);

CREATE INDEX workflows_by_version_order ON workflows (account, region, version_order);

