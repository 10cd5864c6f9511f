/**
 * Reads the answers of S3 (XML): tolerant, but trusts nothing. Pure.
 */
#ifndef CLOSEDROP_CLOSE_S3_REPLY_H
#define CLOSEDROP_CLOSE_S3_REPLY_H

/** The answer of S3; "" for whatever is missing. */
struct s3_reply {
    char code[64];
    char message[256];
    char key[1025];
    char etag[64]; /* without quotes */
};

/** Parse S3's document, if there is one. The header `etag` (NULL: none) takes precedence over the
 * ETag in the document. */
void s3_reply_read(const char *body, const char *etag, struct s3_reply *ret_reply);

#endif
