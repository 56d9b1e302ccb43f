"""FairQueue: who is next, when many people ask at once."""

from __future__ import annotations

from collections import deque

BACKGROUND = "background "
"""How the name of a client begins that is nobody who waits. No viewer is called so: their names have no spaces."""


def in_background(client: str) -> bool:
    """Whether nobody waits for what this client asked for."""
    return client.startswith(BACKGROUND)


class FairQueue:
    """Runs that wait, taken in turns: one run of each client, then a second one of each, and so on; what nobody waits
    for comes after all of them.

    A client who asks for fifty runs therefore delays the first run of the next client by one run at most.
    """

    def __init__(self) -> None:
        self._clients: dict[str, deque[str]] = {}  # in the order of their turns

    def __len__(self) -> int:
        return sum(len(runs) for runs in self._clients.values())

    @property
    def awaited(self) -> int:
        """Runs that somebody waits for."""
        return sum(len(runs) for client, runs in self._clients.items() if not in_background(client))

    def push(self, client: str, run: str) -> None:
        """Add a run behind the others of its client."""
        self._clients.setdefault(client, deque()).append(run)

    def put_back(self, client: str, run: str) -> None:
        """Add a run that was already under way: it is next."""
        runs = self._clients.pop(client, deque())
        runs.appendleft(run)
        self._clients = {client: runs} | self._clients

    def pop(self) -> str:
        """Take the next run; its client's next turn comes after everybody else's.

        Raises:
            IndexError: nothing waits.
        """
        if not self._clients:
            raise IndexError("pop from an empty queue")
        client = min(self._clients, key=in_background)  # the first of those whose turn it is
        runs = self._clients.pop(client)
        run = runs.popleft()
        if runs:
            self._clients[client] = runs
        return run

    def remove(self, run: str) -> None:
        """Take a run out of the middle, if it is there."""
        for client, runs in list(self._clients.items()):
            if run in runs:
                runs.remove(run)
                if not runs:
                    del self._clients[client]

    def count(self, client: str) -> int:
        """Runs of one client that wait."""
        return len(self._clients.get(client, ()))

    def order(self) -> list[str]:
        """All runs in the order in which `pop` would give them."""
        return [*self._turns(False), *self._turns(True)]

    def _turns(self, background: bool) -> list[str]:
        lines = [list(runs) for client, runs in self._clients.items() if in_background(client) is background]
        longest = max(map(len, lines), default=0)
        return [line[turn] for turn in range(longest) for line in lines if turn < len(line)]
