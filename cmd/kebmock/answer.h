/*
 * What a service answers: status, body, and what the transport does with it. An
 * answer is reused; answer_reset keeps the room of its body.
 */
#ifndef KEB_KEBMOCK_ANSWER_H
#define KEB_KEBMOCK_ANSWER_H

#include "base/buf.h"

#define ANSWER_AWS_JSON "application/x-amz-json-1.1"
#define ANSWER_JSON	"application/json"

enum answer_how {
	ANSWER_SEND,
	ANSWER_SEND_AND_CLOSE, /* with Connection: close */
	ANSWER_RESET,	       /* no answer: the connection is reset */
};

struct answer {
	unsigned status;
	const char *type;   /* Content-Type; NULL: none */
	struct buf headers; /* others: "Name: value" LF ... */
	struct buf body;
	int64_t delay_us; /* to wait before the answer goes out */
	enum answer_how how;
	const char *code; /* of an error; NULL if it is none */
	char id[37];	  /* x-amzn-requestid; empty: none */
};

void answer_reset(struct answer *answer); /* 200, no body, now */
void answer_header(struct answer *answer, const char *name, struct slice value);
void answer_free(struct answer *answer);

/* An error of AWS JSON 1.1: {"__type":code,"message":text}. `code` is not copied. */
void answer_error(struct answer *answer, unsigned status, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A page for people, as of a proxy in front of the service. */
void answer_html(struct answer *answer, unsigned status);

#endif
