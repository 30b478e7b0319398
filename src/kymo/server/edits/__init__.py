"""Routes that change something on the disk: notes, and the trash."""
