/*
 * The answers of STS and S3: an element's text by its path. A reader of that much of
 * XML and no more: no DOCTYPE, no entities but the five named and the numeric ones,
 * at most XML_DEPTH_MAX levels, nothing is ever fetched. Namespaces are ignored, so
 * is what stands before a ':' in a name.
 */
#ifndef KEB_AWS_XML_H
#define KEB_AWS_XML_H

#include "base/buf.h"

#define XML_DEPTH_MAX 16

/*
 * Appends the text of the first element at `path` ("Error/Code"). 1: it is there; 0: it is not;
 * -1: the text is no such XML, and what was appended means nothing.
 */
int xml_text(struct slice xml, const char *path, struct buf *to);

#endif
