"""What the questions answered, as layers of a Folium map. The only rooms that know Folium."""
