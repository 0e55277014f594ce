-- AMIs and snapshots in the making: copies, and images of instances. The rows of what is made stand in
-- their tables already, as pending; a job goes when they are complete or have failed.
CREATE TABLE image_jobs (
    id @identity@,
    subject TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (region, subject)
);
