"""What a run tells: live on the terminal, its last lines, the page, and files for programs."""
