"""``python -m lumbar``: the ``lumbar`` command."""

from lumbar.main import main

if __name__ == "__main__":
    main()
