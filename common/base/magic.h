/*
 * Text that is not what it should be because it is in another form, told by its first bytes.
 */
#ifndef KEB_BASE_MAGIC_H
#define KEB_BASE_MAGIC_H

#include "base/slice.h"

/*
 * What the bytes are and what to do about it: "begins with a byte order mark: ...". NULL where
 * they begin as text in UTF-8 may.
 */
const char *magic_hint(struct slice bytes);

#endif
