#!/bin/bash
# A queue of years, made by SQL; to be sourced.

# Fill the new queue of `state` with JOBS jobs of the folders scans, fax, invoices and post, spread evenly over DAYS that end
# now. One job in a hundred has failed; there are 3,000 leads.
fill() { # JOBS DAYS
    local jobs=$1 days=$2 now=$(($(date +%s) * 1000))
    sqlite3 state/queue.db <<SQL
PRAGMA synchronous = OFF;
PRAGMA cache_size = -400000;
BEGIN;
WITH RECURSIVE
    number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < $jobs),
    drawn AS (SELECT i, $now - ($jobs - i) * ($days * 86400000 / $jobs) AS at_ms, i * 7919 % 100 AS chance,
        i * 104729 % 1000 < 10 AS fails, i * 15485863 % 3000 AS lead FROM number)
INSERT INTO job (folder, path, handle, size, mtime_ns, state, filed, attempts, due_ms, place, error_code, error_message,
    content_type, sha256, md5, download_url, token, queued_ms, uploaded_ms, done_ms, mark, rule, lead_id, lead_name,
    activity, activity_id, entered)
SELECT CASE WHEN chance < 50 THEN 'scans' WHEN chance < 70 THEN 'fax' WHEN chance < 95 THEN 'invoices' ELSE 'post' END,
    CAST(CASE WHEN chance < 50 THEN 'Scan_' || i || '.pdf' WHEN chance < 70 THEN '+4930' || i || '-1.tif'
        ELSE 'in/2026/Document ' || i || '.pdf' END AS BLOB),
    CAST('h' || printf('%010d', i) AS BLOB), 48213, i, iif(fails, 'failed', 'done'), 1, 1, at_ms,
    CAST(iif(fails, 'Failed/', 'Uploaded/') || i AS BLOB), iif(fails, 'no_target', NULL),
    iif(fails, 'Close has no contact with the email address "x"', NULL), 'application/pdf', printf('%064d', i),
    printf('%032d', i), 'https://app.close.com/go/file/temporary/user_1/' || i || '/', 'token' || i, at_ms, at_ms + 1000,
    at_ms + 2000, 'mark', 'by-lead', iif(fails, NULL, 'lead_' || printf('%043d', lead)),
    iif(fails, NULL, 'Company ' || lead), 'email', iif(fails, NULL, 'acti_' || printf('%043d', i)), i
FROM drawn;
INSERT INTO history SELECT id, queued_ms, 'queued', 'settled' FROM job;
INSERT INTO history SELECT id, done_ms, state, 'done' FROM job;
COMMIT;
SQL
}
