"""The starter kit: what a team needs, so that its first score is five minutes away."""
