"""Case × kernel × mode → trials → verdicts, on as many guests as there are workers."""
