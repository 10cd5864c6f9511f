/**
 * What a client can ask of the sandbox. Rates, counts and fault rules go by these.
 */
#ifndef CLOSEDROP_SANDBOX_HTTP_ENDPOINT_H
#define CLOSEDROP_SANDBOX_HTTP_ENDPOINT_H

enum endpoint {
    ENDPOINT_ME,                 /* GET me/ */
    ENDPOINT_UPLOAD,             /* POST files/upload/ */
    ENDPOINT_S3,                 /* the form POST to the bucket */
    ENDPOINT_LEAD,               /* GET lead/ID/ */
    ENDPOINT_CONTACT,            /* GET contact/ID/ */
    ENDPOINT_SET_LEAD,           /* PUT lead/ID/ */
    ENDPOINT_SET_CONTACT,        /* PUT contact/ID/ */
    ENDPOINT_SEARCH,             /* POST data/search/ */
    ENDPOINT_EMAIL,              /* POST activity/email/ */
    ENDPOINT_NOTE,               /* POST activity/note/ */
    ENDPOINT_LEAD_FILE,          /* POST lead/ID/files/ */
    ENDPOINT_OPPORTUNITY,        /* POST opportunity/ */
    ENDPOINT_WHATSAPP,           /* POST activity/whatsapp_message/ */
    ENDPOINT_SMS,                /* POST activity/sms/ */
    ENDPOINT_TASK,               /* POST task/ */
    ENDPOINT_EMAIL_TEMPLATE,     /* POST email_template/ */
    ENDPOINT_SMS_TEMPLATE,       /* POST sms_template/ */
    ENDPOINT_SET_EMAIL_TEMPLATE, /* PUT email_template/ID/ */
    ENDPOINT_SET_SMS_TEMPLATE,   /* PUT sms_template/ID/ */
    ENDPOINT_EMAILS,             /* GET activity/email/, and one of them */
    ENDPOINT_NOTES,              /* GET activity/note/, and one of them */
    ENDPOINT_LEAD_FILES,         /* GET lead/ID/files/ */
    ENDPOINT_OPPORTUNITIES,      /* GET opportunity/, and one of them */
    ENDPOINT_WHATSAPPS,          /* GET activity/whatsapp_message/, and one of them */
    ENDPOINT_SMSES,              /* GET activity/sms/, and one of them */
    ENDPOINT_TASKS,              /* GET task/, and one of them */
    ENDPOINT_EMAIL_TEMPLATES,    /* GET email_template/, and one of them */
    ENDPOINT_SMS_TEMPLATES,      /* GET sms_template/, and one of them */
    ENDPOINT_MERGE,              /* POST lead/merge/ */
    ENDPOINT_MERGES,             /* GET activity/lead_merge/ */
    ENDPOINT_EVENTS,             /* GET event/ */
    ENDPOINT_AUTHORIZE,          /* GET /oauth2/authorize/ */
    ENDPOINT_TOKEN,              /* POST /oauth2/token/ */
    ENDPOINT_REVOKE,             /* POST /oauth2/revoke/ */
    ENDPOINTS
};

/** "me", "upload", "s3" ...: as fault rules and /admin/counts name them. */
extern const char *const endpoint_names[ENDPOINTS];

#endif
