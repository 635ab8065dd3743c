"""Documentation and scenarios written from the data that the code runs on; ``make docs`` writes the pages."""
