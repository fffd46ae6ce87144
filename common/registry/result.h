/*
 * What became of asking a registry for a schema.
 */
#ifndef KEB_REGISTRY_RESULT_H
#define KEB_REGISTRY_RESULT_H

#include "base/err.h"
#include "connect/fault.h"
#include "id.h"

enum registry_result {
	REGISTRY_FOUND,
	REGISTRY_REFUSED, /* this record's schema: the fault says why */
	REGISTRY_FAILED,  /* not the record's fault: err says why; empty: the run is over */
};

#endif
