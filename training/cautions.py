"""What must be said beside whatever a grader says. No torch here."""

from training.phantoms import ALL, SOME

NOT_A_DEVICE = (
    "Not a medical device. For research only, checked by nobody: nobody may be diagnosed or treated by it, "
    "and no regulator has seen it."
)
"""Stands above all that a grader says."""

TRAINED_ON = {
    ALL: "trained on phantoms: on a patient its grades mean nothing",
    SOME: "trained on phantoms in part: nobody knows what its grades mean on a patient",
}
"""What must be said of a grader, by how many of its studies are phantoms."""
