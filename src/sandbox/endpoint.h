/**
 * The three things a client can ask of the sandbox. Rates, counts and fault rules go by them.
 */
#ifndef CLOSEDROP_SANDBOX_ENDPOINT_H
#define CLOSEDROP_SANDBOX_ENDPOINT_H

enum endpoint {
    ENDPOINT_ME,     /* GET /api/v1/me/ */
    ENDPOINT_UPLOAD, /* POST /api/v1/files/upload/ */
    ENDPOINT_S3,     /* the form POST to the bucket */
    ENDPOINTS
};

/** "me", "upload", "s3": as fault rules and /admin/counts name them. */
extern const char *const endpoint_names[ENDPOINTS];

#endif
