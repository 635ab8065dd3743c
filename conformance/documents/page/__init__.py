"""What a reader sees on a page or in a text: labels and values, columns and cells, titles, running text. Pure."""
