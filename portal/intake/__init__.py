"""Step 2, the health check: its pages, the decision it ends in, and who has read the answers."""
