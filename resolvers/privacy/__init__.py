"""What is held on a person, told and erased; and who was erased, known again without being kept."""
