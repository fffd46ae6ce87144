/*
 * The fields of a form, or of a query: name=value&name=value, each %-encoded.
 */
#ifndef KEB_KEBMOCK_FORM_H
#define KEB_KEBMOCK_FORM_H

#include "base/buf.h"

#define FORM_MAX 32 /* fields beyond are left out */

struct form {
	struct {
		struct slice name, value;
	} fields[FORM_MAX];
	size_t n;
};

/* Appends one %-encoded text to `store`; what was added. */
struct slice form_decode(struct slice text, struct buf *store);

/* Decodes into `store`, which the form's slices are of. */
void form_read(struct form *form, struct slice text, struct buf *store);
/* Absent if it is not there. */
struct slice form_get(const struct form *form, const char *name);

#endif
