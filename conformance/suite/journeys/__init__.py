"""Acts done once for the whole cast, and kept: many rules look at the same acts.

A journey never judges. It does what a user does, one person after another, and keeps what was seen at each stage; a
stage that the software did not let happen is kept as what stopped it. The checks of each rule then look at what is theirs.
"""
