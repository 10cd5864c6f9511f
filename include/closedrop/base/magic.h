/**
 * The MIME type of a file. The only door to libmagic.
 */
#ifndef CLOSEDROP_BASE_MAGIC_H
#define CLOSEDROP_BASE_MAGIC_H

#define CONTENT_TYPE_MAX 128

/**
 * The content type of the file `name`, which is open at `fd`. Its suffix decides if it is known and
 * the first bytes do not contradict it (an HTML error page named as a PDF); otherwise the first
 * bytes decide; otherwise it is "application/octet-stream". If the file cannot be read, its suffix
 * decides. Does not change the file offset of `fd`.
 */
void content_type_guess(const char *name, int fd, char ret_type[CONTENT_TYPE_MAX]);

#endif
