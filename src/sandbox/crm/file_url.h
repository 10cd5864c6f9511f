/**
 * Where a file lies: its key in the bucket, its URL while it is temporary, its URL once something
 * has it. The token in all three is the same.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_FILE_URL_H
#define CLOSEDROP_SANDBOX_CRM_FILE_URL_H

#include <stdbool.h>

struct str;

/** Room for a token, also for one that a client made up. */
#define FILE_URL_TOKEN 128

/** temporary/user/USER/TOKEN/FILENAME */
void file_url_add_key(struct str *out, const char *token, const char *filename);

/** https://app.close.com/go/file/temporary/USER/TOKEN/FILENAME/ */
void file_url_add_temporary(struct str *out, const char *token, const char *filename);

/** Whose file it has become: "activity.email" and its id, for one. */
struct file_url_owner {
    const char *type, *id;
};

/** https://app.close.com/go/file/persisted/ORGANIZATION/TYPE/ID/TOKEN/FILENAME/ */
void file_url_add_persisted(
    struct str *out, const struct file_url_owner *owner, const char *token, const char *filename);

/** The same for what does not keep the token: https://app.close.com/go/sms/ID/media/MEDIA/ */
void file_url_add_media(struct str *out, const struct file_url_owner *owner, const char *media_id);

/** The token (else "") and the filename of a key; of any other key its last part. */
const char *file_url_split_key(const char *key, char token[FILE_URL_TOKEN]);

/** Whether it is a URL of Close's files at all. */
bool is_file_url(const char *url);

/** The token of a temporary URL of our user; false where it is none. */
bool file_url_split_temporary(const char *url, char token[FILE_URL_TOKEN]);

#endif
