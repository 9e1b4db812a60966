"""What a trainer or a learner opens in the browser: pages on which nothing of a learner runs."""
