/**
 * Every SQL text of the queue, in one place. Parameters are named, but for the fields of a job.
 */
#ifndef CLOSEDROP_QUEUE_STORE_SQL_H
#define CLOSEDROP_QUEUE_STORE_SQL_H

#include "query.h"

#include "closedrop/base/array.h"

/* "clsd": says whose file this is (PRAGMA application_id) */
#define SQL_APPLICATION_ID 0x636c7364

/* where the columns of a job stand, and a parameter for each: those of job_fields, the checksum,
 * and the id first where it is read */
#define SQL_FIELDS "$fields"
#define SQL_VALUES "$values"
#define SQL_COLUMNS "id, " SQL_FIELDS

/* an update of a job: between the two a "column = ?, " for each that it writes */
#define SQL_UPDATE "UPDATE job SET "
#define SQL_UPDATE_END "checksum = ? WHERE id = ?"

/* texts first, as query.h has them */
#define SQL_POSTING_COLUMNS "token, lead_id, activity, at_ms, number, job, checksum"

/* The rows next to where one would be, and whether each is in order: where it is not, one row is
 * there twice, in place of another. */
#define SQL_POSTING_NEXT_TO(side, way)                                                             \
    "SELECT *, (job, at) " side " (lag(job, 1, ?1) OVER (), lag(at, 1, 0) OVER ()) FROM"           \
    " (SELECT " SQL_POSTING_COLUMNS                                                                \
    ", rowid AS at FROM posting INDEXED BY posting_by_job WHERE job " side " ?1 ORDER BY job " way \
    " LIMIT 2)"
#define SQL_EFFECT_COLUMNS "kind, state, request, result, at_ms, tries, looks, job, checksum"

/* in a trigger: one more, or one less, like this job, which is put away and has not ended */
#define SQL_COUNT_NEW                                                                              \
    "INSERT INTO tally SELECT new.folder, new.state, 1 WHERE new.filed = 1 AND new.ending = ''"    \
    " ON CONFLICT DO UPDATE SET jobs = jobs + 1;"
#define SQL_UNCOUNT_OLD                                                                            \
    "UPDATE tally SET jobs = jobs - 1 WHERE old.filed = 1 AND old.ending = ''"                     \
    " AND folder = old.folder AND state = old.state;"

/* the same for outcomes, by the quarter of an hour: every time zone's day is made of these */
#define SQL_QUARTER_MS "900000"
#define SQL_COUNT_OUTCOME                                                                          \
    "INSERT INTO outcome SELECT new.done_ms / " SQL_QUARTER_MS ", new.folder, new.state, 1"        \
    " WHERE new.state IN ('done', 'failed')"                                                       \
    " ON CONFLICT DO UPDATE SET jobs = jobs + 1;"
#define SQL_UNCOUNT_OUTCOME                                                                        \
    "UPDATE outcome SET jobs = jobs - 1 WHERE quarter = old.done_ms / " SQL_QUARTER_MS             \
    " AND folder = old.folder AND state = old.state;"

/* what these indexes hold: a statement that says this, or one of its sides, is served */
#define SQL_WAS_HELD /* job_held: the guard has held it back, and perhaps released it since */     \
    "ending = '' AND held <> 0 AND (state = 'queued' OR state = 'uploading' OR state = "           \
    "'uploaded')"
#define SQL_LACKS /* job_lacking */                                                                \
    "ending = '' AND state = 'done' AND (error_code = 'task_missing' OR error_code = "             \
    "'set_missing')"
#define SQL_GROUPED /* job_by_group */                                                             \
    "ending = '' AND group_key IS NOT NULL AND (state = 'queued' OR state = 'uploading'"           \
    " OR state = 'uploaded' OR state = 'attaching')"

/* migration i takes user_version i to i + 1 */
static const char *const sql_migrations[] = {
    "CREATE TABLE job ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  folder TEXT NOT NULL,"
    "  path BLOB NOT NULL,"
    "  handle BLOB NOT NULL,"
    "  size INTEGER NOT NULL,"
    "  mtime_ns INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN"
    "    ('queued', 'uploading', 'uploaded', 'attaching', 'done', 'failed')),"
    "  ending TEXT NOT NULL DEFAULT '' CHECK (ending IN"
    "    ('', 'dropped', 'superseded', 'forgotten')),"
    "  in_hand INTEGER NOT NULL DEFAULT 0,"
    "  suspect INTEGER NOT NULL DEFAULT 0,"
    "  filed INTEGER NOT NULL DEFAULT 0,"
    "  attempts INTEGER NOT NULL DEFAULT 0,"
    "  deaths INTEGER NOT NULL DEFAULT 0,"
    "  due_ms INTEGER NOT NULL,"
    "  place BLOB,"
    "  error_code TEXT,"
    "  error_message TEXT,"
    "  content_type TEXT,"
    "  sha256 TEXT,"
    "  md5 TEXT,"
    "  download_url TEXT,"
    "  token TEXT,"
    "  queued_ms INTEGER NOT NULL,"
    "  uploaded_ms INTEGER NOT NULL DEFAULT 0,"
    "  done_ms INTEGER NOT NULL DEFAULT 0"
    ") STRICT;"
    "CREATE INDEX job_by_identity ON job (folder, handle, size, mtime_ns);"
    "CREATE INDEX job_by_path ON job (folder, path, size, mtime_ns);"
    "CREATE INDEX job_due ON job (folder, state, suspect, due_ms, id)"
    "  WHERE ending = '' AND in_hand = 0 AND filed = 0;"
    "CREATE INDEX job_in_hand ON job (id) WHERE in_hand = 1;"
    "CREATE INDEX job_suspect ON job (id) WHERE suspect = 1;"
    "CREATE INDEX job_by_state ON job (folder, state, filed) WHERE ending = '';"
    "CREATE TABLE history ("
    "  job INTEGER NOT NULL,"
    "  at_ms INTEGER NOT NULL,"
    "  state TEXT NOT NULL,"
    "  why TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX history_by_job ON history (job);"
    "CREATE TABLE number ("
    "  name TEXT PRIMARY KEY,"
    "  value INTEGER NOT NULL"
    ") STRICT;",

    "ALTER TABLE job ADD COLUMN mark TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE job ADD COLUMN rule TEXT;"
    "ALTER TABLE job ADD COLUMN group_key TEXT;"
    "ALTER TABLE job ADD COLUMN job_values TEXT;"
    "ALTER TABLE job ADD COLUMN lead_id TEXT;"
    "ALTER TABLE job ADD COLUMN contact_id TEXT;"
    "ALTER TABLE job ADD COLUMN activity_id TEXT;"
    "ALTER TABLE job ADD COLUMN activity TEXT NOT NULL DEFAULT '' CHECK (activity IN"
    "  ('', 'email', 'note', 'lead_file'));"
    "ALTER TABLE job ADD COLUMN posting INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX job_unsorted ON job (folder, mark, id) WHERE ending = '' AND state = 'queued';"
    "CREATE INDEX job_by_group ON job (folder, rule, group_key) WHERE ending = ''"
    "  AND group_key IS NOT NULL AND state IN ('queued', 'uploading', 'uploaded', 'attaching');"
    "CREATE INDEX job_by_posting ON job (posting) WHERE posting <> 0;"
    "CREATE INDEX job_by_activity ON job (activity_id) WHERE activity_id IS NOT NULL;"
    /* every token that was ever posted, with where it went */
    "CREATE TABLE posting ("
    "  number INTEGER NOT NULL,"
    "  job INTEGER NOT NULL,"
    "  token TEXT NOT NULL,"
    "  lead_id TEXT NOT NULL,"
    "  activity TEXT NOT NULL,"
    "  at_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX posting_by_job ON posting (job);",

    /* 0 as checksum: CHECKSUM_NONE */
    "ALTER TABLE job ADD COLUMN reconcile INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE posting ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;",

    "ALTER TABLE job ADD COLUMN queued_path BLOB;"
    "ALTER TABLE job ADD COLUMN filed_path BLOB;"
    "ALTER TABLE job ADD COLUMN approved INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX job_already_filed ON job (sha256) WHERE ending = '' AND state = 'failed'"
    "  AND error_code = 'already_filed';"
    /* the content memory: one row per filing, in the order in which it is queried, and nothing else
     */
    "CREATE TABLE filing ("
    "  sha256 BLOB NOT NULL,"
    "  activity TEXT NOT NULL,"
    "  lead_id TEXT NOT NULL,"
    "  job INTEGER NOT NULL,"
    "  rule TEXT NOT NULL,"
    "  at_ms INTEGER NOT NULL,"
    "  checksum INTEGER NOT NULL,"
    "  PRIMARY KEY (sha256, activity, lead_id, job)"
    ") STRICT, WITHOUT ROWID;"
    /* what was filed before there was a memory, or may have been */
    "INSERT INTO filing SELECT unhex(sha256), activity, lead_id, id, ifnull(rule, ''),"
    "  CASE WHEN done_ms THEN done_ms ELSE queued_ms END, 0 FROM job"
    "  WHERE activity <> '' AND lead_id IS NOT NULL AND unhex(sha256) IS NOT NULL"
    "  AND (posting <> 0 OR state = 'done' AND activity_id IS NOT NULL)"
    "  ORDER BY 1, 2, 3, 4;",

    "ALTER TABLE job ADD COLUMN entered INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN released INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN sender TEXT;"
    "ALTER TABLE job ADD COLUMN held INTEGER NOT NULL DEFAULT 0;" /* enum job_held */
    "ALTER TABLE job ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX job_held ON job (rule, id) WHERE ending = '' AND held <> 0"
    "  AND state IN ('queued', 'uploading', 'uploaded');"
    "CREATE INDEX job_paced ON job (sender, folder, entered) WHERE ending = '' AND held = 2"
    "  AND state = 'uploaded';"
    /* the ledger: a row for each email that was sent, or may have been, under the job that led it
     */
    "CREATE TABLE leaving ("
    "  job INTEGER PRIMARY KEY,"
    "  rule TEXT NOT NULL,"
    "  sender TEXT NOT NULL,"
    "  at_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX leaving_by_rule ON leaving (rule, at_ms);"
    "CREATE INDEX leaving_by_sender ON leaving (sender, at_ms);"
    "CREATE INDEX leaving_by_time ON leaving (at_ms);"
    /* what exceeded the limit, and what a person decided: all that entered up to a number */
    "CREATE TABLE guard ("
    "  rule TEXT PRIMARY KEY,"
    "  over INTEGER NOT NULL,"
    "  released INTEGER NOT NULL,"
    "  recalled INTEGER NOT NULL,"
    "  recalled_held INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;",

    "ALTER TABLE job ADD COLUMN lead_name TEXT;"
    "ALTER TABLE job ADD COLUMN contact_name TEXT;",

    /* the path without its directories, which is what people call a file */
    "ALTER TABLE job ADD COLUMN name BLOB AS"
    "  (substr(path, 1 + length(CAST(rtrim(path, replace(path, '/', '')) AS BLOB))));"
    /* when it came to its outcome, until then when it came */
    "ALTER TABLE job ADD COLUMN reached_ms INTEGER AS"
    "  (CASE WHEN state IN ('done', 'failed') THEN done_ms ELSE queued_ms END);"
    /* the path is there for `match` alone, which then reads no rows in vain */
    "CREATE INDEX job_by_arrival ON job (queued_ms, path);"
    "CREATE INDEX job_by_folder ON job (folder, queued_ms, path);"
    "CREATE INDEX job_by_outcome ON job (state, reached_ms);"
    "CREATE INDEX job_by_folder_outcome ON job (folder, state, reached_ms);"
    "CREATE INDEX job_by_lead ON job (lead_id) WHERE lead_id IS NOT NULL;"
    "CREATE INDEX job_by_name ON job (name);",

    /* how many jobs are put away, of which there are more and more: counting a million takes too
     * long; written once for a job */
    "CREATE TABLE tally ("
    "  folder TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  jobs INTEGER NOT NULL,"
    "  PRIMARY KEY (folder, state)"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO tally SELECT folder, state, count(*) FROM job INDEXED BY job_by_state"
    "  WHERE filed = 1 AND ending = '' GROUP BY folder, state;"
    "CREATE TRIGGER tally_added AFTER INSERT ON job WHEN new.filed = 1 BEGIN " SQL_COUNT_NEW " END;"
    "CREATE TRIGGER tally_removed AFTER DELETE ON job WHEN old.filed = 1 BEGIN " SQL_UNCOUNT_OLD
    " END;"
    "CREATE TRIGGER tally_changed AFTER UPDATE OF folder, state, filed, ending ON job"
    "  WHEN old.filed = 1 OR new.filed = 1 BEGIN " SQL_UNCOUNT_OLD " " SQL_COUNT_NEW " END;",

    /* how many came to each outcome, and when; those that ended later are still counted */
    "CREATE TABLE outcome ("
    "  quarter INTEGER NOT NULL," /* of an hour, since 1970 */
    "  folder TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  jobs INTEGER NOT NULL,"
    "  PRIMARY KEY (quarter, folder, state)"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO outcome SELECT done_ms / " SQL_QUARTER_MS ", folder, state, count(*) FROM job"
    "  WHERE state IN ('done', 'failed') GROUP BY 1, 2, 3;"
    "CREATE TRIGGER outcome_added AFTER INSERT ON job WHEN new.state IN ('done', 'failed')"
    "  BEGIN " SQL_COUNT_OUTCOME " END;"
    "CREATE TRIGGER outcome_removed AFTER DELETE ON job WHEN old.state IN ('done', 'failed')"
    "  BEGIN " SQL_UNCOUNT_OUTCOME " DELETE FROM outcome WHERE jobs <= 0"
    "  AND quarter = old.done_ms / " SQL_QUARTER_MS "; END;"
    "CREATE TRIGGER outcome_changed AFTER UPDATE OF folder, state, done_ms ON job"
    "  WHEN old.state IN ('done', 'failed') OR new.state IN ('done', 'failed')"
    "  BEGIN " SQL_UNCOUNT_OUTCOME " " SQL_COUNT_OUTCOME " END;",

    /* one row for each event and channel on which it is still to be delivered */
    "CREATE TABLE event ("
    "  channel TEXT NOT NULL,"
    "  id INTEGER NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  cause TEXT NOT NULL,"
    "  message TEXT NOT NULL,"
    "  job INTEGER NOT NULL,"
    "  at_ms INTEGER NOT NULL,"
    "  since_ms INTEGER NOT NULL,"
    "  opened_by INTEGER NOT NULL,"
    "  due_ms INTEGER NOT NULL,"
    "  tries INTEGER NOT NULL DEFAULT 0,"
    "  PRIMARY KEY (channel, id)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX event_due ON event (channel, kind, due_ms, id);"
    "CREATE INDEX event_by_cause ON event (channel, cause, id);"
    /* what lasts, and has been reported */
    "CREATE TABLE cause ("
    "  name TEXT PRIMARY KEY,"
    "  message TEXT NOT NULL,"
    "  since_ms INTEGER NOT NULL,"
    "  over_ms INTEGER NOT NULL,"
    "  event INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;",

    "ALTER TABLE job ADD COLUMN owner TEXT;",

    /* cheaper to keep: SQLite makes a table of its own for each list of more than two, whenever it
     * checks it. A CHECK that says the same may be exchanged (SQLite, "ALTER TABLE", 7). */
    "PRAGMA writable_schema = ON;"
    "UPDATE sqlite_schema SET sql = replace(replace(sql,"
    "  'state IN    (''queued'', ''uploading'', ''uploaded'', ''attaching'', ''done'', "
    "''failed'')',"
    "  'state = ''queued'' OR state = ''uploading'' OR state = ''uploaded'''"
    "  || ' OR state = ''attaching'' OR state = ''done'' OR state = ''failed'''),"
    "  'ending IN    ('''', ''dropped'', ''superseded'', ''forgotten'')',"
    "  'ending = '''' OR ending = ''dropped'' OR ending = ''superseded'''"
    "  || ' OR ending = ''forgotten''')"
    "  WHERE type = 'table' AND name = 'job';"
    "PRAGMA writable_schema = RESET;"
    "DROP INDEX job_by_group;"
    "CREATE INDEX job_by_group ON job (folder, rule, group_key) WHERE " SQL_GROUPED ";"
    "DROP INDEX job_held;"
    "CREATE INDEX job_held ON job (rule, id) WHERE " SQL_WAS_HELD ";",

    /* more kinds of activity, in the same way */
    "PRAGMA writable_schema = ON;"
    "UPDATE sqlite_schema SET sql = replace(sql,"
    "  'activity IN  ('''', ''email'', ''note'', ''lead_file'')',"
    "  'activity = '''' OR activity = ''email'' OR activity = ''note'''"
    "  || ' OR activity = ''lead_file'' OR activity = ''opportunity'''"
    "  || ' OR activity = ''whatsapp'' OR activity = ''sms''')"
    "  WHERE type = 'table' AND name = 'job';"
    "PRAGMA writable_schema = RESET;",

    "ALTER TABLE job ADD COLUMN told BLOB;"
    "CREATE INDEX job_told ON job (folder, id) WHERE told IS NOT NULL;",

    /* what is done besides, or alone, and what takes the place of an older one */
    "PRAGMA writable_schema = ON;"
    "UPDATE sqlite_schema SET sql = replace(sql,"
    "  'OR activity = ''sms''',"
    "  'OR activity = ''sms'' OR activity = ''task'' OR activity = ''set'''"
    "  || ' OR activity = ''email_template'' OR activity = ''sms_template''')"
    "  WHERE type = 'table' AND name = 'job';"
    "PRAGMA writable_schema = RESET;"
    /* a step next to what carries the file: one row for each, from the intent on */
    "CREATE TABLE effect ("
    "  job INTEGER NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  request TEXT NOT NULL,"
    "  result TEXT NOT NULL,"
    "  at_ms INTEGER NOT NULL,"
    "  tries INTEGER NOT NULL,"
    "  looks INTEGER NOT NULL,"
    "  checksum INTEGER NOT NULL,"
    "  PRIMARY KEY (job, kind)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX job_lacking ON job (id) WHERE " SQL_LACKS ";",
};

/* the format that this closedrop makes and knows: user_version */
#define SQL_VERSION ((int)COUNT(sql_migrations))

/* the index job_due serves exactly this */
#define SQL_WAITING "ending = '' AND in_hand = 0 AND filed = 0"

/* not one that was uploaded by hand (BY_HAND_FOLDER), of which only lists know */
#define SQL_OF_A_FOLDER "folder <> ''"

/* the folders of jobs, one step in the index for each */
#define SQL_FOLDERS                                                                                \
    "(WITH RECURSIVE known(folder) AS ("                                                           \
    "SELECT min(folder) FROM job INDEXED BY job_by_state WHERE ending = '' UNION ALL"              \
    " SELECT (SELECT min(folder) FROM job INDEXED BY job_by_state"                                 \
    " WHERE ending = '' AND folder > known.folder) FROM known WHERE known.folder IS NOT NULL)"     \
    " SELECT folder FROM known WHERE " SQL_OF_A_FOLDER ")"

/* one of them, or all */
#define SQL_FOLDERS_ASKED_FOR                                                                      \
    "(SELECT :folder WHERE :folder IS NOT NULL UNION ALL"                                          \
    " SELECT folder FROM " SQL_FOLDERS " WHERE :folder IS NULL)"

/* how many jobs of these folders are neither put away nor ended: reads as many rows of the index */
#define SQL_WAITING_OF(folders)                                                                    \
    "(SELECT folder, state, count(*) AS jobs FROM job INDEXED BY job_by_state"                     \
    " WHERE folder IN " folders " AND state IN"                                                    \
    " ('queued', 'uploading', 'uploaded', 'attaching', 'done', 'failed')"                          \
    " AND filed = 0 AND ending = '' GROUP BY folder, state)"

#define SQL_FIRST_OF(name)                                                                         \
    "SELECT min(id) AS id FROM job INDEXED BY job_by_state WHERE folder = :folder"                 \
    " AND state = '" name "' AND filed = 0 AND ending = ''"

/* waits in this state, and nobody has been told; both held back need not be told */
#define SQL_UNTOLD_OF(name, more)                                                                  \
    "SELECT id FROM job INDEXED BY job_by_state WHERE folder = :folder AND state = '" name         \
    "' AND filed = 0 AND ending = '' AND id > :id AND in_hand = 0 AND told IS NULL"                \
    " AND max(queued_ms, done_ms) < :at_ms" more

/* neither ended nor, by enum job_put_away, discarded */
#define SQL_LIVE "ending = '' AND filed <> 2"

/* the index job_by_group serves this; a member whose target is not known yet, or was looked up by
 * rules that have changed, may belong */
#define SQL_OF_GROUP                                                                               \
    "folder = :folder AND rule = :rule AND group_key = :group AND closed = :closed "               \
    "AND " SQL_GROUPED " AND (lead_id IS NULL OR mark <> :rules_digest"                            \
    " OR (lead_id = :lead_id AND contact_id IS :contact_id))"
#define SQL_UPLOADED_OF_GROUP                                                                      \
    SQL_OF_GROUP " AND state = 'uploaded' AND in_hand = 0 AND reconcile = 0"                       \
                 " AND lead_id IS NOT NULL AND mark = :rules_digest"

/* what is not a query (query.h) */
enum sql {
    SQL_INSERT = QUERIES,
    SQL_ALL_JOBS,
    SQL_ALL_POSTINGS,
    SQL_ALL_EFFECTS,
    SQL_ALL_FILINGS,
    SQL_FILINGS_NEXT_TO, /* those of one question, or where they would be: before and behind */
    SQL_POSTINGS_NEXT_TO,
    /* of a slice: (?1, ?2]; digests [?1, ?2) */
    SQL_SOME_JOBS,
    SQL_SOME_POSTINGS,
    SQL_SOME_FILINGS,
    SQL_SOME_EFFECTS,
    SQL_LOST_JOB, /* that the index by time has, and nothing else */
    SQL_INDEXES,  /* of a table: name, definition */
    SQL_INDEX_COLUMNS,
    /* jobs of which the index that a query used says that there are none */
    SQL_IS_THERE_BY_PATH,
    SQL_IS_THERE_BY_HANDLE,
    SQL_COUNT_WAITING, /* folder, state, how many */
    /* the jobs of several files: see SQL_OF_FILES */
    SQL_OF_HANDLES,
    SQL_OF_PATHS,
    SQL_STATEMENTS
};

#define SQL_LAST_JOB "SELECT max(id) FROM job"
#define SQL_LAST_POSTING_ROW "SELECT max(rowid) FROM posting"
#define SQL_LAST_NOTE_ROW "SELECT max(rowid) FROM history"

/* the first row of a table that an index of it misses: table, condition, table, index; each column
 * twice; condition */
#define SQL_MISSES_BEGIN                                                                           \
    "SELECT 1 FROM %s AS a NOT INDEXED WHERE a.rowid > ?1 AND a.rowid <= ?2 AND (%s)"              \
    " AND NOT EXISTS (SELECT 1 FROM %s AS b INDEXED BY %s WHERE "
#define SQL_MISSES_COLUMN "b.%s IS a.%s AND "
#define SQL_MISSES_END "b.rowid = a.rowid AND (%s)) LIMIT 1"

/* filed, and its file stays where it is */
#define SQL_KEPT                                                                                   \
    "id <> :id AND ending = '' AND state = 'done' AND filed = 1 AND place IS NULL"                 \
    " AND sha256 IS NOT NULL"

/* the jobs of one file, newest first: so the index has them (store_find.c) */
#define SQL_OF_FILE(index, which)                                                                  \
    "SELECT " SQL_COLUMNS " FROM job INDEXED BY " index " WHERE folder = :folder AND " which       \
    " AND size = :size AND mtime_ns = :mtime_ns ORDER BY id DESC"

/* of SQL_FILES files of a folder at once; which of them first. Each has three parameters: handle or
 * path, size, mtime_ns; the last is the folder. What is not bound finds nothing */
#define SQL_FILES 16
#define SQL_OF_FILES(index, column)                                                                \
    "SELECT column1, " SQL_COLUMNS " FROM (VALUES (0, ?, ?, ?), (1, ?, ?, ?), (2, ?, ?, ?),"       \
    " (3, ?, ?, ?), (4, ?, ?, ?), (5, ?, ?, ?), (6, ?, ?, ?), (7, ?, ?, ?), (8, ?, ?, ?),"         \
    " (9, ?, ?, ?), (10, ?, ?, ?), (11, ?, ?, ?), (12, ?, ?, ?), (13, ?, ?, ?), (14, ?, ?, ?),"    \
    " (15, ?, ?, ?)) CROSS JOIN job INDEXED BY " index " WHERE folder = ? AND " column             \
    " = column2 AND size = column3 AND mtime_ns = column4"

#define SQL_NEWEST_AT(which)                                                                       \
    "SELECT " SQL_COLUMNS " FROM job WHERE id = (SELECT max(id) FROM job INDEXED BY job_by_path"   \
    " WHERE folder = :folder AND path = :path AND " which ")"

/* what a filter of jobs asks for; what is not set is NULL */
#define SQL_FITS                                                                                   \
    "(:all OR (" SQL_LIVE "))"                                                                     \
    " AND (:folder IS NULL OR folder = :folder) AND (:rule IS NULL OR rule = :rule)"               \
    " AND (:lead_id IS NULL OR lead_id = :lead_id) AND (:state IS NULL OR state = :state)"         \
    " AND (:code IS NULL OR error_code = :code) AND (:path IS NULL OR path = :path)"               \
    " AND (NOT :held OR (state = 'uploaded' AND held = 1))"                                        \
    " AND (:match IS NULL OR contains(path, :match))"

/* a page of a list: what the index has of `which`, the newest first */
#define SQL_LIST(index, which, time)                                                               \
    "SELECT " SQL_COLUMNS " FROM job INDEXED BY " index " WHERE " which " AND " time               \
    " >= :since_ms AND (" time ", id) < (:at_ms, :below) AND " SQL_FITS " ORDER BY " time          \
    " DESC, id DESC LIMIT :limit"

#define SQL_NOTICE_COLUMNS "kind, cause, message, id, job, at_ms, since_ms, opened_by, tries"
/* the indexes serve each half */
#define SQL_OF_BATCH                                                                               \
    "(channel = :channel AND id = :id)"                                                            \
    " OR (channel = :channel AND cause = :cause AND id < :id)"

#define SQL_FILING_COLUMNS "lead_id, rule, activity, at_ms, job, checksum, sha256"
/* as its primary key sorts it, but for the job: no name has a character that is less than the
 * slash */
#define SQL_FILING_KEY "hex(sha256) || '/' || activity || '/' || lead_id"
#define SQL_FILING_NEXT_TO(condition, side, beyond, way)                                           \
    "SELECT *, (key, job) " side " (lag(key, 1, " beyond ") OVER (), lag(job, 1, 0) OVER ())"      \
    " FROM (SELECT " SQL_FILING_COLUMNS ", " SQL_FILING_KEY " AS key FROM filing WHERE " condition \
    " ORDER BY sha256 " way ", activity " way ", lead_id " way ", job " way " LIMIT 2)"
#define SQL_FILING_BEFORE(condition) SQL_FILING_NEXT_TO(condition, "<", "'~'", "DESC")
#define SQL_FILING_BEHIND(condition) SQL_FILING_NEXT_TO(condition, ">", "''", "ASC")

/**
 * The index of the names of files, which an SQLite without FTS5 does not have (store_names.h): a
 * document for each millisecond in which jobs were queued, and in it each three characters that
 * follow each other. Nothing else, so it is a twentieth of the queue.
 */
#define SQL_NAMES_MAKE                                                                             \
    "CREATE VIRTUAL TABLE name_part USING fts5 (path, content = '', detail = none,"                \
    " columnsize = 0, tokenize = 'trigram case_sensitive 1');"
#define SQL_NAMES_UPTO "names_ms"
#define SQL_NAMES_DROP "DROP TABLE IF EXISTS name_part;"

enum names_sql {
    NAMES_UPTO,
    NAMES_ADD,
    NAMES_FIND,
    NAMES_NTH,
    NAMES_OF,
    NAMES_LEFT,
    NAMES_REMOVED,
    NAMES_STATEMENTS
};

static const char *const names_texts[] = {
    [NAMES_UPTO] = "SELECT value FROM number WHERE name = '" SQL_NAMES_UPTO "'",
    [NAMES_ADD] = "INSERT INTO name_part (rowid, path) VALUES (?1, ?2)",
    [NAMES_FIND] = "SELECT rowid FROM name_part WHERE name_part MATCH ?1"
                   " AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC",
    [NAMES_NTH] = "SELECT queued_ms FROM job INDEXED BY job_by_arrival WHERE queued_ms > ?1"
                  " ORDER BY queued_ms LIMIT 1 OFFSET ?2",
    [NAMES_OF] = "SELECT queued_ms, path FROM job INDEXED BY job_by_arrival"
                 " WHERE queued_ms > ?1 AND queued_ms <= ?2 ORDER BY queued_ms",
    [NAMES_LEFT] = "SELECT ifnull(sum(jobs), 0) FROM tally",
    [NAMES_REMOVED] = "SELECT value FROM number WHERE name = '" STORE_REMOVED "'",
};

/* a part of the index job_due for each: what is due already costs nothing, however much it is */
#define SQL_DUE_LATER                                                                              \
    "folder IN " SQL_FOLDERS " AND state IN"                                                       \
    " ('queued', 'uploading', 'uploaded', 'attaching', 'done', 'failed')"                          \
    " AND suspect IN (0, 1) AND due_ms > :at_ms AND " SQL_WAITING

static const char *const sql_texts[] = {
    [SQL_INSERT] = "INSERT INTO job (" SQL_FIELDS ") VALUES (" SQL_VALUES ")",
    [QUERY_LOAD] = "SELECT " SQL_COLUMNS " FROM job WHERE id = :id",
    [QUERY_BY_HANDLE] = SQL_OF_FILE("job_by_identity", "handle = :handle"),
    [QUERY_BY_PATH] = SQL_OF_FILE("job_by_path", "path = :path"),
    [SQL_OF_HANDLES] = SQL_OF_FILES("job_by_identity", "handle"),
    [SQL_OF_PATHS] = SQL_OF_FILES("job_by_path", "path"),
    [QUERY_WAITING_AT] =
        SQL_NEWEST_AT(SQL_WAITING " AND place IS NULL"
                                  " AND (state = 'queued' OR (state = 'uploaded' AND held <> 0))"),
    [QUERY_KEPT] = "SELECT " SQL_COLUMNS " FROM job WHERE id = (SELECT max(id) FROM ("
                   "SELECT id FROM job WHERE folder = :folder AND handle = :handle"
                   " AND length(handle) > 0 AND size = :size AND " SQL_KEPT " UNION ALL"
                   " SELECT id FROM job WHERE folder = :folder AND path = :path"
                   " AND size = :size AND " SQL_KEPT "))",
    [QUERY_HAS_SUCCESSOR] = "SELECT count(*) FROM job INDEXED BY job_by_path WHERE folder = :folder"
                            " AND path = :path AND id > :id",
    [QUERY_HAS_PUT_AWAY] = "SELECT EXISTS (SELECT 1 FROM job INDEXED BY job_by_path"
                           " WHERE folder = :folder AND path > :path AND path < :beyond"
                           " AND state IN ('done', 'failed') AND filed = 1 AND place IS NOT NULL"
                           " AND done_ms BETWEEN :at_ms AND :until_ms)",
    [QUERY_DUE] = "SELECT " SQL_COLUMNS " FROM job INDEXED BY job_due WHERE folder = :folder"
                  " AND state = :state AND suspect = :suspect AND due_ms <= :at_ms AND " SQL_WAITING
                  " ORDER BY due_ms, id LIMIT 1",
    [QUERY_NEXT_DUE] = "SELECT ifnull(min(due_ms), 9223372036854775807) FROM job INDEXED BY "
                       "job_due WHERE folder = :folder"
                       " AND state = :state AND suspect = :suspect AND " SQL_WAITING,
    [QUERY_AHEAD] =
        "SELECT count(*) FROM (SELECT 1 FROM job INDEXED BY job_due WHERE folder = :folder"
        " AND state = :state AND suspect = 0 AND (due_ms, id) < (:at_ms, :id) AND " SQL_WAITING
        " LIMIT :limit)",
    /* the index job_by_state serves this */
    [QUERY_LATE] = "SELECT max(queued_ms, done_ms) AS since FROM job INDEXED BY job_by_state"
                   " WHERE folder IN " SQL_FOLDERS
                   " AND state IN ('queued', 'uploading', 'uploaded', 'attaching')"
                   " AND filed = 0 AND ending = '' AND (state <> 'uploaded' OR held NOT IN (1, 2))"
                   " AND max(queued_ms, done_ms) < :at_ms LIMIT :limit",
    [QUERY_SUSPECTS] = "SELECT count(*) FROM job WHERE suspect = 1",
    /* two ranges of the index job_unsorted: all that is sorted already costs nothing */
    [QUERY_UNCLASSIFIED] = "SELECT " SQL_COLUMNS " FROM job WHERE folder = :folder AND ending = ''"
                           " AND state = 'queued' AND mark < :rules_digest UNION ALL"
                           " SELECT " SQL_COLUMNS " FROM job WHERE folder = :folder AND ending = ''"
                           " AND state = 'queued' AND mark > :rules_digest LIMIT :limit",
    [QUERY_GROUP] =
        "SELECT max(queued_ms),"
        " sum(state <> 'uploaded' OR reconcile OR lead_id IS NULL OR mark <> :rules_digest),"
        " sum(state = 'queued' AND error_code IS NOT NULL AND attempts > 0)"
        " FROM job WHERE " SQL_OF_GROUP,
    [QUERY_GROUP_MEMBERS] = "SELECT " SQL_COLUMNS " FROM job INDEXED BY job_by_group"
                            " WHERE " SQL_UPLOADED_OF_GROUP " AND id <> :id"
                            " ORDER BY path, id LIMIT :limit",
    [CHANGE_DELAY_GROUP] = "UPDATE job SET due_ms = :at_ms WHERE " SQL_UPLOADED_OF_GROUP,
    [CHANGE_WAKE_GROUP] = "UPDATE job INDEXED BY job_by_group SET due_ms = :at_ms"
                          " WHERE folder = :folder AND rule = :rule AND group_key = :group"
                          " AND " SQL_GROUPED " AND state = 'uploaded'"
                          " AND in_hand = 0 AND due_ms = :never",
    [QUERY_BY_POSTING] = "SELECT " SQL_COLUMNS " FROM job WHERE posting = :posting AND posting <> 0"
                         " AND id <> :id AND in_hand = 0 AND state = :state AND ending = ''"
                         " ORDER BY path, id LIMIT :limit",
    [QUERY_HAS_ACTIVITY] = "SELECT count(*) FROM job WHERE activity_id = :activity_id"
                           " AND activity_id IS NOT NULL AND (:md5 IS NULL OR md5 = :md5)"
                           " AND " SQL_OF_A_FOLDER,
    [CHANGE_REMEMBER] =
        "INSERT OR REPLACE INTO filing (sha256, activity, lead_id, job, rule, at_ms,"
        " checksum) VALUES (:digest, :activity, :lead_id, :id, :rule, :at_ms,"
        " :checksum)",
    [CHANGE_UNREMEMBER] = "DELETE FROM filing WHERE sha256 = :digest AND activity = :activity"
                          " AND lead_id = :lead_id AND job = :id",
    [QUERY_FILINGS] = "SELECT " SQL_FILING_COLUMNS " FROM filing WHERE sha256 = :digest"
                      " AND activity = :activity AND lead_id = :lead_id",
    /* the first of others: a price list may be on every lead there is */
    [QUERY_UNCLEAR_BY_HAND] =
        "SELECT EXISTS (SELECT 1 FROM job INDEXED BY job_by_state WHERE folder = ''"
        " AND ending = '' AND state = 'failed' AND error_code = 'unclear'"
        " AND sha256 = :sha256"
        " AND lead_id = :lead_id)",
    [QUERY_FILED_ELSEWHERE] = "SELECT EXISTS (SELECT 1 FROM filing WHERE sha256 = :digest"
                              " AND activity = :activity AND lead_id < :lead_id)"
                              " OR EXISTS (SELECT 1 FROM filing WHERE sha256 = :digest"
                              " AND activity = :activity AND lead_id > :lead_id)",
    [SQL_ALL_FILINGS] = "SELECT " SQL_FILING_COLUMNS " FROM filing",
    [SQL_FILINGS_NEXT_TO] =
        SQL_FILING_BEFORE("(sha256, activity, lead_id) < (?1, ?2, ?3)") " UNION "
                                                                        "ALL " SQL_FILING_BEHIND(
                                                                            "(sha256, activity, "
                                                                            "lead_id) > (?1, ?2, "
                                                                            "?3)")
    /* a row with a NULL in it is neither of these */
    " UNION ALL " SQL_FILING_BEFORE(
        "sha256 < ?1") " UNION ALL SELECT * FROM (SELECT " SQL_FILING_COLUMNS
                       ", '', 1 FROM filing WHERE sha256 = ?1 LIMIT 100)",
    [SQL_POSTINGS_NEXT_TO] =
        SQL_POSTING_NEXT_TO("<", "DESC") " UNION ALL " SQL_POSTING_NEXT_TO(">", "ASC"),
    [QUERY_ALREADY_FILED] = "SELECT " SQL_COLUMNS " FROM job INDEXED BY job_already_filed"
                            " WHERE sha256 = :sha256 AND ending = '' AND state = 'failed'"
                            " AND error_code = 'already_filed' AND filed <> 0 AND in_hand = 0"
                            " AND " SQL_OF_A_FOLDER " AND id > :id ORDER BY id LIMIT 1",
    [CHANGE_LEAVE] = "INSERT OR REPLACE INTO leaving (job, rule, sender, at_ms)"
                     " VALUES (:id, :rule, :sender, :at_ms)",
    [CHANGE_STAY] = "DELETE FROM leaving WHERE job = :id",
    [CHANGE_LEAVE_AS] = "UPDATE OR REPLACE leaving SET job = :id WHERE job = :other",
    [QUERY_HAS_LEFT] = "SELECT count(*) FROM leaving WHERE job = :id AND rule = :rule"
                       " AND at_ms > :at_ms",
    [QUERY_LEFT_BY_RULE] = "SELECT at_ms FROM leaving WHERE rule = :rule AND job <> :id"
                           " ORDER BY at_ms DESC LIMIT 1 OFFSET :nth",
    [QUERY_LEFT_BY_SENDER] = "SELECT at_ms FROM leaving WHERE sender = :sender AND job <> :id"
                             " ORDER BY at_ms DESC LIMIT 1 OFFSET :nth",
    [CHANGE_LEFT_AGAIN] = "UPDATE leaving SET at_ms = max(at_ms, :at_ms) WHERE job = :id",
    [CHANGE_LEFT_CLAMP] = "UPDATE leaving SET at_ms = :at_ms WHERE at_ms > :at_ms",
    [CHANGE_LEFT_FORGET] = "DELETE FROM leaving WHERE at_ms < :at_ms",
    [CHANGE_LEFT_SHIFT] = "UPDATE leaving SET at_ms = at_ms + :by_ms",
    [QUERY_IS_LEAVING] = "SELECT count(*) FROM leaving INDEXED BY leaving_by_sender JOIN job"
                         " ON job.id = leaving.job WHERE leaving.sender = :sender AND leaving.job"
                         " <> :id AND job.state = 'attaching'",
    [QUERY_GUARD] = "SELECT over, released, recalled, recalled_held FROM guard WHERE rule = :rule",
    [CHANGE_GUARD] = "INSERT OR REPLACE INTO guard (rule, over, released, recalled,"
                     " recalled_held) VALUES (:rule, :over, :released, :recalled,"
                     " :recalled_held)",
    /* the files of one group leave as one */
    [QUERY_HELD] = "SELECT rule, count(DISTINCT CASE WHEN closed THEN closed ELSE id END)"
                   " FROM job INDEXED BY job_held WHERE " SQL_WAS_HELD " AND held = 1"
                   " AND rule IS NOT NULL AND (:rule IS NULL OR rule = :rule) GROUP BY rule",
    [QUERY_HELD_OF_RULE] = "SELECT id FROM job INDEXED BY job_held WHERE rule = :rule"
                           " AND " SQL_WAS_HELD " AND in_hand = 0 AND (held = :held OR NOT :held)"
                           " AND id > :id ORDER BY id LIMIT :limit",
    [QUERY_IS_UNDECIDED] = "SELECT EXISTS (SELECT 1 FROM job WHERE ending = '' AND state IN"
                           " ('queued', 'uploading', 'uploaded') AND (rule = :rule OR rule IS NULL)"
                           " AND entered > :recalled AND entered <= :over)",
    [QUERY_HELD_AT] =
        SQL_NEWEST_AT("ending = '' AND held <> 0 AND in_hand = 0 AND state = 'uploaded'"),
    [QUERY_PACED_SENDER] = "SELECT min(sender) FROM job INDEXED BY job_paced WHERE ending = ''"
                           " AND held = 2 AND state = 'uploaded'"
                           " AND (:sender IS NULL OR sender > :sender)",
    [QUERY_PACED] = "SELECT id, entered FROM job INDEXED BY job_paced WHERE sender = :sender"
                    " AND folder = :folder AND ending = '' AND held = 2"
                    " AND state = 'uploaded' AND in_hand = 0 ORDER BY entered LIMIT 1",
    [QUERY_COUNT_PACED] = "SELECT sender, count(DISTINCT CASE WHEN closed THEN closed ELSE id END)"
                          " FROM job INDEXED BY job_paced WHERE ending = '' AND held = 2"
                          " AND state = 'uploaded' AND sender IS NOT NULL GROUP BY sender",
    [CHANGE_CLAMP] = "UPDATE job INDEXED BY job_due SET due_ms = :at_ms WHERE " SQL_DUE_LATER
                     " AND due_ms <> :never",
    [CHANGE_SHIFT] = "UPDATE job SET due_ms = max(due_ms + :by_ms, 0) WHERE due_ms <> :never"
                     " AND " SQL_WAITING,
    [CHANGE_WAKE] = "UPDATE job INDEXED BY job_due SET due_ms = :at_ms WHERE " SQL_DUE_LATER
                    " AND error_code = :code AND state IN ('queued', 'uploaded')",
    [CHANGE_WAKE_CHANGED] =
        "UPDATE job SET due_ms = :at_ms WHERE folder = :folder AND mark <> :rules_digest"
        " AND rule IS NOT NULL AND ending = '' AND in_hand = 0"
        " AND state = 'uploaded'",
    [CHANGE_POST] = "INSERT INTO posting (number, job, token, lead_id, activity, at_ms, checksum)"
                    " VALUES (:posting, :id, :token, :lead_id, :activity, :at_ms, :checksum)",
    [QUERY_POSTINGS] = "SELECT " SQL_POSTING_COLUMNS " FROM posting WHERE job = :id ORDER BY rowid",
    [CHANGE_EFFECT] = "INSERT OR REPLACE INTO effect (" SQL_EFFECT_COLUMNS ") VALUES (:activity,"
                      " :state, :why, :name, :at_ms, :number, :nth, :id, :checksum)",
    [CHANGE_REMOVE_EFFECTS] = "DELETE FROM effect WHERE job = :id",
    /* the task first */
    [QUERY_EFFECTS] =
        "SELECT " SQL_EFFECT_COLUMNS " FROM effect WHERE job = :id ORDER BY kind DESC",
    [SQL_ALL_EFFECTS] = "SELECT " SQL_EFFECT_COLUMNS " FROM effect",
    [QUERY_LACKING] = "SELECT " SQL_COLUMNS " FROM job INDEXED BY job_lacking WHERE " SQL_LACKS
                      " ORDER BY id DESC LIMIT :limit",
    [SQL_ALL_JOBS] = "SELECT " SQL_COLUMNS " FROM job",
    [SQL_ALL_POSTINGS] = "SELECT " SQL_POSTING_COLUMNS " FROM posting",
    [SQL_SOME_JOBS] = "SELECT " SQL_COLUMNS " FROM job WHERE id > ?1 AND id <= ?2",
    [SQL_SOME_POSTINGS] =
        "SELECT " SQL_POSTING_COLUMNS " FROM posting WHERE rowid > ?1 AND rowid <= ?2",
    [SQL_SOME_FILINGS] =
        "SELECT " SQL_FILING_COLUMNS " FROM filing WHERE sha256 >= ?1 AND sha256 < ?2",
    [SQL_SOME_EFFECTS] = "SELECT " SQL_EFFECT_COLUMNS " FROM effect WHERE job > ?1 AND job <= ?2",
    [SQL_LOST_JOB] = "SELECT 1 FROM (SELECT id FROM job INDEXED BY job_by_arrival"
                     " WHERE queued_ms BETWEEN ?1 AND ?2 LIMIT 1000) AS a"
                     " WHERE NOT EXISTS (SELECT 1 FROM job NOT INDEXED WHERE id = a.id) LIMIT 1",
    [SQL_INDEXES] = "SELECT name, sql FROM sqlite_schema"
                    " WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL",
    [SQL_INDEX_COLUMNS] = "SELECT name FROM pragma_index_info(?1)",
    [SQL_IS_THERE_BY_PATH] = "SELECT 1 FROM job INDEXED BY job_by_path WHERE folder = ?1"
                             " AND path = ?2 AND size = ?4 AND mtime_ns = ?5 AND handle = ?3",
    [SQL_IS_THERE_BY_HANDLE] = "SELECT 1 FROM job INDEXED BY job_by_identity WHERE folder = ?1"
                               " AND handle = ?3 AND size = ?4 AND mtime_ns = ?5 AND path = ?2",
    [QUERY_LAST_POSTING] = "SELECT number FROM posting ORDER BY rowid DESC LIMIT 1",
    [QUERY_CLAIMED] = "SELECT " SQL_COLUMNS " FROM job WHERE in_hand = 1 AND id > :id"
                      " ORDER BY id LIMIT 1",
    /* the members of one group that is being posted count once */
    [QUERY_COUNT_CLAIMED] = "SELECT count(DISTINCT CASE WHEN state = 'attaching' AND posting"
                            " THEN -posting ELSE id END) FROM job"
                            " WHERE in_hand = 1",
    [CHANGE_NOTE] =
        "INSERT INTO history (job, at_ms, state, why) VALUES (:id, :at_ms, :state, :why)",
    [CHANGE_REMOVE] = "DELETE FROM job WHERE id = :id",
    [CHANGE_REMOVE_NOTES] = "DELETE FROM history WHERE job = :id",
    [CHANGE_REMOVE_POSTS] = "DELETE FROM posting WHERE job = :id",
    [QUERY_LAST_NOTE] = "SELECT at_ms FROM history ORDER BY rowid DESC LIMIT 1",
    [QUERY_HISTORY] = "SELECT state, why, at_ms FROM history WHERE job = :id ORDER BY rowid",
    [QUERY_LIST] = SQL_LIST("job_by_arrival", "1", "queued_ms"),
    [QUERY_LIST_FOLDER] = SQL_LIST("job_by_folder", "folder = :folder", "queued_ms"),
    [QUERY_LIST_LEAD] = SQL_LIST("job_by_lead", "lead_id = :lead_id", "queued_ms"),
    [QUERY_LIST_HELD] = SQL_LIST("job_held", SQL_WAS_HELD, "queued_ms"),
    [QUERY_LIST_NAME] = SQL_LIST("job_by_name", "name = :file_name", "queued_ms"),
    [QUERY_LIST_STATE] = SQL_LIST("job_by_outcome", "state = :state", "reached_ms"),
    [QUERY_LIST_FOLDER_STATE] =
        SQL_LIST("job_by_folder_outcome", "folder = :folder AND state = :state", "reached_ms"),
    [QUERY_LIST_LEAD_STATE] =
        SQL_LIST("job_by_lead", "lead_id = :lead_id AND state = :state", "reached_ms"),
    [QUERY_OF_STATE] =
        "SELECT " SQL_COLUMNS " FROM job INDEXED BY job_by_outcome"
        " WHERE state = :state AND (reached_ms, id) > (:at_ms, :id)"
        " AND reached_ms < :until_ms AND " SQL_FITS " ORDER BY reached_ms, id LIMIT :limit",
    /* the index job_by_state serves this */
    [QUERY_IN_FAILED] = "SELECT id FROM job INDEXED BY job_by_state WHERE folder = :folder"
                        " AND state = 'failed' AND filed = 1 AND ending = '' AND id > :id"
                        " ORDER BY id LIMIT :limit",
    [QUERY_NOT_PUT_AWAY] =
        "SELECT " SQL_COLUMNS " FROM job INDEXED BY job_by_state WHERE folder IN " SQL_FOLDERS
        " AND state IN ('done', 'failed') AND filed = 0 AND ending = '' ORDER BY id LIMIT :limit",
    [QUERY_OLDEST] =
        "SELECT " SQL_COLUMNS " FROM job WHERE id = (SELECT min(id) FROM"
        " (" SQL_FIRST_OF("queued") " UNION ALL " SQL_FIRST_OF(
            "uploading") " UNION ALL " SQL_FIRST_OF("uploaded") " UNION ALL " SQL_FIRST_OF("attachi"
                                                                                           "ng") ")"
                                                                                                 ")",
    [QUERY_UNTOLD] = SQL_UNTOLD_OF("queued", "") " UNION ALL " SQL_UNTOLD_OF("uploaded",
        " AND held NOT IN (1, 2)") " UNION ALL " SQL_UNTOLD_OF("attaching", "") " ORDER BY 1 LIMIT"
                                                                                " :limit",
    [QUERY_TOLD] = "SELECT id FROM job INDEXED BY job_told WHERE folder = :folder AND id > :id"
                   " AND told IS NOT NULL AND in_hand = 0 ORDER BY id LIMIT :limit",
    [QUERY_COUNT_DONE] = "SELECT count(*) FROM job INDEXED BY job_by_folder_outcome"
                         " WHERE folder = :folder AND state = 'done' AND reached_ms >= :at_ms",
    [QUERY_COUNT_OUTCOMES] =
        "SELECT folder, state, quarter * " SQL_QUARTER_MS ", jobs FROM outcome"
        " WHERE quarter >= :at_ms / " SQL_QUARTER_MS " AND jobs > 0 AND " SQL_OF_A_FOLDER
        " ORDER BY quarter, folder, state",
    /* of what is put away: the rest is counted by store_count.c */
    [QUERY_COUNT] = "SELECT state, 1, sum(jobs) FROM tally WHERE folder IN " SQL_FOLDERS_ASKED_FOR
                    " AND jobs > 0 GROUP BY state",
    [SQL_COUNT_WAITING] = "SELECT folder, state, jobs FROM " SQL_WAITING_OF(SQL_FOLDERS),
    [QUERY_FOLDERS] =
        "SELECT folder, put_away + waits, waits FROM (SELECT folder, waiting(folder) AS waits,"
        " (SELECT ifnull(sum(jobs), 0) FROM tally WHERE tally.folder = known.folder) AS put_away"
        " FROM (SELECT folder FROM " SQL_FOLDERS ") AS known) WHERE put_away + waits > 0",
    /* a part of the index job_due: what is due some day costs nothing */
    [QUERY_RULES_GONE] = "SELECT rule, count(*) FROM job INDEXED BY job_due WHERE folder IN"
                         " " SQL_FOLDERS " AND state IN"
                         " ('queued', 'uploaded') AND suspect IN (0, 1) AND due_ms = :never"
                         " AND " SQL_WAITING " AND error_code = 'rule_gone' AND rule IS NOT NULL"
                         " GROUP BY rule",
    [QUERY_NOTICES] = "SELECT " SQL_NOTICE_COLUMNS " FROM event WHERE channel = :channel"
                      " AND kind = :event AND due_ms <= :at_ms ORDER BY due_ms, id LIMIT :limit",
    [QUERY_NOTICES_OF_CAUSE] =
        "SELECT " SQL_NOTICE_COLUMNS " FROM event WHERE channel = :channel AND cause = :cause"
        " AND due_ms <> :never ORDER BY id LIMIT :limit",
    [QUERY_NEXT_NOTICE] = "SELECT ifnull(min(due_ms), :never) FROM event WHERE channel = :channel"
                          " AND kind = :event",
    [QUERY_HAS_NOTICES] = "SELECT EXISTS (SELECT 1 FROM event)",
    [QUERY_COUNT_NOTICES] = "SELECT count(*) FROM event WHERE channel = :channel"
                            " AND (:cause IS NULL OR cause = :cause)",
    [QUERY_CAUSES] = "SELECT name, message, since_ms, over_ms, event FROM cause ORDER BY name",
    [QUERY_LAST_ARRIVAL] = "SELECT ifnull(max(queued_ms), 0) FROM job INDEXED BY job_by_folder"
                           " WHERE folder = :folder",
    [CHANGE_NOTICE] = "INSERT INTO event (channel, id, kind, cause, message, job, at_ms, since_ms,"
                      " opened_by, due_ms) VALUES (:channel, :id, :event, :cause, :why, :other,"
                      " :at_ms, :since_ms, :posting, :until_ms)",
    [CHANGE_NOTICE_BEGUN] =
        "UPDATE event SET due_ms = :never, tries = tries + 1 WHERE " SQL_OF_BATCH,
    [CHANGE_NOTICE_LATER] = "UPDATE event SET due_ms = :until_ms WHERE " SQL_OF_BATCH,
    [CHANGE_NOTICE_OVER] = "DELETE FROM event WHERE " SQL_OF_BATCH,
    [CHANGE_NOTICES_AGAIN] = "UPDATE event SET due_ms = :until_ms WHERE due_ms = :never",
    [CHANGE_NOTICES_CLAMP] =
        "UPDATE event SET due_ms = :at_ms WHERE due_ms > :at_ms AND due_ms <> :never",
    [CHANGE_NOTICES_SHIFT] =
        "UPDATE event SET due_ms = max(due_ms + :by_ms, 0) WHERE due_ms <> :never",
    [CHANGE_CAUSE] = "INSERT OR REPLACE INTO cause (name, message, since_ms, over_ms, event)"
                     " VALUES (:cause, :why, :since_ms, :until_ms, :id)",
    [CHANGE_CAUSE_FORGET] = "DELETE FROM cause WHERE name = :cause",
    [QUERY_NUMBER] = "SELECT value FROM number WHERE name = :name",
    [CHANGE_NUMBER] = "INSERT INTO number (name, value) VALUES (:name, :number)"
                      " ON CONFLICT (name) DO UPDATE SET value = :number",
};

#endif
