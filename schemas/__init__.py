"""What is said: the documents of the Sharefeed protocol, as data and as rules. No network, database, web or clock."""
