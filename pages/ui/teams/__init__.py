"""蹲点分工 on the screen: what is seen, moved, proposed, published, and the campaigns and visits it is about."""
