"""Compare the gate with the oracle on many cases: python scripts/prove_gate.py [COUNT] [SEED].

Prints each disagreement, and at the end how many of how many; exits 1 if there was any.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from dialer.settings.policy import load_policy
from tests.oracle.cases import cases
from tests.oracle.compare import ask_product, disagreements
from tests.oracle.oracle import Oracle


def main(count: int, seed: int) -> int:
    """How many disagreements there are."""
    policy, oracle = load_policy(Path("config")), Oracle(Path("config"))
    answers: Counter[str] = Counter()

    def tell(all_cases: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Count the answers and show that it goes on."""
        started = time.monotonic()
        for number, case in enumerate(all_cases, start=1):
            answer = ask_product(case, policy)
            answers[f"{answer['verdict']} {answer['rule'].partition(':')[0]}"] += 1
            if number % 1000 == 0:
                print(f"{number} of {count} in {time.monotonic() - started:.0f} s", flush=True)
            yield case

    found = 0
    for case, product, other in disagreements(tell(cases(seed, count)), policy, oracle):
        found += 1
        print(json.dumps({"case": case, "product": product, "oracle": other}), flush=True)
    for word, times in answers.most_common():
        print(f"{times:8} {word}")
    print(f"{found} disagreements in {count} cases (seed {seed})")
    return found


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    sys.exit(1 if main(*(numbers + [100_000, 1][len(numbers) :])) else 0)
