"""What Robbie measures of itself, with the exams' own formats."""
