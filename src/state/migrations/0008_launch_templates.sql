-- EC2's launch templates. Version numbers are never used again.
CREATE TABLE launch_templates (
    id @identity@,
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

-- `data` is the API's JSON.
CREATE TABLE launch_template_versions (
    template_id TEXT NOT NULL REFERENCES launch_templates (template_id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    description TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (template_id, version)
);
