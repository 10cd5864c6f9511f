/**
 * Every SQL text of the queue, in one place. Parameters are named; COLUMNS is in the order that
 * read_job() in store_sqlite.c reads.
 */
#ifndef CLOSEDROP_QUEUE_STORE_SQL_H
#define CLOSEDROP_QUEUE_STORE_SQL_H

/* "clsd": says whose file this is (PRAGMA application_id) */
#define SQL_APPLICATION_ID 0x636c7364

#define SQL_COLUMNS                                                                                \
    "id, folder, path, handle, size, mtime_ns, state, ending, in_hand, suspect, filed, attempts, " \
    "deaths, due_ms, place, error_code, error_message, content_type, sha256, md5, download_url, "  \
    "token, queued_ms, uploaded_ms, done_ms"

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
};

/* the index job_due serves exactly this */
#define SQL_WAITING "ending = '' AND in_hand = 0 AND filed = 0"

enum sql {
    SQL_INSERT,
    SQL_UPDATE,
    SQL_LOAD,
    SQL_FIND,
    SQL_FIND_BY_PATH,
    SQL_FIND_WAITING,
    SQL_DUE,
    SQL_NEXT_DUE,
    SQL_SUSPECTS,
    SQL_NEXT_IN_HAND,
    SQL_IN_HAND,
    SQL_NOTE,
    SQL_HISTORY,
    SQL_LIST,
    SQL_FAILED,
    SQL_COUNT,
    SQL_NUMBER,
    SQL_SET_NUMBER,
    SQL_STATEMENTS
};

static const char *const sql_texts[SQL_STATEMENTS] = {
    [SQL_INSERT] =
        "INSERT INTO job (folder, path, handle, size, mtime_ns, state, due_ms, queued_ms)"
        " VALUES (:folder, :path, :handle, :size, :mtime_ns, :state, :due_ms,"
        " :queued_ms)",
    [SQL_UPDATE] = "UPDATE job SET path = :path, handle = :handle, size = :size,"
                   " mtime_ns = :mtime_ns, state = :state, ending = :ending,"
                   " in_hand = :in_hand, suspect = :suspect, filed = :filed, attempts = :attempts,"
                   " deaths = :deaths, due_ms = :due_ms, place = :place, error_code = :error_code,"
                   " error_message = :error_message, content_type = :content_type,"
                   " sha256 = :sha256, md5 = :md5, download_url = :download_url, token = :token,"
                   " uploaded_ms = :uploaded_ms, done_ms = :done_ms WHERE id = :id",
    [SQL_LOAD] = "SELECT " SQL_COLUMNS " FROM job WHERE id = :id",
    [SQL_FIND] = "SELECT " SQL_COLUMNS " FROM job WHERE folder = :folder AND handle = :handle"
                 " AND size = :size AND mtime_ns = :mtime_ns ORDER BY id DESC LIMIT 1",
    [SQL_FIND_BY_PATH] = "SELECT " SQL_COLUMNS " FROM job WHERE folder = :folder AND path = :path"
                         " AND size = :size AND mtime_ns = :mtime_ns ORDER BY id DESC LIMIT 1",
    [SQL_FIND_WAITING] = "SELECT " SQL_COLUMNS " FROM job INDEXED BY job_by_path"
                         " WHERE folder = :folder AND path = :path AND " SQL_WAITING
                         " AND state = 'queued' AND place IS NULL ORDER BY id DESC LIMIT 1",
    [SQL_DUE] = "SELECT " SQL_COLUMNS " FROM job INDEXED BY job_due WHERE folder = :folder"
                " AND state = :state AND suspect = :suspect AND due_ms <= :due_ms AND " SQL_WAITING
                " ORDER BY due_ms, id LIMIT 1",
    [SQL_NEXT_DUE] = "SELECT min(due_ms) FROM job INDEXED BY job_due WHERE folder = :folder"
                     " AND state = :state AND suspect = :suspect AND " SQL_WAITING,
    [SQL_SUSPECTS] = "SELECT count(*) FROM job WHERE suspect = 1",
    [SQL_NEXT_IN_HAND] = "SELECT " SQL_COLUMNS " FROM job WHERE in_hand = 1 AND id > :id"
                         " ORDER BY id LIMIT 1",
    [SQL_IN_HAND] = "SELECT count(*) FROM job WHERE in_hand = 1",
    [SQL_NOTE] = "INSERT INTO history (job, at_ms, state, why) VALUES (:id, :at_ms, :state, :why)",
    [SQL_HISTORY] = "SELECT at_ms, state, why FROM history WHERE job = :id ORDER BY rowid",
    [SQL_LIST] = "SELECT " SQL_COLUMNS " FROM job WHERE ending = ''"
                 " AND (:folder IS NULL OR folder = :folder) AND (:state IS NULL OR state = :state)"
                 " AND id < :below ORDER BY id DESC LIMIT :limit",
    [SQL_FAILED] = "SELECT id FROM job WHERE ending = '' AND state = 'failed' AND in_hand = 0"
                   " AND id > :id ORDER BY id LIMIT :limit",
    [SQL_COUNT] = "SELECT state, filed, count(*) FROM job WHERE ending = ''"
                  " AND (:folder IS NULL OR folder = :folder) GROUP BY state, filed",
    [SQL_NUMBER] = "SELECT value FROM number WHERE name = :name",
    [SQL_SET_NUMBER] = "INSERT INTO number (name, value) VALUES (:name, :value)"
                       " ON CONFLICT (name) DO UPDATE SET value = :value",
};

#endif
