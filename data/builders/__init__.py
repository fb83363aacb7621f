"""What makes the pack's built files: each module reads the pack's folder and writes into it."""
