"""What a run says: files for machines, a progress line and a summary for people."""
