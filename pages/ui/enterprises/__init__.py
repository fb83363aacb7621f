"""建会: the register as a list and on the map, one enterprise, the funnel, and who is to be followed up."""
