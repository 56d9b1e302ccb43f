"""Take it with you: a snapshot's models as files that other programs read, and as programs of their own."""
