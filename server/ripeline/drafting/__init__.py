"""A first rule file for a site: its own addresses and forms, read once, sorted into packets of points."""
