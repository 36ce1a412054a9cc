"""What is never shown, never lost and never left behind, whatever clients and services go through."""
