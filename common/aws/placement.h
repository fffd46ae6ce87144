/*
 * The region of the EC2 instance that this runs on, as its metadata service says it.
 */
#ifndef KEB_AWS_PLACEMENT_H
#define KEB_AWS_PLACEMENT_H

#include "aws/profile.h"

/*
 * Waits for the service, for a second unless told otherwise (AWS_METADATA_SERVICE_TIMEOUT). 1:
 * `store` has a region. 0 without one: no such service, turned off, or stop_fd (-1: none) was
 * readable. -1 with err (EXIT_USAGE): its settings are wrong. Source: AWS SDK for Java 2, "Default
 * region provider chain".
 */
int placement_region(const struct profile *profile, const char *user_agent, int stop_fd,
		     char store[64], struct err *err);

#endif
