/** The two requests, several files at once, from one thread. */
#include "bare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BIG (1024 * 1024)

static CURLM *multi;
static char ticket_url[1024], activity_url[1024];
static const char *key;
static struct curl_slist *headers;
static char **names;
static int name_count;
static int next_name;
static int failures;
static bare_add_file *add_file;

static size_t take_reply(char *bytes, size_t one, size_t length, void *context)
{
    struct slot *slot = context;
    (void)one;
    if (slot->length + length >= BARE_REPLY_MAX)
        return 0;
    memcpy(slot->reply + slot->length, bytes, length);
    slot->length += length;
    slot->reply[slot->length] = '\0';
    return length;
}

static void begin(struct slot *slot, const char *url)
{
    slot->length = 0;
    curl_easy_reset(slot->easy);
    curl_easy_setopt(slot->easy, CURLOPT_URL, url);
    curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
    curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(slot->easy, CURLOPT_NOPROXY, "*");
    if (getenv("CA_FILE")) /* with TLS */
        curl_easy_setopt(slot->easy, CURLOPT_CAINFO, getenv("CA_FILE"));
    curl_easy_setopt(slot->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, take_reply);
    curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
}

static void post(struct slot *slot, const char *url, const char *body)
{
    begin(slot, url);
    curl_easy_setopt(slot->easy, CURLOPT_USERNAME, key);
    curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(slot->easy, CURLOPT_COPYPOSTFIELDS, body);
    curl_multi_add_handle(multi, slot->easy);
}

void bare_send(struct slot *slot)
{
    const char *name = strrchr(slot->path, '/');
    char body[1024];
    snprintf(body, sizeof(body),
        "{\"filename\":\"%s\",\"content_type\":\"application/octet-stream\"}",
        name ? name + 1 : slot->path);
    slot->has_ticket = false;
    slot->is_posted = false;
    post(slot, ticket_url, body);
}

void bare_post_activity(struct slot *slot)
{
    static const char body[] =
        "{\"lead_id\":\"lead_1\",\"status\":\"draft\",\"subject\":\"a file\",\"attachments\":[]}";
    slot->is_posted = true;
    post(slot, activity_url, body);
}

/** Returns false where the answer holds no form. */
static bool send_form(struct slot *slot)
{
    struct stat stat_of;
    slot->ticket = cJSON_Parse(slot->reply);
    const cJSON *upload = cJSON_GetObjectItem(slot->ticket, "upload");
    const char *url = cJSON_GetStringValue(cJSON_GetObjectItem(upload, "url"));
    if (!url)
        return false;
    begin(slot, url);
    if (stat(slot->path, &stat_of) == 0 && stat_of.st_size > BIG)
        curl_easy_setopt(slot->easy, CURLOPT_UPLOAD_BUFFERSIZE, 512L * 1024);
    slot->form = curl_mime_init(slot->easy);
    const cJSON *field;
    cJSON_ArrayForEach(field, cJSON_GetObjectItem(upload, "fields"))
    {
        curl_mimepart *part = curl_mime_addpart(slot->form);
        curl_mime_name(part, field->string);
        curl_mime_data(part, field->valuestring, CURL_ZERO_TERMINATED);
    }
    curl_mimepart *file = curl_mime_addpart(slot->form);
    curl_mime_name(file, "file");
    add_file(slot, file);
    curl_mime_type(file, "application/octet-stream");
    curl_easy_setopt(slot->easy, CURLOPT_MIMEPOST, slot->form);
    curl_multi_add_handle(multi, slot->easy);
    return true;
}

static void end(struct slot *slot, bool is_good, bare_ended *ended)
{
    if (!is_good) {
        fprintf(stderr, "%s: %s\n", slot->path, slot->reply);
        failures++;
    }
    curl_mime_free(slot->form);
    cJSON_Delete(slot->ticket);
    slot->form = NULL;
    slot->ticket = NULL;
    ended(slot, is_good);
}

static void take_end(CURL *easy, CURLcode result, bare_ended *ended)
{
    struct slot *slot;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&slot);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(multi, easy);
    if (slot->has_ticket) {
        end(slot, result == CURLE_OK && status == (slot->is_posted ? 200 : 201), ended);
        return;
    }
    slot->has_ticket = true;
    if (result != CURLE_OK || status != 200 || !send_form(slot))
        end(slot, false, ended);
}

void bare_perform(bare_ended *ended)
{
    int running, left;
    curl_multi_perform(multi, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;)
        if (message->msg == CURLMSG_DONE)
            take_end(message->easy_handle, message->data.result, ended);
}

void bare_wait(void)
{
    curl_multi_poll(multi, NULL, 0, 1000, NULL);
}

static void read_names(void)
{
    char line[4096];
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        names = realloc(names, (size_t)(name_count + 1) * sizeof(*names));
        if (!names || !(names[name_count++] = strdup(line)))
            exit(1);
    }
}

char *bare_next(void)
{
    return next_name < name_count ? names[next_name++] : NULL;
}

int bare_failures(void)
{
    return failures;
}

struct slot *bare_begin(int argc, char **argv, bare_add_file *add, int *ret_count)
{
    if (argc < 4) {
        fprintf(stderr, "usage: %s API_URL KEY CONNECTIONS [FILE...]\n", argv[0]);
        exit(2);
    }
    snprintf(ticket_url, sizeof(ticket_url), "%sfiles/upload/", argv[1]);
    snprintf(activity_url, sizeof(activity_url), "%sactivity/email/", argv[1]);
    key = argv[2];
    *ret_count = atoi(argv[3]);
    names = argv + 4;
    name_count = argc - 4;
    if (!name_count) {
        names = NULL;
        read_names();
    }
    curl_global_init(CURL_GLOBAL_ALL);
    multi = curl_multi_init();
    headers = curl_slist_append(NULL, "Content-Type: application/json");
    add_file = add;
    struct slot *slots = calloc((size_t)*ret_count, sizeof(*slots));
    for (int i = 0; slots && i < *ret_count; i++)
        slots[i].easy = curl_easy_init();
    return slots ? slots : (exit(1), slots);
}
