-- Systems Manager parameters: names for values, with versions.
CREATE TABLE parameters (
    id @identity@,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    data_type TEXT NOT NULL,
    tier TEXT NOT NULL,
    last_version BIGINT NOT NULL,
    UNIQUE (account, region, name)
);

-- The value of a SecureString is sealed with the server's key.
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
