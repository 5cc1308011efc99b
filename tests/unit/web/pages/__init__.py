"""Pages as they are answered, without a browser."""
