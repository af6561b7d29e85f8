"""The loop of the scripts that check exported networks."""

import json
import sys


def run(check, name):
    """Checks the cases of the JSON list that is named on the command line, one line a case; exits 1 where one fails."""
    failed = 0
    for case in json.load(open(sys.argv[1])):
        try:
            print(f"{name(case)}: {check(case)}")
        except Exception as error:
            failed += 1
            print(f"{name(case)}: FAILED: {type(error).__name__}: {error}")
    sys.exit(1 if failed else 0)
