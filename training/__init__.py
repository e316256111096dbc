"""Label table times volume store: graders, their training, their predictions and the figures of both.

`training.loop` is the story in order. A grader takes the two views of a disc and answers with logits per task and
grade; the graders stand in `training.models.MODELS`. Nothing here prints, and importing it loads no spaCy.
"""
