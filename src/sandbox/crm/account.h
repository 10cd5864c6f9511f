/**
 * Whose account the sandbox plays: one user of one organization.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_ACCOUNT_H
#define CLOSEDROP_SANDBOX_CRM_ACCOUNT_H

/** The user id is also in every key and URL of a temporary file, the organization in the others. */
#define ACCOUNT_USER "user_SandboxRGFG7pztSeJiiMFdN7O2MFl71nD0uGO3bIOo4W"
#define ACCOUNT_ORGANIZATION "orga_SandboxmiiwcR1w2b4cOnCMQaQPSIFxMqAD2Dh243uxcH"

/** The only status of opportunities, its pipeline, and the only phone number. */
#define ACCOUNT_STATUS "stat_SandboxActive"
#define ACCOUNT_PIPELINE "pipe_SandboxSales"
#define ACCOUNT_PHONE "+15550100"

#define ACCOUNT_FIRST_NAME "Sandra"
#define ACCOUNT_LAST_NAME "Box"
#define ACCOUNT_NAME ACCOUNT_FIRST_NAME " " ACCOUNT_LAST_NAME
#define ACCOUNT_EMAIL "sandra.box@example.com"

#endif
