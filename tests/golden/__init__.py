"""Values with a pedigree outside this project, a file for each family: `lines()` gives them."""
