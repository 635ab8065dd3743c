"""The file a practice really has: people of the population as somebody typed them, and what searching each one answers.

``lines.make_lines`` makes the lines, each with the defects it got; ``answers.answer_line`` searches one as a correct
software does; ``figures.measure`` counts the answers as the study of production did; ``export`` writes the files.
How many lines get which defect is data: ``data/production-study-2026.yaml``, explained in ``docs/population.md``.
"""
