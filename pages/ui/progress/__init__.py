"""进展: what a campaign has come to, on the screen: decisions, numbers, map, trend, tables, published figures."""
