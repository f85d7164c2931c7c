"""How many requests one address may make, counted over all faces and all processes."""
