// SPDX-License-Identifier: GPL-2.0-only

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "screen.h"

/* Room for one file descriptor beside one byte. */
struct parcel {
	char byte;
	struct iovec iov;
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr msg;
};

static void parcel_init(struct parcel *parcel)
{
	memset(parcel, 0, sizeof(*parcel));
	parcel->iov.iov_base = &parcel->byte;
	parcel->iov.iov_len = 1;
	parcel->msg.msg_iov = &parcel->iov;
	parcel->msg.msg_iovlen = 1;
	parcel->msg.msg_control = &parcel->control;
	parcel->msg.msg_controllen = sizeof(parcel->control);
}

int socket_send_fd(int socket, int fd)
{
	struct parcel parcel;
	struct cmsghdr *head;

	parcel_init(&parcel);
	head = CMSG_FIRSTHDR(&parcel.msg);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(socket, &parcel.msg, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

int socket_receive_fd(int socket)
{
	struct pollfd poller = { .fd = socket, .events = POLLIN };
	struct parcel parcel;
	struct cmsghdr *head;
	int fd;

	if (poll(&poller, 1, PATIENCE_MS) != 1)
		return -ETIMEDOUT;
	parcel_init(&parcel);
	if (recvmsg(socket, &parcel.msg, MSG_CMSG_CLOEXEC) != 1)
		return -EPIPE;
	head = CMSG_FIRSTHDR(&parcel.msg);
	if (!head)
		return -ENOMSG;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

int client_start(struct client *client, int (*body)(int socket, void *data),
		 void *data)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	client->pid = fork();
	if (client->pid < 0)
		return -errno;
	if (!client->pid) {
		/* It does not outlive a test that fails. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		_exit(body(ends[1], data));
	}
	close(ends[1]);
	client->socket = ends[0];
	return 0;
}

int client_end(struct client *client, int signal)
{
	int status = -1;

	if (signal)
		kill(client->pid, signal);
	waitpid(client->pid, &status, 0);
	close(client->socket);
	return status;
}
