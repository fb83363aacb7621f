"""What the app serves besides its pages: the HTTP API, the map's own files, a health check."""
