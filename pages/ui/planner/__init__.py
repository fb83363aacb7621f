"""What the pages 覆盖盲区 and 选址 share: the question as controls, its answer as map and panel, plans, scenarios."""
