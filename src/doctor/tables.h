/** The tables that rules use. */
#ifndef CLOSEDROP_DOCTOR_TABLES_H
#define CLOSEDROP_DOCTOR_TABLES_H

#include "diagnosis.h"

/** Check the table of each rule in use. */
void tables_probe(const struct diagnosis *diagnosis);

#endif
