"""Synthetic people for the national registry: the public CNDA identities and as many drawn ones as wanted.

Start at ``build.people`` for a population, ``generate.draw`` for a few people with wished features,
``cnda.load_cnda`` for the public test identities, ``provider.InsProvider`` for use with Faker.
"""
