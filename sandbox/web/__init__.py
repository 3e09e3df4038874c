"""Put the platform together: the application, its errors, its pages' frame and its commands."""
