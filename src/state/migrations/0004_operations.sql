-- What the rest of the API's operations keep: lifecycle policies and their runs, resource policies,
-- scan findings, and the moments at which something has to be done.

-- The answer to a client token is given for ever.
DROP INDEX idempotency_by_age;

CREATE TABLE lifecycle_policies (
    id @identity@,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug)
);

-- A run of a policy, or of StartResourceStateUpdate over one image. Exactly one of the two ARNs is
-- there.
CREATE TABLE lifecycle_executions (
    id @identity@,
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
CREATE INDEX lifecycle_executions_by_policy ON lifecycle_executions (policy_arn, id);
CREATE INDEX lifecycle_executions_by_image ON lifecycle_executions (image_arn, id);

-- What a run does, or did, to an image (`parent` is empty) and to the AMIs of that image (`parent`
-- is its ARN). `instruction` says what is to be done: it is written with the run, so that a run that
-- was interrupted goes on with what was decided.
CREATE TABLE lifecycle_resources (
    id @identity@,
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

ALTER TABLE image_states ADD COLUMN deprecation_ms BIGINT;
ALTER TABLE image_states ADD COLUMN lifecycle_execution_id TEXT;

-- Resource policies: which other accounts may use a component, an image or a recipe.
CREATE TABLE resource_policies (
    id @identity@,
    arn TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    type TEXT NOT NULL,
    policy TEXT NOT NULL,
    updated_ms BIGINT NOT NULL
);
CREATE INDEX resource_policies_by_type ON resource_policies (region, type, id);

-- Vulnerabilities that a scan found in an image: the API's JSON beside what is filtered and counted.
CREATE TABLE image_findings (
    id @identity@,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    image_arn TEXT NOT NULL,
    pipeline_arn TEXT NOT NULL,
    vulnerability_id TEXT NOT NULL,
    severity TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX image_findings_by_image ON image_findings (account, region, image_arn, id);

-- When the next thing has to happen to a subject: a pipeline's scheduled run, a policy's daily run,
-- the next step of a lifecycle execution.
CREATE TABLE timers (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    due_ms BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX timers_by_due ON timers (due_ms);
