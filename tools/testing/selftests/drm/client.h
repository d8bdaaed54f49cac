/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client in a process of its own, which can be killed while its parent holds
 * what it sent.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <sys/types.h>

struct client {
	pid_t pid;
	int socket;
};

/*
 * Runs @body in a child, which exits with what it returns. @socket leads to the
 * parent, @data is passed on.
 */
int client_start(struct client *client, int (*body)(int socket, void *data),
		 void *data);

/* Kills it with @signal, 0 for not. Waits for its end; its wait status. */
int client_end(struct client *client, int signal);

/* Pass a file descriptor from process to process. -errno. */
int socket_send_fd(int socket, int fd);
int socket_receive_fd(int socket);

#endif
