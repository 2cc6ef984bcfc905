"""Work: what people want to have done, by when."""
