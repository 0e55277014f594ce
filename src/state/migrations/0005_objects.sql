-- Buckets and what is in them. Content lies in files that never change (docs/formats/objects.md);
-- an object is a row that names the files it is made of, so that it appears, is replaced and goes in
-- one transaction.
CREATE TABLE buckets (
    name TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    policy TEXT
);

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

CREATE TABLE object_uploads (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL REFERENCES buckets (name),
    key TEXT NOT NULL,
    begun_ms BIGINT NOT NULL,
    attributes TEXT NOT NULL
);
CREATE INDEX object_uploads_by_key ON object_uploads (bucket, key, id);

CREATE TABLE object_parts (
    upload_id TEXT NOT NULL REFERENCES object_uploads (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    size_bytes BIGINT NOT NULL,
    etag TEXT NOT NULL,
    modified_ms BIGINT NOT NULL,
    file TEXT NOT NULL,
    PRIMARY KEY (upload_id, number)
);
