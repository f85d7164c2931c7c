"""What happens, as it happens: who writes announces it, who follows is told, across all processes."""
