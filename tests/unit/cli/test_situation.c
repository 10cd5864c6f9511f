/* What explain says, from facts: which situation it is, in a sentence, and what to do. */
#include "json_rows.h"

#include "cli/explain.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *pdf[] = {(char[]){"*.pdf"}, NULL}, *drafts[] = {(char[]){"draft-*"}, NULL};
static struct rule rules[] = {{.name = (char[]){"alone"}},
    {.name = (char[]){"together"}, .group = (struct template *)rules, .group_wait_ms = 30000}};
static struct rule *rules_of_scans[] = {&rules[0], &rules[1], NULL}, *no_rules[] = {NULL};
static struct folder folders[] = {{.name = (char[]){"scans"},
                                      .path = (char[]){"/srv/scans"},
                                      .include = pdf,
                                      .exclude = drafts,
                                      .settle_ms = 5000,
                                      .incomplete_ms = 900000,
                                      .poll_ms = 10000,
                                      .rescan_ms = 900000,
                                      .marker = (char[]){"{name}.done"},
                                      .rules = rules_of_scans},
    {.name = (char[]){"kept"},
        .path = (char[]){"/srv/kept"},
        .include = pdf,
        .exclude = drafts,
        .after_upload = AFTER_KEEP,
        .rules = no_rules}};
static const struct config config = {.file = (char[]){"/etc/c.conf"},
    .folders = folders,
    .folder_count = COUNT(folders),
    .rules = rules,
    .rule_count = COUNT(rules)};

#define SCANS                                                                                      \
    {                                                                                              \
        .folder = &folders[0], .path = (char[]){"in/a.pdf"}, .whereabouts = AMONG_DROPPED          \
    }
#define KEPT                                                                                       \
    {                                                                                              \
        .folder = &folders[1], .path = (char[]){"a.pdf"}, .whereabouts = AMONG_DROPPED             \
    }
#define JOB "'id':7,'folder':'scans','path':'in/a.pdf',"
#define TARGET "'activity':'email','lead_id':'lead_1','lead_name':'ACME','activity_id':'acti_1',"
#define PROGRESS ",'progress':{"
#define AGENT "'agent':{},'folders':[{'name':'scans','healthy':true}]"

/* its file is /srv/scans/in/a.pdf, where nothing else is said */
static const struct {
    const char *name; /* of the situation */
    struct facts facts;
    const char *job;    /* of the file; NULL: none */
    const char *status; /* what a status says */
    const char *message, *remedy;
} rows[] = {
    {"hidden", {.kind = FILE_HIDDEN, .hidden = (char[]){"no"}}, NULL, "",
        "a.pdf cannot be inspected by whoever asks: no",
        "ask as root, or as the user that closedrop runs as"},
    {"unanswered",
        {.kind = FILE_UNANSWERED,
            .place = SCANS,
            .unanswered = (char[]){"it does not answer"},
            .unanswered_remedy = "check it"},
        NULL, "'agent':{},'folders':[{'name':'scans','healthy':false,'message':'is silent'}]",
        "a.pdf was not examined: it does not answer; its folder \"scans\" is away: /srv/scans is "
        "silent",
        "check it"},
    {"shut_directory",
        {.kind = FILE_DIRECTORY, .place = SCANS, .filtered = {FILTER_NEVER_START, ".", 0}}, NULL,
        "",
        "a.pdf is a directory of the folder \"scans\" that is not entered: names that start with "
        "\".\" are never taken",
        "move the files in it to a directory that is entered"},
    {"shut_directory",
        {.kind = FILE_DIRECTORY, .place = SCANS, .filtered = {FILTER_ARCHIVE, NULL, 2}}, NULL, "",
        "a.pdf is a directory of the folder \"scans\", but nothing in it is taken: the directory "
        "\"in\" is not entered: it is where files go after their upload",
        "name one of the files in it; \"closedrop status\" shows how the folders are"},
    {"directory", {.kind = FILE_DIRECTORY, .root = &folders[0]}, NULL, "",
        "a.pdf is the drop folder \"scans\"",
        "name one of the files in it; \"closedrop status\" shows how the folders are"},
    {"directory", {.kind = FILE_DIRECTORY}, NULL, "",
        "a.pdf is a directory, and not in a drop folder",
        "name one of the files in it; \"closedrop status\" shows how the folders are"},
    {"directory", {.kind = FILE_DIRECTORY, .place = SCANS}, NULL, "",
        "a.pdf is a directory in the folder \"scans\"; files in it are taken",
        "name one of the files in it; \"closedrop status\" shows how the folders are"},
    {"link", {.kind = FILE_LINK, .place = SCANS}, NULL, "",
        "a.pdf is a symbolic link, and those are never followed",
        "copy the file itself into the folder"},
    {"behind_link",
        {.kind = FILE_REGULAR, .place = {.folder = &folders[0], .is_behind_link = true}}, NULL, "",
        "a.pdf is not really in the folder \"scans\": its path leads through a symbolic link, and "
        "those are never followed",
        "copy the file itself into the folder"},
    {"special", {.kind = FILE_SPECIAL, .place = SCANS}, NULL, "",
        "a.pdf is a device, a pipe or a socket, and only regular files are uploaded", ""},
    {"own", {.kind = FILE_REGULAR, .is_own = true}, NULL, "",
        "a.pdf is used by closedrop itself (its configuration, key, tables or queue), so it is "
        "never taken",
        ""},
    {"text", {.kind = FILE_REGULAR, .place = SCANS, .given = "Failed/b.pdf.error.txt"}, NULL, "",
        "b.pdf.error.txt was written by closedrop and belongs to b.pdf: it says why it failed",
        "read it; for what happened to that file: closedrop explain \"Failed/b.pdf\""},

    {"forgotten", {.kind = FILE_REGULAR, .place = SCANS},
        JOB "'state':'queued','ended':'forgotten'", AGENT,
        "a.pdf was taken out of the queue with \"closedrop forget\", and is left alone until it "
        "changes",
        "to file it after all: touch \"/srv/scans/in/a.pdf\""},
    {"discarded", {.kind = FILE_GONE, .place = SCANS},
        JOB "'state':'failed','ended':'discarded','error':{'code':'no_rule','message':'no rule'}",
        AGENT,
        "a.pdf is no longer there. It failed, and then somebody deleted it from the directory for "
        "failed files. The reason was: no rule",
        "to file it, put it into the folder again"},
    {"ended", {.kind = FILE_GONE, .place = SCANS},
        JOB "'state':'queued','ended':'dropped','history':[{'why':'settled'},{'why':'it left'}]",
        AGENT, "a.pdf is no longer there. It was not filed: it left",
        "to file it, put it into the folder again"},
    {"failed", {.kind = FILE_GONE, .place = SCANS},
        JOB
        "'state':'failed','failed_at':'2026-11-27T10:14:00.000Z','file':'put_away','place':"
        "'Failed/in/a.pdf','error':{'code':'empty','message':'it is empty; what to do: scan it'}",
        AGENT,
        "a.pdf is no longer there. It failed on 2026-11-27 at 10:14: it is empty. It was moved to "
        "/srv/scans/Failed/in/a.pdf",
        "scan or save it again; if it is meant to be empty, drag it back into the folder, or: "
        "closedrop retry 7"},
    {"failed",
        {.kind = FILE_REGULAR,
            .place = {.folder = &folders[0],
                .path = (char[]){"in/a.pdf"},
                .whereabouts = AMONG_FAILED}},
        JOB
        "'state':'failed','error':{'code':'no_rule','message':'no rule; what to do: rename it'}",
        AGENT, "a.pdf failed: no rule",
        "rename it; then drag it back into the folder, or: closedrop retry 7"},
    {"failed", {.kind = FILE_REGULAR, .place = SCANS},
        JOB "'state':'failed','not_put_away':'no room','error':{'code':'no_rule','message':'no'}",
        AGENT, "a.pdf failed: no. It has not been moved yet: no room",
        "fix what is wrong; then drag it back into the folder, or: closedrop retry 7"},
    {"failed", {.kind = FILE_REGULAR},
        "'id':7,'folder':null,'state':'failed','error':{'code':'unclear','message':'lost; what to "
        "do: look'}",
        AGENT, "a.pdf failed: lost",
        "check the lead in Close; if the file is not there, upload it again: closedrop upload "
        "\"/srv/scans/in/a.pdf\""},
    {"done", {.kind = FILE_GONE, .place = SCANS},
        JOB TARGET "'state':'done','done_at':'2026-11-27T10:14:00.000Z','file':'put_away',"
                   "'contact_id':'cont_1','place':'Uploaded/in/a.pdf'",
        AGENT,
        "a.pdf is no longer there. It was filed on 2026-11-27 at 10:14 as an email on ACME "
        "(lead_1), cont_1, and then moved to /srv/scans/Uploaded/in/a.pdf",
        ""},
    {"done", {.kind = FILE_GONE, .place = SCANS},
        JOB "'activity':'lead_file','lead_id':'lead_1','activity_id':'x','state':'done','file':"
            "'gone'",
        AGENT, "a.pdf is no longer there. It was filed as a file on lead_1, and then deleted", ""},
    {"done", {.kind = FILE_REGULAR, .place = SCANS},
        JOB "'activity':'note','lead_id':'lead_1','activity_id':'x','state':'done','file':"
            "'in_folder','not_put_away':'no room'",
        AGENT, "a.pdf was filed as a note on lead_1. It has not been put away yet: no room", ""},
    {"done", {.kind = FILE_REGULAR, .place = SCANS},
        JOB TARGET "'state':'done','file':'in_folder','not_put_away':'full; what to do: make room'",
        AGENT, "a.pdf was filed as an email on ACME (lead_1). It has not been put away yet: full",
        "make room"},
    {"done", {.kind = FILE_REGULAR, .place = SCANS}, JOB TARGET "'state':'done','file':'in_folder'",
        AGENT, "a.pdf was filed as an email on ACME (lead_1), and is about to be put away", ""},
    {"done", {.kind = FILE_REGULAR, .place = KEPT}, JOB "'state':'done','file':'in_folder'", AGENT,
        "a.pdf was only uploaded, not filed on a lead: its folder has no rules, and stays where it "
        "is (after_upload = \"keep\")",
        ""},
    {"done", {.kind = FILE_GONE, .place = SCANS},
        JOB "'state':'done','file':'put_away','place':'/arch/a.pdf'", AGENT,
        "a.pdf is no longer there. It was only uploaded, not filed on a lead: no rule took it, and "
        "then moved to /arch/a.pdf",
        "to see why not: closedrop match \"/arch/a.pdf\""},
    {"done", {.kind = FILE_REGULAR}, "'id':7,'folder':null,'state':'done','file':'outside'", AGENT,
        "a.pdf was only uploaded by hand, not filed on a lead",
        "to file it: closedrop upload --lead ID \"/srv/scans/in/a.pdf\""},

    {"in_progress", {.kind = FILE_REGULAR, .place = SCANS}, JOB "'state':'uploading'",
        AGENT ",'transfers':[{'id':7,'stage':'send','sent':1024,'size':2048}]",
        "a.pdf is being uploaded now: 1 KB of 2 KB are sent", ""},
    {"in_progress", {.kind = FILE_REGULAR, .place = SCANS}, JOB "'state':'attaching'",
        AGENT ",'transfers':[{'id':7,'stage':'attach','sent':0}]",
        "a.pdf is in progress: it was uploaded, and is being filed", ""},
    {"folder_gone", {.kind = FILE_REGULAR},
        JOB "'state':'queued','error':{'code':'folder_gone','message':'no folder'}", AGENT,
        "a.pdf is in the queue, and waits: no folder",
        "put the folder \"scans\" back in /etc/c.conf, then reload: systemctl reload closedrop; or "
        "take the file out of the queue: closedrop forget 7"},
    {"rule_gone", {.kind = FILE_REGULAR, .place = SCANS},
        JOB "'state':'queued','rule':'r','error':{'code':'rule_gone','message':'no rule'}", AGENT,
        "a.pdf is in the queue, and waits: no rule",
        "put the rule \"r\" back in /etc/c.conf, then reload: systemctl reload closedrop; or take "
        "the file out of the queue: closedrop forget 7"},
    {"held", {.kind = FILE_REGULAR, .place = SCANS},
        JOB
        "'state':'uploaded','rule':'r','error':{'code':'held','message':'too much; release it'}",
        AGENT, "a.pdf is held back and not sent: too much",
        "to send it: closedrop release 7, or closedrop release \"r\" for all emails of its rule; "
        "not to send it: closedrop recall 7"},
    {"queue_lost", {.kind = FILE_GONE, .place = SCANS}, JOB "'state':'queued'", AGENT,
        "a.pdf is in the queue, but no longer there. Unless it was only renamed in its folder, it "
        "is dropped when its turn comes",
        "to file it, put it into the folder again"},
    {"queue_idle", {.kind = FILE_REGULAR, .place = SCANS}, JOB "'state':'queued'", "",
        "a.pdf is in the queue, and the next of its folder; but closedrop is not running",
        "systemctl start closedrop; why it is not running: journalctl -u closedrop"},
    {"queue_away", {.kind = FILE_GONE, .place = SCANS}, JOB "'state':'queued'",
        "'agent':{},'folders':[{'name':'scans','healthy':false,'message':'has no disk'}]",
        "a.pdf is in the queue, and the next of its folder; but its folder \"scans\" is away: "
        "/srv/scans has no disk",
        "make the directory available again (is it mounted?); closedrop then continues by itself"},
    {"paused", {.kind = FILE_REGULAR, .place = SCANS}, JOB "'state':'queued'",
        AGENT ",'paused':true,'ahead':1",
        "a.pdf is in the queue, behind 1 other of its folder; but sending is paused (\"closedrop "
        "pause\")",
        "closedrop resume"},
    {"blocked", {.kind = FILE_REGULAR, .place = SCANS}, JOB "'state':'uploaded'",
        AGENT ",'blocked':{'code':'key_refused','message':'a bad key'}",
        "a.pdf was uploaded, but not filed yet; but nothing is sent at the moment: a bad key",
        "see \"closedrop doctor\"; closedrop then continues by itself"},
    {"blocked", {.kind = FILE_REGULAR, .place = SCANS}, JOB "'state':'uploaded'",
        AGENT ",'blocked':{'code':'key_refused','message':'a bad key; what to do: get one'}",
        "a.pdf was uploaded, but not filed yet; but nothing is sent at the moment: a bad key",
        "get one; closedrop then continues by itself"},
    {"paced", {.kind = FILE_REGULAR, .place = SCANS},
        JOB "'state':'uploaded','error':{'code':'paced','message':'waits for its turn'}", AGENT,
        "a.pdf is ready, and waits for its turn", "nothing, it continues by itself"},
    {"retry", {.kind = FILE_REGULAR, .place = SCANS},
        JOB "'state':'queued','attempts':2,'next_attempt_at':'2026-11-27T10:14:05.000Z','error':"
            "{'code':'bad_form','message':'odd'}",
        AGENT,
        "a.pdf could not be filed yet: odd. The next try is at 2026-11-27 10:14:05; so far, there "
        "were 2",
        "if the reason does not pass by itself, remove it; closedrop then continues by itself"},
    {"retry", {.kind = FILE_REGULAR, .place = SCANS},
        JOB "'state':'queued','error':{'code':'table','message':'no table; what to do: save it'}",
        AGENT, "a.pdf could not be filed yet: no table",
        "save it; closedrop then continues by itself"},
    {"unclear", {.kind = FILE_REGULAR, .place = SCANS},
        JOB "'state':'attaching','next_attempt_at':'2026-11-27T10:14:05.000Z'", AGENT,
        "a.pdf was uploaded, but Close's answer to its activity is missing; so closedrop first "
        "checks whether it was created, at 2026-11-27 10:14:05",
        "nothing, it continues by itself"},
    {"group", {.kind = FILE_REGULAR, .place = SCANS}, JOB "'state':'uploaded','rule':'together'",
        AGENT,
        "a.pdf was uploaded, and waits for the other files of its group (rule \"together\"); they "
        "are filed as one, 30 s after the last of them",
        "nothing, it continues by itself"},
    {"queued", {.kind = FILE_REGULAR, .place = SCANS}, JOB "'state':'queued'", AGENT ",'ahead':2",
        "a.pdf is in the queue, behind 2 others of its folder", "nothing, it continues by itself"},
    {"queued", {.kind = FILE_REGULAR, .place = SCANS}, JOB "'state':'queued'",
        AGENT ",'ahead':10000", "a.pdf is in the queue, behind 10000 others of its folder, or more",
        "nothing, it continues by itself"},
    {"done", {.kind = FILE_REGULAR, .place = SCANS},
        JOB TARGET "'state':'done','file':'put_away','place':'Uploaded/a.pdf'", AGENT,
        "a.pdf was filed as an email on ACME (lead_1), and then moved to where it is now", ""},
    {"queued", {.kind = FILE_REGULAR, .place = SCANS}, JOB "'state':'uploaded','rule':'alone'",
        AGENT, "a.pdf was uploaded, but not filed yet", "nothing, it continues by itself"},

    {"folder_away", {.kind = FILE_GONE, .place = SCANS, .is_folder_missing = true}, NULL, "",
        "Nothing is known about a.pdf, because its folder \"scans\" is away: /srv/scans does not "
        "exist, or cannot be opened",
        "make the directory available again (is it mounted?); closedrop then continues by itself"},
    {"unknown", {.kind = FILE_GONE, .place = SCANS}, NULL, AGENT,
        "There is no file /srv/scans/in/a.pdf, and there never was a job for one of this name in "
        "the folder \"scans\"",
        "check the path; \"closedrop list --all --match TEXT\" finds part of a name"},
    {"unknown", {.kind = FILE_GONE}, NULL, AGENT,
        "There is no file /srv/scans/in/a.pdf, and there never was a job for one that was uploaded "
        "from there",
        "check the path; \"closedrop list --all --match TEXT\" finds part of a name"},
    {"configuration", {.kind = FILE_REGULAR, .is_partial = true}, NULL, AGENT,
        "a.pdf has no job, and why not cannot be said while the configuration has errors",
        "correct them; they are listed above, and by: closedrop check"},
    {"outside", {.kind = FILE_REGULAR}, NULL, AGENT,
        "a.pdf is not in a drop folder, so closedrop does not know it",
        "move it into a drop folder (/srv/scans, /srv/kept), or: closedrop upload "
        "\"/srv/scans/in/a.pdf\""},
    {"ignored", {.kind = FILE_REGULAR, .place = SCANS, .filtered = {FILTER_EXCLUDED, "draft-*", 0}},
        NULL, AGENT, "a.pdf is ignored: the exclude pattern \"draft-*\" matches it",
        "rename it, or change \"exclude\" of the folder \"scans\" in /etc/c.conf, then reload: "
        "systemctl reload closedrop"},
    {"ignored", {.kind = FILE_REGULAR, .place = SCANS, .filtered = {FILTER_NOT_INCLUDED, NULL, 0}},
        NULL, AGENT, "a.pdf is ignored: no include pattern matches it (include = [ \"*.pdf\" ])",
        "rename it, or add a pattern for it to \"include\" of the folder \"scans\" in /etc/c.conf, "
        "then reload: systemctl reload closedrop"},
    {"ignored", {.kind = FILE_REGULAR, .place = SCANS, .filtered = {FILTER_NEVER_END, ".tmp", 0}},
        NULL, "", "a.pdf is ignored: names that end in \".tmp\" are never taken",
        "if it is complete, rename it; a program that still writes it renames it by itself"},
    {"ignored", {.kind = FILE_REGULAR, .place = SCANS, .filtered = {FILTER_SERVER, NULL, 2}}, NULL,
        "",
        "a.pdf is ignored: the directory \"in\" is not entered: servers keep such directories for "
        "themselves",
        "move it to another directory"},
    {"put_away",
        {.kind = FILE_REGULAR, .place = {.folder = &folders[0], .whereabouts = AMONG_TAKEN}}, NULL,
        "",
        "a.pdf is where closedrop puts uploaded files of the folder \"scans\", but no job of it is "
        "known",
        "if it should be filed, move it into /srv/scans"},
    {"not_running", {.kind = FILE_REGULAR, .place = SCANS}, NULL, "",
        "a.pdf waits to be taken, but closedrop is not running",
        "systemctl start closedrop; why it is not running: journalctl -u closedrop"},
    {"disk_full", {.kind = FILE_REGULAR, .place = SCANS}, NULL,
        AGENT ",'blocked':{'code':'disk_full','message':'no room'}",
        "a.pdf is not taken, as nothing new is at the moment: no room", ""},
    {"unasked", {.kind = FILE_REGULAR, .place = SCANS, .trouble = "no"}, NULL, "",
        "a.pdf is one that closedrop takes, but neither the agent nor the queue could be asked "
        "about it",
        "ask as root, or as the user that closedrop runs as"},
    {"not_running",
        {.kind = FILE_REGULAR,
            .place = SCANS,
            .lacks = COMPANION_MARKER,
            .writers = (char[]){"soffice (process 4711 of anna)"}},
        NULL, "",
        "a.pdf waits to be taken, but closedrop is not running. It also waits for its marker "
        "a.pdf.done. It is also still open for writing, by soffice (process 4711 of anna)",
        "systemctl start closedrop; why it is not running: journalctl -u closedrop"},
    {"not_running", {.kind = FILE_REGULAR, .place = SCANS, .lacks = COMPANION_SIDECAR}, NULL, "",
        "a.pdf waits to be taken, but closedrop is not running. It also waits for its sidecar "
        "a.pdf.json",
        "systemctl start closedrop; why it is not running: journalctl -u closedrop"},
    {"stuck", {.kind = FILE_REGULAR, .place = SCANS}, NULL, AGENT,
        "a.pdf is not in the queue yet, and closedrop does not say why: it is busy, or waits for a "
        "file system that does not answer",
        "ask again; if that does not help, see \"closedrop status\""},
    {"new", {.kind = FILE_REGULAR, .place = SCANS}, NULL, AGENT PROGRESS "'settling':false}",
        "a.pdf has not been noticed yet: the folder \"scans\" is scanned every 15 min",
        "nothing, it continues by itself"},
    {"new", {.kind = FILE_REGULAR, .place = SCANS}, NULL,
        "'agent':{},'folders':[{'name':'scans','healthy':true,'watch':'poll'}]" PROGRESS
        "'settling':false}",
        "a.pdf has not been noticed yet: the folder \"scans\" is scanned every 10 s",
        "nothing, it continues by itself"},

    {"marker", {.kind = FILE_REGULAR, .place = SCANS}, NULL,
        AGENT PROGRESS "'settling':true,'waits':'companion','wants':'marker'}",
        "a.pdf waits for its marker a.pdf.done, which does not exist",
        "when the file is complete: touch \"/srv/scans/in/a.pdf.done\""},
    {"next_marker", {.kind = FILE_REGULAR, .place = SCANS}, NULL,
        AGENT PROGRESS "'settling':true,'waits':'companion','wants':'next_marker'}",
        "a.pdf came after the marker a.pdf.done of its directory was written, and waits for the "
        "next one",
        "when the file is complete: touch \"/srv/scans/in/a.pdf.done\""},
    {"sidecar", {.kind = FILE_REGULAR, .place = SCANS}, NULL,
        AGENT PROGRESS "'settling':true,'waits':'companion','wants':'sidecar'}",
        "a.pdf waits for its sidecar a.pdf.json, which does not exist",
        "write the sidecar next to it, or check why the program that writes it has not"},
    {"sidecar_cut", {.kind = FILE_REGULAR, .place = SCANS}, NULL,
        AGENT PROGRESS "'settling':true,'waits':'growth','wants':'sidecar','unchanged_ms':60000}",
        "a.pdf waits for its sidecar a.pdf.json, which is empty or incomplete. It fails if that "
        "does not change within 14 min",
        "write the sidecar next to it, or check why the program that writes it has not"},
    {"written",
        {.kind = FILE_REGULAR, .place = SCANS, .writers = (char[]){"smbd (process 7 of root)"}},
        NULL, AGENT PROGRESS "'settling':true,'waits':'quiet'}",
        "a.pdf is still open for writing, by smbd (process 7 of root)",
        "close it there; it is taken 5 s later (the folder's \"settle\")"},
    {"written", {.kind = FILE_REGULAR, .place = SCANS}, NULL,
        AGENT PROGRESS "'settling':true,'waits':'quiet','written':true}",
        "a.pdf is still open for writing, by a program that is not visible to whoever asks (root "
        "sees all)",
        "close it there; it is taken 5 s later (the folder's \"settle\")"},
    {"unreadable", {.kind = FILE_REGULAR, .place = SCANS}, NULL,
        AGENT PROGRESS "'settling':true,'waits':'access','unreadable':'shut; what to do: open it',"
                       "'unchanged_ms':60000}",
        "a.pdf cannot be taken yet: shut. It fails if that does not change within 14 min",
        "open it"},
    {"unreadable", {.kind = FILE_REGULAR, .place = SCANS}, NULL,
        AGENT PROGRESS "'settling':true,'waits':'access'}",
        "a.pdf cannot be taken yet: closedrop lacks memory or descriptors for now. It fails if "
        "that "
        "does not change within 15 min",
        "nothing, it is tried again"},
    {"incomplete", {.kind = FILE_REGULAR, .place = SCANS}, NULL,
        AGENT PROGRESS "'settling':true,'waits':'growth','unchanged_ms':1000000}",
        "a.pdf is empty. It may still grow, and fails if it does not by the next check",
        "if nobody writes to it any more, save or scan it again; if it is complete after all, drag "
        "it back once it is among the failed files"},
    {"incomplete",
        {.kind = FILE_REGULAR,
            .place = SCANS,
            .state.identity.size = 9,
            .cut = "a PDF without end"},
        NULL, AGENT PROGRESS "'settling':true,'waits':'growth'}",
        "a.pdf looks incomplete: a PDF without end. It may still grow, and fails if it does not "
        "within 15 min",
        "if nobody writes to it any more, save or scan it again; if it is complete after all, drag "
        "it back once it is among the failed files"},
    {"settling", {.kind = FILE_REGULAR, .place = SCANS}, NULL,
        AGENT PROGRESS "'settling':true,'waits':'quiet','unchanged_ms':2000}",
        "a.pdf may not be finished yet: it must be unchanged for 5 s (the folder's \"settle\"), "
        "and "
        "was last changed 2 s ago; it is taken in 3 s",
        "nothing, it continues by itself"},
};

static void check_row(size_t i)
{
    struct facts facts = rows[i].facts;
    struct str message = STR_INIT(4096), remedy = STR_INIT(4096), status = STR_INIT(4096);
    str_printf(&status, "{%s%s'job':%s%s%s}", rows[i].status, *rows[i].status ? "," : "",
        rows[i].job ? "{" : "null", rows[i].job ? rows[i].job : "", rows[i].job ? "}" : "");
    facts.config = &config;
    facts.given = facts.given ? facts.given : "/srv/scans/in/a.pdf";
    facts.status = facts.answer = parse(str_text(&status));
    facts.job = json_get(facts.status, "job");
    facts.is_its_job = rows[i].job != NULL;
    facts.progress = json_get(facts.status, "progress");
    facts.transfer = json_first(json_get(facts.status, "transfers"));
    facts.health = json_first(json_get(facts.status, "folders"));
    const struct situation *situation = situation_find(&facts);
    situation->tell(&facts, &message);
    if (situation->advise)
        situation->advise(&facts, &remedy);
    if (strcmp(situation->name, rows[i].name) != 0 ||
        strcmp(str_text(&message), rows[i].message) != 0 ||
        strcmp(str_text(&remedy), rows[i].remedy) != 0)
        fail_msg("row %zu: %s\n%s\n%s", i, situation->name, str_text(&message), str_text(&remedy));
    json_free(facts.status);
    str_release(&message);
    str_release(&remedy);
    str_release(&status);
}

static void says_what_is_so_and_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_so_and_what_to_do),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
