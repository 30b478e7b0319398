"""What a viewer changes in log directories: notes, and the trash. Nothing is overwritten, and no link is followed."""
