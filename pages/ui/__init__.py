"""What the pages share: their state, their caches, their map, their widgets."""
