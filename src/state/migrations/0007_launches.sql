-- Instances that RunInstances made, and commands that are run on them.

-- `wanted` is what the API asked for last (running, stopped, terminated), `state` what the machine has
-- come to; the instance controller works on the difference. Machines of builds have no `wanted`:
-- their builds look after them.
ALTER TABLE instances ADD COLUMN wanted TEXT NOT NULL DEFAULT '';
-- How many runs the machine has had: each start is a run of its own.
ALTER TABLE instances ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
-- Its agent answers.
ALTER TABLE instances ADD COLUMN is_ready INTEGER NOT NULL DEFAULT 0;
-- When `state` last changed.
ALTER TABLE instances ADD COLUMN changed_ms BIGINT NOT NULL DEFAULT 0;
-- Starts that failed since the machine last ran.
ALTER TABLE instances ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
-- Restarts that were asked for, and of those the ones that were done.
ALTER TABLE instances ADD COLUMN reboots INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN rebooted INTEGER NOT NULL DEFAULT 0;
-- The AMI that is being made of its disk: until that is done it stays switched off.
ALTER TABLE instances ADD COLUMN hold TEXT NOT NULL DEFAULT '';
-- JSON: what it was launched with.
ALTER TABLE instances ADD COLUMN launch TEXT NOT NULL DEFAULT '{}';
CREATE INDEX instances_by_wanted ON instances (wanted, state);

-- Systems Manager's SendCommand.
CREATE TABLE ssm_commands (
    id @identity@,
    command_id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    requested_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX ssm_commands_by_account ON ssm_commands (account, region, id);

-- A command on one instance. `status` is the API's, `wanted` 'cancelled' once CancelCommand asked.
CREATE TABLE ssm_invocations (
    id @identity@,
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
CREATE INDEX ssm_invocations_by_status ON ssm_invocations (status, id);
CREATE INDEX ssm_invocations_by_account ON ssm_invocations (account, region, id);
