/**
 * A Close and an S3 in memory, in place of all that goes over a network: the calls of http.h and
 * request.h are ours (fake_close() in tests/CMakeLists.txt). Every request is answered at once, by
 * the first row of `answers` that fits and was not used up, else as Close and S3 do when all is
 * well.
 */
#ifndef TESTS_UNIT_WORK_FAKE_CLOSE_H
#define TESTS_UNIT_WORK_FAKE_CLOSE_H

#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"
#include "closedrop/http/http.h"
#include "closedrop/http/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define FAKE_API "http://127.0.0.1:1/api/v1/"
#define FAKE_FORMS "http://127.0.0.1:1/bucket/"

/** What is answered. All zero is an answer with status 0: give a status, or how it ended. */
struct fake_answer {
    const char
        *url; /* a part of it, behind its method: "POST activity/email/"; NULL ends the list */
    int status;
    const char *body;      /* NULL: none */
    const char *headers;   /* "Name: value" lines; Content-Type is JSON's unless it is here */
    enum transfer_end end; /* 0: ANSWERED */
    bool is_unsent;
    bool reads_nothing; /* of the file, of a form */
    int times;          /* 0: once; -1: always */
    bool never_comes;
};

struct request {
    char *url; /* with its method, and without FAKE_API */
    char *posted;
    int group;
    int64_t began_ms;
    struct body_source source;
    int64_t size;
    int64_t left; /* of it, to be read */
    struct digest *digest;
    bool is_form;
    char etag[DIGEST_MD5_HEX + 2];
    struct fake_answer answer;
    char *reply;
    char header[256];
    bool has_ended;
    struct request *next;
};

/** A test in which memory runs out lets it run out for us alone, and not for this. */
#ifndef FAKE_ENTER
#define FAKE_ENTER
#define FAKE_LEAVE
#endif

struct fake {
    struct fake_answer answers[16];
    int used[16];
    int refuses; /* http_start() fails so often */
    struct request *running;
    int created;    /* activities */
    struct str log; /* "POST activity/email/" and so on, one a line */
    struct str posted;
    int64_t (*now)(void);
};

static struct fake fake;

static inline void fake_reset(const struct fake_answer *answers)
{
    memset(fake.used, 0, sizeof(fake.used));
    memset(fake.answers, 0, sizeof(fake.answers));
    for (size_t i = 0; answers && answers[i].url; i++)
        fake.answers[i] = answers[i];
    fake.refuses = 0;
    fake.created = 0;
    str_release(&fake.log);
    fake.log = (struct str)STR_INIT(1 << 20);
    str_release(&fake.posted);
    fake.posted = (struct str)STR_INIT(1 << 20);
}

/** How often a request was made whose method and URL begin so. */
static inline int fake_count(const char *url)
{
    int count = 0;
    for (const char *line = str_text(&fake.log); *line; line = strchr(line, '\n') + 1)
        count += strncmp(line, url, strlen(url)) == 0;
    return count;
}

/* ---- how Close answers normally ---- */

static inline char *fake_copy(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        abort();
    return copy;
}

/** The id in "GET lead/ID/..." */
static inline void fake_id_of(const char *url, char id[128])
{
    const char *at = strchr(url, '/') + 1;
    snprintf(id, 128, "%.*s", (int)strcspn(at, "/?"), at);
}

static inline void fake_answer_well(struct request *request)
{
    char id[128], body[2048] = "{\"data\": [], \"has_more\": false}";
    const char *url = request->url;
    request->answer = (struct fake_answer){.status = 200};
    if (strcmp(url, "GET me/") == 0)
        snprintf(body, sizeof(body), "{\"id\": \"user_1\"}");
    else if (strncmp(url, "GET lead/lead_", 14) == 0 && !strstr(url, "/files/")) {
        fake_id_of(url, id);
        snprintf(body, sizeof(body), "{\"id\": \"%s\", \"name\": \"ACME\"}", id);
    } else if (strncmp(url, "GET contact/", 12) == 0) {
        fake_id_of(url, id);
        snprintf(
            body, sizeof(body), "{\"id\": \"%s\", \"lead_id\": \"lead_a\", \"name\": \"Ann\"}", id);
    } else if (strcmp(url, "POST files/upload/") == 0)
        snprintf(body, sizeof(body),
            "{\"download\": {\"url\": \"https://close/go/file/temporary/user_1/token%d/a.pdf/\"},"
            " \"upload\": {\"url\": \"" FAKE_FORMS "\", \"fields\": {\"key\": \"k\"}}}",
            fake_count("POST files/upload/"));
    else if (strncmp(url, "GET email_template/tmpl_", 24) == 0 || strncmp(url, "PUT ", 4) == 0) {
        fake_id_of(url, id);
        snprintf(body, sizeof(body), "{\"id\": \"%s\", \"attachments\": []}", id);
    } else if (strcmp(url, "POST email_template/") == 0)
        snprintf(body, sizeof(body), "{\"id\": \"tmpl_new\"}");
    else if (strncmp(url, "POST activity/", 14) == 0 || strstr(url, "/files/"))
        if (*url == 'P')
            snprintf(body, sizeof(body), "{\"id\": \"acti_%d\"}", ++fake.created);
    request->reply = fake_copy(body);
}

static inline void fake_answer_form_well(struct request *request)
{
    request->answer = (struct fake_answer){.status = 204};
    request->reply = fake_copy("");
}

/** Take the bytes of a form, as S3 does: its ETag is their MD5. Whether it is over. */
static inline bool fake_read_form(struct request *request)
{
    char buffer[65536], sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX];
    int64_t got = 1;
    if (!request->digest)
        request->digest = digest_new();
    while (request->left > 0 &&
           (got = request->source.read(request->source.context, buffer, sizeof(buffer))) > 0) {
        digest_update(request->digest, buffer, (size_t)got);
        request->left -= got;
    }
    if (got == 0)
        return false; /* there are none yet */
    digest_finish(request->digest, sha256, md5);
    snprintf(request->etag, sizeof(request->etag), "\"%s\"", md5);
    if (request->left > 0)
        request->answer.end = TRANSFER_SOURCE;
    return true;
}

static inline const struct fake_answer *fake_find(const char *url)
{
    for (size_t i = 0; fake.answers[i].url; i++) {
        int times = fake.answers[i].times ? fake.answers[i].times : 1;
        if (strstr(url, fake.answers[i].url) && (times < 0 || fake.used[i] < times)) {
            fake.used[i]++;
            return &fake.answers[i];
        }
    }
    return NULL;
}

static inline void fake_answer(struct request *request)
{
    const struct fake_answer *answer = fake_find(request->url);
    if (answer) {
        request->answer = *answer;
        request->reply = fake_copy(answer->body ? answer->body : "");
    } else if (request->is_form)
        fake_answer_form_well(request);
    else
        fake_answer_well(request);
    if (!request->answer.end)
        request->answer.end = TRANSFER_ANSWERED;
    bool is_read = !request->is_form || request->answer.reads_nothing || fake_read_form(request);
    request->has_ended = is_read && !request->answer.never_comes;
}

/* ---- http.h ---- */

int __wrap_http_start(struct http *http, struct request *request);
int __wrap_http_start(struct http *http, struct request *request)
{
    (void)http;
    request->began_ms = fake.now();
    if (fake.refuses && fake.refuses-- > 0) {
        request->answer = (struct fake_answer){.end = TRANSFER_IMPOSSIBLE, .is_unsent = true};
        request->reply = fake_copy("");
        return -1;
    }
    FAKE_ENTER;
    str_printf(&fake.log, "%s\n", request->url);
    if (request->posted)
        str_printf(&fake.posted, "%s\n", request->posted);
    fake_answer(request);
    FAKE_LEAVE;
    struct request **last = &fake.running;
    while (*last)
        last = &(*last)->next;
    *last = request;
    return 0;
}

void __wrap_http_stop(struct http *http, struct request *request);
void __wrap_http_stop(struct http *http, struct request *request)
{
    (void)http;
    for (struct request **at = &fake.running; *at; at = &(*at)->next)
        if (*at == request) {
            *at = request->next;
            return;
        }
}

struct request *__wrap_http_next_ended(struct http *http);
struct request *__wrap_http_next_ended(struct http *http)
{
    (void)http;
    for (struct request **at = &fake.running; *at; at = &(*at)->next)
        if ((*at)->has_ended) {
            struct request *ended = *at;
            *at = ended->next;
            return ended;
        }
    return NULL;
}

/** What did not come is there now. */
static inline void fake_let_come(void)
{
    for (struct request *request = fake.running; request; request = request->next)
        request->has_ended = true;
}

static inline bool fake_has_ended(void)
{
    for (const struct request *request = fake.running; request; request = request->next)
        if (request->has_ended)
            return true;
    return false;
}

void __wrap_http_set_bandwidth(struct http *http, int64_t bytes_a_second);
void __wrap_http_set_bandwidth(struct http *http, int64_t bytes_a_second)
{
    (void)http;
    (void)bytes_a_second;
}

/* ---- request.h ---- */

struct request *__wrap_request_new(const char *url, const struct request_options *options);
struct request *__wrap_request_new(const char *url, const struct request_options *options)
{
    (void)options;
    FAKE_ENTER;
    struct request *request = calloc(1, sizeof(*request));
    if (!request)
        abort();
    const char *rest = strncmp(url, FAKE_API, strlen(FAKE_API)) == 0 ? url + strlen(FAKE_API) : url;
    request->url = str_format("GET %s", rest);
    FAKE_LEAVE;
    return request;
}

void __wrap_request_free(struct request *request);
void __wrap_request_free(struct request *request)
{
    if (!request)
        return;
    free(request->url);
    free(request->posted);
    free(request->reply);
    digest_free(request->digest);
    free(request);
}

static inline void fake_post(struct request *request, const char *json)
{
    FAKE_ENTER;
    char *url = str_format("POST %s", request->url + strlen("GET "));
    free(request->url);
    request->url = url;
    request->posted = json ? fake_copy(json) : NULL;
    FAKE_LEAVE;
}

void __wrap_request_count_for(struct request *request, int group);
void __wrap_request_count_for(struct request *request, int group)
{
    request->group = group;
}

int __wrap_request_group(const struct request *request);
int __wrap_request_group(const struct request *request)
{
    return request->group;
}

int64_t __wrap_request_began_ms(const struct request *request);
int64_t __wrap_request_began_ms(const struct request *request)
{
    return request->began_ms;
}

void __wrap_request_header(struct request *request, const char *line);
void __wrap_request_header(struct request *request, const char *line)
{
    (void)request;
    (void)line;
}

void __wrap_request_authorize_bearer(struct request *request, const char *token);
void __wrap_request_authorize(struct request *request, const char *key);
void __wrap_request_authorize_bearer(struct request *request, const char *token)
{
    (void)request;
    (void)token;
}

void __wrap_request_authorize(struct request *request, const char *key)
{
    (void)request;
    (void)key;
}

void __wrap_request_post_json(struct request *request, const char *json);
void __wrap_request_post_json(struct request *request, const char *json)
{
    fake_post(request, json);
}

void __wrap_request_post_json_once(struct request *request, const char *json);
void __wrap_request_post_json_once(struct request *request, const char *json)
{
    fake_post(request, json);
}

void __wrap_request_put_json_once(struct request *request, const char *json);
void __wrap_request_put_json_once(struct request *request, const char *json)
{
    char *path = fake_copy(request->url + strlen("GET "));
    fake_post(request, json);
    free(request->url);
    request->url = str_format("PUT %s", path);
    free(path);
}

const char *__wrap_request_posted(const struct request *request);
const char *__wrap_request_posted(const struct request *request)
{
    return request->posted ? request->posted : "";
}

void __wrap_request_form_field(struct request *request, const char *name, const char *value);
void __wrap_request_form_field(struct request *request, const char *name, const char *value)
{
    (void)request;
    (void)name;
    (void)value;
}

void __wrap_request_form_file(struct request *request, int64_t size, const char *content_type,
    const struct body_source *source);
void __wrap_request_form_file(struct request *request, int64_t size, const char *content_type,
    const struct body_source *source)
{
    (void)content_type;
    fake_post(request, NULL);
    request->is_form = true;
    request->size = request->left = size;
    request->source = *source;
}

void __wrap_request_continue(struct request *request);
void __wrap_request_continue(struct request *request)
{
    if (!request->has_ended && request->is_form)
        request->has_ended = fake_read_form(request) && !request->answer.never_comes;
}

enum transfer_end __wrap_request_end(const struct request *request);
enum transfer_end __wrap_request_end(const struct request *request)
{
    bool is_over = request->has_ended || request->answer.end == TRANSFER_IMPOSSIBLE;
    return is_over ? request->answer.end : TRANSFER_RUNNING;
}

int __wrap_request_status(const struct request *request);
int __wrap_request_status(const struct request *request)
{
    return request->answer.status;
}

const char *__wrap_request_reply(const struct request *request, size_t *ret_length);
const char *__wrap_request_reply(const struct request *request, size_t *ret_length)
{
    const char *reply = request->reply ? request->reply : "";
    if (ret_length)
        *ret_length = strlen(reply);
    return reply;
}

const char *__wrap_request_reply_header(const struct request *request, const char *name);
const char *__wrap_request_reply_header(const struct request *request, const char *name)
{
    char *value = ((struct request *)request)->header; /* valid until the next call */
    const char *line = request->answer.headers ? request->answer.headers : "";
    for (; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strncasecmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
            line += strlen(name) + 2;
            snprintf(value, sizeof(request->header), "%.*s", (int)strcspn(line, "\n"), line);
            return value;
        }
    if (strcasecmp(name, "Date") == 0) {
        time_t now = (time_t)(fake.now() / 1000);
        struct tm utc;
        strftime(value, sizeof(request->header), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
        return value;
    }
    if (strcasecmp(name, "Content-Type") == 0 && !request->is_form)
        return "application/json";
    return strcasecmp(name, "ETag") == 0 && *request->etag ? request->etag : NULL;
}

const char *__wrap_request_failure(const struct request *request);
const char *__wrap_request_failure(const struct request *request)
{
    return request->answer.end == TRANSFER_ANSWERED ? "" : "in libcurl's words";
}

bool __wrap_request_was_sent(const struct request *request);
bool __wrap_request_was_sent(const struct request *request)
{
    return !request->answer.is_unsent;
}

int64_t __wrap_request_sent(const struct request *request);
int64_t __wrap_request_sent(const struct request *request)
{
    return request->is_form ? request->size / 2 : 0;
}

#endif
