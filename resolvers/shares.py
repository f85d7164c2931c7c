"""Shares in percent that add up."""


def percentages(counts: list[int]) -> list[float]:
    """Each count's share of their sum in percent, two decimals; they sum to exactly 100 (largest remainder).

    All zero where there is nothing to share. Equal remainders go to the earlier count.
    """
    total = sum(counts)
    if total == 0:
        return [0.0] * len(counts)
    parts = [divmod(count * 10_000, total) for count in counts]
    missing = 10_000 - sum(whole for whole, _ in parts)
    largest = sorted(range(len(parts)), key=lambda at: -parts[at][1])[:missing]
    return [(whole + (at in largest)) / 100 for at, (whole, _) in enumerate(parts)]
