"""What a city's exchanges come to: sums by month and by what they are about, for people, files and a report."""
