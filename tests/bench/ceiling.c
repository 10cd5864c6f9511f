/**
 * The least work with which the same files can be uploaded: libcurl, and nothing else. No queue, no
 * watching, no hashing, nothing put away. What the agent is measured against.
 *
 *     ceiling API_URL KEY CONNECTIONS FILE... (or the names on standard input, one a line)
 *
 * For each file: POST files/upload/, then the form, streamed from the disk. CONNECTIONS files are
 * in progress at once, from one thread. Exit status 0: every file was answered with 201.
 */
#include "bare.h"

static int in_progress;

static void add_file(struct slot *slot, curl_mimepart *part)
{
    curl_mime_filedata(part, slot->path);
}

static void next_file(struct slot *slot)
{
    slot->path = bare_next();
    if (!slot->path)
        return;
    in_progress++;
    bare_send(slot);
}

static void end_file(struct slot *slot, bool is_good)
{
    (void)is_good;
    in_progress--;
    next_file(slot);
}

int main(int argc, char **argv)
{
    int count;
    struct slot *slots = bare_begin(argc, argv, add_file, &count);
    for (int i = 0; i < count; i++)
        next_file(&slots[i]);
    while (bare_perform(end_file), in_progress) /* after the last, there is nothing to wait for */
        bare_wait();
    return bare_failures() ? 1 : 0;
}
