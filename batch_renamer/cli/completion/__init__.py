"""Shell completion: the candidates for the next word, what is known of runs and profiles, and the shells' scripts."""
