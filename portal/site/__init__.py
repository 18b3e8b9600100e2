"""The pages around the forms: home, articles, how screening works, privacy."""
