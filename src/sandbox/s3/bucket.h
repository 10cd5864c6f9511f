/**
 * The S3 bucket: takes a form POST (RESTObjectPOST) as S3 does, and refuses it as S3 does.
 *
 * The body is read as it comes. When the file begins, the fields before it are complete and are
 * checked; from then on the file's bytes are only counted and hashed. A refusal is answered once
 * the body is in. Nothing is stored before the closing boundary was seen.
 */
#ifndef CLOSEDROP_SANDBOX_S3_BUCKET_H
#define CLOSEDROP_SANDBOX_S3_BUCKET_H

#include "http/server.h"

/** Its context is a `struct sandbox`. */
extern const struct service bucket_service;

#endif
