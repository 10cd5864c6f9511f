/**
 * The least work with which the same files can be uploaded: libcurl, and nothing else. No queue, no
 * watching, no hashing, nothing put away. What the agent is measured against.
 *
 *     ceiling API_URL KEY CONNECTIONS FILE... (or the names on standard input, one a line)
 *
 * For each file: POST files/upload/, then the form, streamed from the disk. CONNECTIONS files are
 * in progress at once, from one thread. Exit status 0: every file was answered with 201.
 */
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define REPLY_MAX 65536
#define BIG (1024 * 1024)

/** One file at a time: first its ticket, then its form. */
struct slot {
    CURL *easy;
    char *path;
    bool has_ticket;
    cJSON *ticket;
    curl_mime *form;
    char reply[REPLY_MAX];
    size_t length;
};

static CURLM *multi;
static const char *ticket_url;
static const char *key;
static struct curl_slist *headers;
static char **names;
static int name_count;
static int next_name;
static int failures;

static size_t take_reply(char *bytes, size_t one, size_t length, void *context)
{
    struct slot *slot = context;
    (void)one;
    if (slot->length + length >= REPLY_MAX)
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
    curl_easy_setopt(slot->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, take_reply);
    curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
}

static void ask_ticket(struct slot *slot)
{
    const char *name = strrchr(slot->path, '/');
    char body[1024];
    snprintf(body, sizeof(body),
        "{\"filename\":\"%s\",\"content_type\":\"application/octet-stream\"}",
        name ? name + 1 : slot->path);
    begin(slot, ticket_url);
    curl_easy_setopt(slot->easy, CURLOPT_USERNAME, key);
    curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(slot->easy, CURLOPT_COPYPOSTFIELDS, body);
    curl_multi_add_handle(multi, slot->easy);
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
    if (curl_mime_filedata(file, slot->path) != CURLE_OK)
        return false;
    curl_mime_type(file, "application/octet-stream");
    curl_easy_setopt(slot->easy, CURLOPT_MIMEPOST, slot->form);
    curl_multi_add_handle(multi, slot->easy);
    return true;
}

static void next_file(struct slot *slot)
{
    slot->has_ticket = false;
    if (next_name < name_count) {
        slot->path = names[next_name++];
        ask_ticket(slot);
    }
}

static void end_file(struct slot *slot, bool good)
{
    if (!good) {
        fprintf(stderr, "ceiling: %s: %s\n", slot->path, slot->reply);
        failures++;
    }
    curl_mime_free(slot->form);
    cJSON_Delete(slot->ticket);
    slot->form = NULL;
    slot->ticket = NULL;
    next_file(slot);
}

static void take_end(CURL *easy, CURLcode result)
{
    struct slot *slot;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&slot);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(multi, easy);
    if (slot->has_ticket) {
        end_file(slot, result == CURLE_OK && status == 201);
        return;
    }
    slot->has_ticket = true;
    if (result != CURLE_OK || status != 200 || !send_form(slot))
        end_file(slot, false);
}

static void run(void)
{
    int running = 1;
    while (running || next_name < name_count) {
        curl_multi_perform(multi, &running);
        int left;
        for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;)
            if (message->msg == CURLMSG_DONE) {
                take_end(message->easy_handle, message->data.result);
                running = 1;
            }
        if (running)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
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

int main(int argc, char **argv)
{
    char url[1024];
    if (argc < 4) {
        fprintf(stderr, "usage: ceiling API_URL KEY CONNECTIONS [FILE...]\n");
        return 2;
    }
    snprintf(url, sizeof(url), "%sfiles/upload/", argv[1]);
    ticket_url = url;
    key = argv[2];
    int slot_count = atoi(argv[3]);
    if (argc > 4) {
        names = argv + 4;
        name_count = argc - 4;
    } else {
        read_names();
    }
    curl_global_init(CURL_GLOBAL_ALL);
    multi = curl_multi_init();
    headers = curl_slist_append(NULL, "Content-Type: application/json");
    struct slot *slots = calloc((size_t)slot_count, sizeof(*slots));
    for (int i = 0; slots && i < slot_count; i++) {
        slots[i].easy = curl_easy_init();
        next_file(&slots[i]);
    }
    run();
    return slots && !failures ? 0 : 1;
}
