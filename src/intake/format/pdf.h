/** A PDF that does not begin with the first byte of its file. */
#ifndef CLOSEDROP_INTAKE_FORMAT_PDF_H
#define CLOSEDROP_INTAKE_FORMAT_PDF_H

#include "closedrop/intake/bytes.h"

/** How far from its file's start a PDF may begin, as its readers have it. */
#define PDF_START_MAX 1024

/**
 * Where a PDF begins in the first bytes of a file: behind a byte order mark, blank lines, what a
 * printer's spooler or a mail gateway has left there. Only a file that is called a PDF may begin
 * with just anything, for others may speak of one. -1 where none begins.
 */
int64_t pdf_find_start(const char *head, size_t length, bool is_called_pdf);

/** Whether the PDF that begins at `start` is all there. */
bool pdf_behind_has_end(const struct bytes *bytes, int64_t start);

#endif
