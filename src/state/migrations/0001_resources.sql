-- Resources of the API. Bodies are the API's own JSON of the resource; beside them stands what is
-- looked up, ordered or changed on its own. Managed resources belong to account `aws` and to region
-- `*`: their ARNs are made with the region of whoever asks.

-- One row per build of a component, workflow or image, and per version of a recipe (build 0).
-- `version_order` is the id of the first build of the version: lists of versions page by it, so that
-- pages stay stable while builds come and go.
CREATE TABLE components (
    id @identity@,
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

CREATE TABLE workflows (
    id @identity@,
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

CREATE TABLE image_recipes (
    id @identity@,
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

CREATE TABLE container_recipes (
    id @identity@,
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

CREATE TABLE images (
    id @identity@,
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

-- What changes about an image while it is built, beside the body that was frozen at its creation.
CREATE TABLE image_states (
    image_id INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    reason TEXT,
    pipeline_arn TEXT,
    recipe_arn TEXT,
    os_version TEXT,
    output_resources TEXT,
    updated_ms INTEGER NOT NULL
);
CREATE INDEX image_states_by_pipeline ON image_states (pipeline_arn, image_id);

CREATE TABLE image_packages (
    image_id INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (image_id, position)
);

-- The last build number given to a version; numbers are not used again after a deletion.
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

CREATE TABLE infrastructure_configurations (
    id @identity@,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug)
);

CREATE TABLE distribution_configurations (
    id @identity@,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug)
);

CREATE TABLE image_pipelines (
    id @identity@,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    slug TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER,
    body TEXT NOT NULL,
    UNIQUE (account, region, slug)
);

-- Tags of every kind of resource, EC2's included (arn:aws:ec2:<region>:<account>:image/ami-...).
CREATE TABLE tags (
    arn TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (arn, key)
);

-- The answer to a request that carried a client token, given again when the request comes again.
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
CREATE INDEX idempotency_by_age ON idempotency (created_ms);

CREATE TABLE amis (
    id @identity@,
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

CREATE TABLE snapshots (
    id @identity@,
    region TEXT NOT NULL,
    snapshot_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    description TEXT NOT NULL,
    volume_size_gib INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    UNIQUE (region, snapshot_id)
);

CREATE TABLE instances (
    id @identity@,
    region TEXT NOT NULL,
    instance_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    image_id TEXT NOT NULL,
    instance_type TEXT NOT NULL,
    state TEXT NOT NULL,
    state_reason TEXT,
    private_ip TEXT,
    run_id TEXT,
    launched_ms INTEGER NOT NULL,
    UNIQUE (region, instance_id)
);
CREATE INDEX instances_by_state ON instances (region, state);

CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL
);

CREATE TABLE access_keys (
    access_key_id TEXT PRIMARY KEY,
    secret_access_key TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (account),
    principal_arn TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_ms INTEGER NOT NULL
);
