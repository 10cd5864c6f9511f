/**
 * What kind of document a file is, as a MIME type. The only door to libmagic.
 */
#ifndef CLOSEDROP_BASE_MAGIC_H
#define CLOSEDROP_BASE_MAGIC_H

#define CONTENT_TYPE_MAX 128

/**
 * The content type of the file `name`, open at `fd`: by its suffix where one is known and its first
 * bytes do not contradict it (an error page in HTML that is called a PDF), else by these bytes,
 * else "application/octet-stream". Reads by position; `fd`'s own stays. A file that cannot be read
 * is what its suffix says.
 */
void content_type_guess(const char *name, int fd, char ret_type[CONTENT_TYPE_MAX]);

#endif
