"""PDF: its pages, symbols, hidden and repeated parts, attachments and forms. pdfium is in one module."""
