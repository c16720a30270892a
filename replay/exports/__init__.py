"""What leaves the house as files: tables and reports of schema `bi`, and logs of whole cases."""
