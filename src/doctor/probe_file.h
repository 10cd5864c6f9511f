/**
 * An empty file that is created to see what is possible in a directory, and then removed. Its name
 * is hidden, so that no agent takes it for a document; it is also removed if a signal ends the
 * process. One at a time.
 */
#ifndef CLOSEDROP_DOCTOR_PROBE_FILE_H
#define CLOSEDROP_DOCTOR_PROBE_FILE_H

#define PROBE_NAME_MAX 40

/** From now on, a signal that ends the process first removes the probe file. */
void probe_file_catch_signals(void);

/** Write the name that probe files of this process have into `name`; returns `name`. */
const char *probe_file_name(char name[PROBE_NAME_MAX]);

/**
 * Create the file in an open directory, which must stay open until it is removed. Returns a
 * descriptor for reading it, which the caller closes, or a negative errno.
 */
int probe_file_create(int directory);

/** Remove it. Returns 0 or a negative errno. */
int probe_file_remove(int directory);

#endif
