"""What the app serves besides its pages: the HTTP API, signing in, downloads, the map's own files, a health check."""
