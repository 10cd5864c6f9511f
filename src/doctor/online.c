/** Looks up the name of Close's server, and asks it GET me/. */
#include "online.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/base/url.h"
#include "closedrop/close/api.h"
#include "closedrop/close/reply.h"
#include "closedrop/http/http.h"
#include "closedrop/work/answer.h"
#include "closedrop/work/fresh_key.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

/** Nobody waits longer for a doctor. */
#define TIMEOUT_MS 15000
/** Close's Date has whole seconds, and its answer takes some. */
#define CLOCK_GOOD_MS 10000
/** Clocks that are further apart are not compared any more (work/close_clock.h). */
#define CLOCK_WRONG_MS (10LL * 60 * 1000)

/* ---- judgement ---- */

/** How to get there, by the way in which it failed. */
static const char *const remedies[TRANSFER_ENDS] = {
    [TRANSFER_ANSWERED] = "check close.api_url, and whether a proxy answers in its place",
    [TRANSFER_UNREACHABLE] = "check the network, the firewall (TCP to this host must be allowed), "
                             "close.api_url and close.proxy",
    [TRANSFER_UNTRUSTED] =
        "check the date of this machine, the package ca-certificates and close.ca_file; if a proxy "
        "inspects TLS, name a file with its certificate in close.ca_file",
    [TRANSFER_TIMED_OUT] = "check the network and the firewall, and whether Close has an outage: "
                           "https://status.close.com",
};

static struct finding judge_down(const struct online_facts *facts)
{
    const struct api_outcome *outcome = &facts->outcome;
    const char *failure = outcome->failure ? outcome->failure : "";
    struct finding finding;
    if (outcome->end == TRANSFER_ANSWERED)
        finding = finding_wrong(
            "%s does not answer as Close does: status %d", facts->url, outcome->status);
    else
        finding = finding_wrong("%s %s%s%s", facts->url, transfer_end_words[outcome->end],
            *failure ? ": " : "", failure);
    const char *remedy = remedies[outcome->end];
    finding_remedy(&finding, "%s", remedy ? remedy : remedies[TRANSFER_TIMED_OUT]);
    return finding;
}

struct finding online_judge_server(const struct online_facts *facts)
{
    if (verdict_of_me(&facts->outcome, facts->is_me) == API_DOWN)
        return judge_down(facts);
    return finding_ok("%s answers after %" PRId64 " ms", facts->url, facts->took_ms);
}

struct finding online_judge_key(const struct online_facts *facts)
{
    if (verdict_of_me(&facts->outcome, facts->is_me) == API_ANSWERS)
        return finding_ok(
            "Close accepts it: it belongs to %s", *facts->who ? facts->who : "a user");
    struct finding finding = finding_wrong("Close refuses the %s (status %d)",
        facts->is_token ? "access token" : "API key", facts->outcome.status);
    if (facts->is_login)
        finding_remedy(&finding, "closedrop login%s%s%s", *facts->why ? " (" : "", facts->why,
            *facts->why ? ")" : "");
    else if (facts->is_token)
        finding_remedy(&finding, "check what renews it, and writes it into %s", facts->key_file);
    else
        finding_remedy(&finding,
            "create a new one in Close under Settings, Developer, API Keys, and put all of it, "
            "including the part after the dot, into %s",
            facts->key_file ? facts->key_file : "the place of the old one, and restart closedrop");
    return finding;
}

struct finding online_judge_login(bool is_there, int64_t left_ms)
{
    char left[UNITS_DURATION];
    if (is_there && left_ms > 0)
        return finding_ok("its access token is good for another %s, and is renewed by itself",
            units_duration_text(left_ms, left));
    struct finding finding = is_there ? finding_warning("its access token has ended")
                                      : finding_wrong("nobody is logged in");
    finding_remedy(&finding, is_there ? "closedrop check --online" : "closedrop login");
    return finding;
}

struct finding online_judge_clock(const struct online_facts *facts)
{
    int64_t ahead = facts->now_ms - facts->close_ms, apart = ahead < 0 ? -ahead : ahead;
    struct finding finding;
    struct str words = STR_INIT(64);
    units_print_duration(&words, apart);
    if (apart <= CLOCK_GOOD_MS)
        finding = finding_ok("it agrees with Close's");
    else if (apart <= CLOCK_WRONG_MS)
        finding = finding_warning(
            "it is %s %s Close's", str_text(&words), ahead < 0 ? "behind" : "ahead of");
    else
        finding = finding_wrong("it is %s %s Close's: dates in names and archives are wrong, and "
                                "certificates may be refused",
            str_text(&words), ahead < 0 ? "behind" : "ahead of");
    if (finding.result != FINDING_OK)
        finding_remedy(&finding, "timedatectl set-ntp true");
    str_release(&words);
    return finding;
}

/* ---- measurement ---- */

/** Whether the name has an address; a proxy looks it up by itself. */
static bool probe_name(const struct diagnosis *diagnosis)
{
    struct url url;
    struct addrinfo *found = NULL;
    const struct close_settings *close = &diagnosis->config->close;
    if (*close->proxy || url_parse(close->api_url, &url) < 0)
        return true;
    int result =
        getaddrinfo(url.host, NULL, &(struct addrinfo){.ai_socktype = SOCK_STREAM}, &found);
    struct finding finding = finding_ok("the name %s can be resolved", url.host);
    if (result != 0) {
        finding =
            finding_wrong("the name %s cannot be resolved: %s", url.host, gai_strerror(result));
        finding_remedy(&finding,
            "check close.api_url, the network, and /etc/resolv.conf; to try "
            "again: getent ahosts %s",
            url.host);
    }
    if (found)
        freeaddrinfo(found);
    diagnosis_add(diagnosis, "dns", NULL, finding);
    return result == 0;
}

/** systemd gives a credential, and an environment, to the agent alone. */
static struct finding judge_no_key(const struct diagnosis *diagnosis)
{
    if (diagnosis_agent(diagnosis))
        return finding_ok("only the agent knows it, because close.api_key_file is not set");
    struct finding finding = finding_warning("there is no API key here");
    finding_remedy(&finding, "unless the unit passes it to closedrop (LoadCredential=), set "
                             "close.api_key_file to the file that contains it");
    return finding;
}

static void load_key(const struct diagnosis *diagnosis, struct key *ret_key)
{
    struct str why = STR_INIT(8192);
    int result = config_key(diagnosis->config, ret_key, &why);
    if (result < 0)
        diagnosis_add(diagnosis, "key", NULL,
            result == -ENOKEY ? judge_no_key(diagnosis)
                              : finding_of_message(FINDING_WRONG, str_text(&why)));
    str_release(&why);
}

/** Who is logged in is for Close to say; this is for how long. */
static void report_login(const struct diagnosis *diagnosis, const struct key *key)
{
    diagnosis_add(diagnosis, "login", NULL,
        online_judge_login(*key->text != '\0', key->ends_at_ms - clock_steady_ms()));
}

static void report(const struct diagnosis *diagnosis, const struct request *request,
    const struct key *key, const char *why)
{
    size_t length;
    const char *body = request_reply(request, &length);
    struct str who = STR_INIT(1024);
    reply_add_me(&who, body, length);
    const struct online_facts facts = {.url = diagnosis->config->close.api_url,
        .key_file = key->file,
        .is_token = key->is_token,
        .is_login = key->is_login,
        .why = why,
        .is_me = reply_is_me(body, length),
        .who = str_text(&who),
        .outcome = {.end = request_end(request),
            .status = request_status(request),
            .failure = request_failure(request)},
        .took_ms = clock_steady_ms() - request_began_ms(request),
        .now_ms = clock_wall_ms(),
        .close_ms = answer_close_ms(request)};
    const struct finding server = online_judge_server(&facts);
    diagnosis_add(diagnosis, "close", NULL, server);
    if (server.result == FINDING_OK && *key->text)
        diagnosis_add(diagnosis, "key", NULL, online_judge_key(&facts));
    if (key->is_login)
        report_login(diagnosis, key);
    if (facts.close_ms)
        diagnosis_add(diagnosis, "clock", NULL, online_judge_clock(&facts));
    str_release(&who);
}

static void ask(const struct diagnosis *diagnosis, struct key *key)
{
    struct str why = STR_INIT(4096);
    const struct fresh_key fresh = {diagnosis->config, http_new(), key, TIMEOUT_MS};
    struct request *request = fresh.http ? fresh_key_ask_me(&fresh, &why) : NULL;
    if (request)
        report(diagnosis, request, key, str_text(&why));
    request_free(request);
    http_free(fresh.http);
    str_release(&why);
}

void online_probe(const struct diagnosis *diagnosis)
{
    struct key key = {.file = NULL};
    if (diagnosis->is_partial)
        return;
    load_key(diagnosis, &key);
    if (probe_name(diagnosis))
        ask(diagnosis, &key); /* the refusal of an empty one shows that Close is there, too */
    key_release(&key);
}
