#include "endpoint.h"

const char *const endpoint_names[ENDPOINTS] = {"me", "upload", "s3"};
