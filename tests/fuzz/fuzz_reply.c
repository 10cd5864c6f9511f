/* Whatever Close or S3 may answer. Every input goes through every reader. */
#include "fuzz.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/close/reply.h"
#include "closedrop/close/s3_reply.h"
#include "closedrop/close/ticket.h"

static char *const hosts[] = {(char[]){"*.amazonaws.com"}, (char[]){"127.0.0.1"}, NULL};

static void check_ticket(const struct ticket *ticket)
{
    assert(ticket->download_url && ticket->token && ticket->upload_url);
    assert(!strchr(ticket->token, '/'));
    assert(json_first(ticket->fields));
    for (const struct json *it = json_first(ticket->fields); it; it = json_next(it)) {
        assert(json_text(it) && *json_key(it) && fuzz_is_one_line(json_key(it)));
        assert(strcmp(json_key(it), "file") != 0);
        ticket_is_for(ticket, json_text(it));
    }
    ticket_success_status(ticket);
}

static void read_ticket(const char *body, size_t length)
{
    struct ticket ticket = {0};
    struct str why = STR_INIT(5 * length + 1000);
    enum ticket_problem problem = ticket_read(body, length, hosts, &ticket, &why);
    assert((problem == TICKET_GOOD) == (why.length == 0));
    assert(fuzz_is_one_line(str_text(&why)));
    if (problem == TICKET_GOOD)
        check_ticket(&ticket);
    else
        assert(!ticket.document);
    ticket_release(&ticket);
    str_release(&why);
}

static void read_error(const char *body, size_t length)
{
    struct str out = STR_INIT(10000);
    reply_add_close_error(&out, body, length, length % 3 ? body : "");
    assert(!str_error(&out) && fuzz_is_one_line(str_text(&out)));
    assert(fuzz_is_utf8(str_text(&out)));
    str_release(&out);
}

static void read_s3(const char *body, size_t length)
{
    struct s3_reply reply;
    memset(&reply, 'x', sizeof(reply));
    s3_reply_read(body, length % 2 ? body : NULL, &reply);
    assert(strnlen(reply.code, sizeof(reply.code)) < sizeof(reply.code));
    assert(strnlen(reply.message, sizeof(reply.message)) < sizeof(reply.message));
    assert(strnlen(reply.key, sizeof(reply.key)) < sizeof(reply.key));
    assert(strnlen(reply.etag, sizeof(reply.etag)) < sizeof(reply.etag));
}

static void read_me(const char *body, size_t length)
{
    struct str out = STR_INIT(10000);
    reply_add_me(&out, body, length);
    assert(!str_error(&out) && fuzz_is_one_line(str_text(&out)));
    if (reply_is_me(body, length)) {
        struct json *document = json_parse(body, length);
        assert(str_starts_with(json_get_text(document, "id"), "user_"));
        json_free(document);
    }
    str_release(&out);
}

static void read_blame(const char *body, size_t length)
{
    reply_blames_target(body, length);
}

/** `body` is `length` bytes with a NUL behind them. */
static void (*const readers[])(const char *body, size_t length) = {
    read_ticket,
    read_error,
    read_blame,
    read_s3,
    read_me,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *body = malloc(size + 1);
    assert(body);
    memcpy(body, data, size);
    body[size] = '\0';
    for (size_t i = 0; i < COUNT(readers); i++)
        readers[i](body, size);
    free(body);
    return 0;
}
