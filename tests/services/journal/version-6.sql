PRAGMA application_id=1179407704;
PRAGMA user_version=6;
BEGIN TRANSACTION;
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL
);
INSERT INTO "events" VALUES(1,'queued','2026-10-05T09:30:04.000000+00:00','draft','');
INSERT INTO "events" VALUES(2,'done','2026-10-05T09:30:08.000000+00:00','draft','');
INSERT INTO "events" VALUES(3,'done','2026-10-05T09:30:10.000000+00:00','submitting','');
INSERT INTO "events" VALUES(4,'done','2026-10-05T09:30:12.000000+00:00','waiting','');
INSERT INTO "events" VALUES(5,'done','2026-10-05T09:30:14.000000+00:00','running','');
INSERT INTO "events" VALUES(6,'done','2026-10-05T09:30:16.000000+00:00','collecting','');
INSERT INTO "events" VALUES(7,'done','2026-10-05T09:30:20.000000+00:00','done','');
INSERT INTO "events" VALUES(8,'doubtful','2026-10-05T09:30:24.000000+00:00','draft','');
INSERT INTO "events" VALUES(9,'doubtful','2026-10-05T09:30:26.000000+00:00','submitting','');
INSERT INTO "events" VALUES(10,'doubtful','2026-10-05T09:30:28.000000+00:00','in doubt','');
INSERT INTO "events" VALUES(11,'given-up','2026-10-05T09:30:32.000000+00:00','draft','');
INSERT INTO "events" VALUES(12,'given-up','2026-10-05T09:30:34.000000+00:00','submitting','');
INSERT INTO "events" VALUES(13,'given-up','2026-10-05T09:30:36.000000+00:00','in doubt','');
INSERT INTO "events" VALUES(14,'given-up','2026-10-05T09:30:38.000000+00:00','cancelled','sent again as later; may have been charged');
INSERT INTO "events" VALUES(15,'cancelled','2026-10-05T09:30:42.000000+00:00','draft','');
INSERT INTO "events" VALUES(16,'cancelled','2026-10-05T09:30:44.000000+00:00','cancelled','');
INSERT INTO "events" VALUES(17,'found','2026-10-05T09:30:48.000000+00:00','draft','');
INSERT INTO "events" VALUES(18,'found','2026-10-05T09:30:50.000000+00:00','submitting','');
INSERT INTO "events" VALUES(19,'found','2026-10-05T09:30:52.000000+00:00','in doubt','');
INSERT INTO "events" VALUES(20,'found','2026-10-05T09:30:54.000000+00:00','waiting','');
INSERT INTO "events" VALUES(21,'refused','2026-10-05T09:30:58.000000+00:00','draft','');
INSERT INTO "events" VALUES(22,'refused','2026-10-05T09:31:00.000000+00:00','submitting','');
INSERT INTO "events" VALUES(23,'refused','2026-10-05T09:31:02.000000+00:00','refused','');
CREATE TABLE finetunes (
    profile TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    trigger_word TEXT,
    mode TEXT,
    finetune_type TEXT,
    lora_rank INTEGER,
    iterations INTEGER,
    learning_rate REAL,
    priority TEXT,
    captioning INTEGER,
    created_at TEXT,
    refreshed_at TEXT,
    job_id TEXT,
    dataset TEXT,
    favourite INTEGER NOT NULL,
    raw TEXT NOT NULL, base TEXT, weights TEXT, weights_url TEXT, endpoint TEXT,
    PRIMARY KEY (profile, id)
);
INSERT INTO "finetunes" VALUES('bfl','f-0','fox','ready','FOXX',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'{}','flux-1-pro',NULL,NULL,'finetune');
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    profile TEXT NOT NULL,
    provider TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    title TEXT NOT NULL,
    parameters TEXT NOT NULL,
    batch TEXT,
    remote_id TEXT,
    polling_url TEXT,
    estimate_credits REAL NOT NULL,
    cost_credits REAL,
    progress REAL,
    remote_status TEXT,
    error_title TEXT,
    error TEXT,
    finetune_id TEXT,
    finetune_name TEXT,
    dataset TEXT,
    seed INTEGER,
    picture TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    submitted_at TEXT,
    finished_at TEXT,
    lease_owner TEXT,
    lease_until TEXT
, maybe_billed INTEGER NOT NULL DEFAULT 0, response TEXT, position INTEGER, addresses TEXT, finetune_profile TEXT, cancel_asked_at TEXT, cancel_answer TEXT, after TEXT, running_at TEXT, ready_at TEXT, missing_since TEXT, clock_ahead REAL, next_try_at TEXT, tries_until TEXT);
INSERT INTO "jobs" VALUES(1,'queued','generation','draft','bfl','bfl','flux-dev','a fox','{"prompt":"a fox; it''s \"here\"","seed":7}',NULL,NULL,NULL,2.5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-10-05T09:30:02.000000+00:00','2026-10-05T09:30:00.000000+00:00',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "jobs" VALUES(2,'done','generation','done','bfl','bfl','flux-dev','a fox','{"prompt":"a fox; it''s \"here\"","seed":7}',NULL,'r-1','https://api.eu2.bfl.ai/v1/get_result?id=r-1',2.5,3.0,NULL,NULL,NULL,NULL,NULL,'Füchsin',NULL,NULL,'pictures/2026-10-05/fox.png','2026-10-05T09:30:06.000000+00:00','2026-10-05T09:30:20.000000+00:00','2026-10-05T09:30:10.000000+00:00','2026-10-05T09:30:20.000000+00:00',NULL,NULL,0,NULL,NULL,'{"status":"https://queue.example/status"}','studio','2026-10-05T09:31:00.000000+00:00','too late',NULL,'2026-10-05T09:30:14.000000+00:00','2026-10-05T09:30:16.000000+00:00',NULL,NULL,NULL,NULL);
INSERT INTO "jobs" VALUES(3,'doubtful','generation','in doubt','bfl','bfl','flux-dev','a fox','{"prompt":"a fox; it''s \"here\"","seed":7}',NULL,NULL,NULL,4.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-10-05T09:30:22.000000+00:00','2026-10-05T09:30:28.000000+00:00','2026-10-05T09:30:26.000000+00:00',NULL,NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "jobs" VALUES(4,'given-up','generation','cancelled','bfl','bfl','flux-dev','a fox','{"prompt":"a fox; it''s \"here\"","seed":7}',NULL,NULL,NULL,6.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-10-05T09:30:30.000000+00:00','2026-10-05T09:30:38.000000+00:00','2026-10-05T09:30:34.000000+00:00','2026-10-05T09:30:38.000000+00:00',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "jobs" VALUES(5,'cancelled','generation','cancelled','bfl','bfl','flux-dev','a fox','{"prompt":"a fox; it''s \"here\"","seed":7}',NULL,NULL,NULL,2.5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-10-05T09:30:40.000000+00:00','2026-10-05T09:30:44.000000+00:00',NULL,'2026-10-05T09:30:44.000000+00:00',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "jobs" VALUES(6,'found','training','waiting','bfl','bfl','finetune','a fox','{"finetune_comment":"fox"}',NULL,'f-1',NULL,2.5,400.0,NULL,NULL,NULL,NULL,NULL,NULL,'{"path":"datasets/x.zip"}',NULL,NULL,'2026-10-05T09:30:46.000000+00:00','2026-10-05T09:30:54.000000+00:00','2026-10-05T09:30:50.000000+00:00',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "jobs" VALUES(7,'refused','generation','refused','bfl','bfl','flux-dev','a fox','{"prompt":"a fox; it''s \"here\"","seed":7}',NULL,NULL,NULL,2.5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-10-05T09:30:56.000000+00:00','2026-10-05T09:31:02.000000+00:00','2026-10-05T09:31:00.000000+00:00','2026-10-05T09:31:02.000000+00:00',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE logs (
    job_id TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    text TEXT NOT NULL
);
INSERT INTO "logs" VALUES('done','step 1 of 2');
CREATE TABLE notes (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
INSERT INTO "notes" VALUES('draft','{"prompt":"Fuchs \ud83e\udd8a"}','2026-10-05T09:31:04.000000+00:00');
CREATE TABLE picture_tags (
    picture INTEGER NOT NULL REFERENCES pictures (number) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (tag, picture)
);
CREATE TABLE pictures (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    path TEXT NOT NULL UNIQUE,
    format TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    prompt TEXT NOT NULL,
    seed INTEGER,
    endpoint TEXT NOT NULL,
    finetune_name TEXT,
    parameters TEXT NOT NULL,
    created_at TEXT NOT NULL
, starred INTEGER NOT NULL DEFAULT 0, rating INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '', trashed_at TEXT, home TEXT, moving_to TEXT);
INSERT INTO "pictures" VALUES(1,'p1','done','pictures/2026-10-05/fox.png','PNG',1024,768,12345,'0000000000000000000000000000000000000000000000000000000000000000','a fox',7,'flux-dev',NULL,'{"prompt":"a fox"}','2026-10-05T09:30:18.000000+00:00',0,0,'',NULL,NULL,NULL);
CREATE TABLE uploads (
    profile TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    url TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (profile, sha256)
);
INSERT INTO "uploads" VALUES('bfl','00','https://files.example/00','2026-10-06T09:31:00.000000+00:00');
CREATE INDEX jobs_by_state ON jobs (state, number);
CREATE INDEX jobs_by_day ON jobs (coalesce(submitted_at, created_at));
CREATE INDEX jobs_by_lease ON jobs (lease_owner) WHERE lease_owner IS NOT NULL;
CREATE INDEX events_by_job ON events (job_id, number);
CREATE INDEX pictures_by_job ON pictures (job_id);
CREATE INDEX jobs_maybe_billed ON jobs (coalesce(submitted_at, created_at)) WHERE maybe_billed;
CREATE INDEX pictures_in_gallery ON pictures
    (number, trashed_at, created_at, endpoint, finetune_name, starred, rating, width, height, seed, job_id)
    WHERE trashed_at IS NULL;
CREATE INDEX pictures_in_trash ON pictures (number) WHERE trashed_at IS NOT NULL;
CREATE INDEX pictures_moving ON pictures (moving_to) WHERE moving_to IS NOT NULL;
CREATE INDEX jobs_of_pictures ON jobs (id, profile, cost_credits, estimate_credits);
CREATE INDEX picture_tags_by_picture ON picture_tags (picture, tag);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('jobs',7);
INSERT INTO "sqlite_sequence" VALUES('events',23);
INSERT INTO "sqlite_sequence" VALUES('pictures',1);
COMMIT;
