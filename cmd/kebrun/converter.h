/*
 * The converters of a connector's keys and values as options of kebmap: formats, and the
 * registry that schemas come from.
 */
#ifndef KEB_KEBRUN_CONVERTER_H
#define KEB_KEBRUN_CONVERTER_H

#include "config.h"

/* 0 or -1. A secret goes through the environment, where kebmap finds it. */
int converter_options(struct config *c);

#endif
