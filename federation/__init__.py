"""How nodes talk: fetching, deciding and delivering. Knows neither Flask nor SQL; storage comes in through ports."""
