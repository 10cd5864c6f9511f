/** Handles a PDF that does not start at the first byte of its file. */
#ifndef CLOSEDROP_INTAKE_FORMAT_PDF_H
#define CLOSEDROP_INTAKE_FORMAT_PDF_H

#include "closedrop/intake/bytes.h"

/** How far from the start of its file a PDF may start, as PDF readers accept it. */
#define PDF_START_MAX 1024

/**
 * Where a PDF starts within the first bytes of a file: after a byte order mark, blank lines, or
 * what a print spooler or mail gateway has left there. Only a file with the name of a PDF may start
 * with anything else, because other files may mention a PDF. -1 if none starts.
 */
int64_t pdf_find_start(const char *head, size_t length, bool is_called_pdf);

/** Whether the PDF that starts at `start` is complete. */
bool pdf_behind_has_end(const struct bytes *bytes, int64_t start);

#endif
