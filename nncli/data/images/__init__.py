"""Images: finding their files in folders and decoding them."""
