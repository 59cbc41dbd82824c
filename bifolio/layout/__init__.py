"""HTML → plates, and plates → a clinic's PDF."""
