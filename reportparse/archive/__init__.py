"""Report archives of every format, read as one stream of records, and the parts and tables written from them."""
