-- Tasks of EC2's ImportImage and ExportImage, and which images of Image Builder wait for an import.
CREATE TABLE image_tasks (
    id @identity@,
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

CREATE TABLE image_task_followers (
    task_id TEXT NOT NULL,
    image_arn TEXT NOT NULL PRIMARY KEY
);
CREATE INDEX image_task_followers_by_task ON image_task_followers (task_id);
