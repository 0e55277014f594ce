-- Executions: one per image build, with its event log (docs/formats/event-log.md), its lease, the
-- requests that users made of it, and the projections of the log that the API shows. Projections
-- change in the transaction that appends the events they follow from.

-- `wake_ms`: due from then on; NULL: only a signal makes it due. `fence` grows whenever the lease
-- changes hands and goes with every write of its holder.
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

CREATE TABLE execution_events (
    execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    sequence BIGINT NOT NULL,
    time_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (execution_id, sequence)
);

CREATE TABLE execution_signals (
    id @identity@,
    execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    time_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX execution_signals_by_execution ON execution_signals (execution_id, id);

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
