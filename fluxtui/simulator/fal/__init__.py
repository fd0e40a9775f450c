"""fal.ai: its queue, its uploads, its platform API and its public files, on five ports."""
