/** Opens each folder, and has it checked if it is ours. */
#include "folders.h"

#include "apart_check.h"
#include "disk.h"
#include "folder_events.h"
#include "folder_files.h"
#include "folder_rights.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/ownership.h"
#include "closedrop/files/safe_open.h"

/** An agent with another queue has it: whatever is tried here would disturb that one. */
static bool is_of_another(const struct diagnosis *diagnosis, const struct folder *folder)
{
    struct owner owner;
    char words[OWNER_WORDS];
    CLEANUP(free_text)
    char *where = ownership_find_other(folder->path, diagnosis->config->state_dir, &owner);
    if (!where)
        return false;
    struct finding finding =
        finding_wrong("%s is %s, state_dir %s", where, owner_words(&owner, words), owner.state_dir);
    finding_remedy(
        &finding, "stop that one, or remove the folder from one of the two configurations");
    diagnosis_add(diagnosis, "rights", folder->name, finding);
    return true;
}

/** An apart_check of a folder. */
static void check_folder(const struct diagnosis *diagnosis, const void *subject)
{
    const struct folder *folder = subject;
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    CLEANUP(close_fd) int listable = root < 0 ? root : safe_open_tree(root, "");
    if (listable < 0)
        folder_rights_report_closed(diagnosis, folder, root, listable);
    if (listable < 0 || is_of_another(diagnosis, folder))
        return;
    folder_rights_probe(diagnosis, folder, root);
    disk_probe(diagnosis, folder, folder->path, root);
    folder_events_probe(diagnosis, folder, root);
    folder_files_probe(diagnosis, folder, root);
}

void folders_probe(const struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis->config->folder_count; i++) {
        const struct folder *folder = &diagnosis->config->folders[i];
        int result = apart_check_run(diagnosis, folder->path, check_folder, folder);
        if (result < 0)
            diagnosis_add(
                diagnosis, "rights", folder->name, apart_check_judge_failure(folder->path, result));
    }
}
