"""The journeys of a guided campaign: people come to the counter once, and many rules look at the same acts.

One module per journey: what is done, by name, then a check for each rule that looks at it. A check never acts, so that
nothing is asked twice, and a journey never judges. Any driver can take a journey; a guided campaign takes nothing else.
"""
