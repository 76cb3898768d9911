"""What is printed: what may be, how much fits on a sheet, and QR codes."""
