/*
 * raw PORT CONNECTIONS N FILE: sends the bytes of FILE, one HTTP request, N times over kept
 * connections to 127.0.0.1 and reads the answers: the ceiling of whatever serves there. Prints
 * requests a second, by the clock.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 256

static char request[4 << 20];
static ssize_t request_n;

static struct connection {
	char answer[16384];
	size_t n;
} connections[MOST];

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int dial(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
		fail("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static void put(int fd)
{
	for (ssize_t at = 0, n; at < request_n; at += n) {
		n = write(fd, request + at, (size_t)(request_n - at));
		if (n <= 0)
			fail("write");
	}
}

/* Whether a whole answer is there. */
static int get(struct connection *c, int fd)
{
	ssize_t n = read(fd, c->answer + c->n, sizeof c->answer - 1 - c->n);
	char *end, *length;

	if (n <= 0)
		fail("read");
	c->n += (size_t)n;
	c->answer[c->n] = '\0';
	end = strstr(c->answer, "\r\n\r\n");
	length = strcasestr(c->answer, "content-length:");
	if (!end || !length ||
	    (size_t)(end + 4 - c->answer) + strtoul(length + 15, NULL, 10) > c->n)
		return 0;
	if (strncmp(c->answer + 9, "200", 3) != 0) {
		fprintf(stderr, "%s\n", c->answer);
		exit(1);
	}
	c->n = 0;
	return 1;
}

int main(int argc, char **argv)
{
	int width = argc == 5 ? atoi(argv[2]) : 0, left = argc == 5 ? atoi(argv[3]) : 0, sent,
	    done = 0;
	FILE *file = argc == 5 ? fopen(argv[4], "r") : NULL;
	struct timespec start, now;
	struct pollfd fds[MOST];

	if (!file || width < 1 || width > MOST || left < width)
		return 2;
	request_n = (ssize_t)fread(request, 1, sizeof request, file);
	fclose(file);
	for (int i = 0; i < width; i++)
		fds[i] = (struct pollfd){.fd = dial(atoi(argv[1])), .events = POLLIN};
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (sent = 0; sent < width; sent++)
		put(fds[sent].fd);
	while (done < left) {
		if (poll(fds, (nfds_t)width, -1) < 0)
			fail("poll");
		for (int i = 0; i < width; i++) {
			if (!fds[i].revents || !get(&connections[i], fds[i].fd))
				continue;
			done++;
			if (sent < left) {
				put(fds[i].fd);
				sent++;
			}
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%.0f\n", left / ((double)(now.tv_sec - start.tv_sec) +
				 (double)(now.tv_nsec - start.tv_nsec) / 1e9));
	return 0;
}
