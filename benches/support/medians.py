"""Medians of rounds, as a table, and ratios of them.

    medians.py wrk RESULTS [RATIO=NAME/NAME…]    lines `NAME REQUESTS/S BYTES MEDIAN P99 WRONG`
    medians.py rows RESULTS ROWS CORES           lines `NAME SECONDS [CPU_SECONDS [PEAK_MB]]`, of
                                                 which `csv_crate` is the baseline on one core,
                                                 and `csv_crate_END` that of names with that END
"""

import statistics
import sys


def medians(path):
    seen = {}
    for line in open(path):
        name, *numbers = line.split()
        seen.setdefault(name, []).append([float(number) for number in numbers])
    return {name: [statistics.median(column) for column in zip(*rows)] for name, rows in seen.items()}


def wrk(path, *ratios):
    asked = medians(path)
    print("| asked | requests/s | bytes | median ms | p99 ms |\n|---|---|---|---|---|")
    for name, (rate, size, middle, p99, wrong) in asked.items():
        if wrong:
            sys.exit(f"{name}: {wrong:.0f} requests went wrong")
        print(f"| {name} | {rate:.0f} | {size:.0f} | {middle:.2f} | {p99:.2f} |")
    for ratio in ratios:
        name, of = ratio.split("=")
        ours, theirs = of.split("/")
        print(f"ratio {name} {asked[ours][0] / asked[theirs][0]:.2f}")


def rows(path, count, cores):
    took, count, cores = medians(path), int(count), int(cores)
    baselines = {name: took.pop(name)[0] for name in list(took) if name.startswith("csv_crate")}

    def baseline(name):
        ends = {of.removeprefix("csv_crate"): seconds for of, seconds in baselines.items()}
        return ends[max((end for end in ends if name.endswith(end)), key=len)]

    print(f"| {count:,} rows | seconds | CPU seconds | rows/s | rows/s a core | rows a CPU second | peak MB |")
    print("|---|---|---|---|---|---|---|")
    for name, seconds in baselines.items():
        print(f"| {name}, one core | {seconds:.3f} | | | {count / seconds:,.0f} | | |")
    for name, (seconds, *more) in took.items():
        cpu, peak = (more + [None, None])[:2]
        print(
            f"| {name} | {seconds:.3f} | {cpu:.3f} | {count / seconds:,.0f} "
            f"| {count / seconds / cores:,.0f} | {count / cpu:,.0f} "
            f"| {'' if peak is None else f'{peak:.0f}'} |"
        )
    for name, (seconds, cpu, *_) in took.items():
        # The first with every core reckoned, whoever had it; the second with what was ours of them.
        print(f"ratio {name}_vs_csv {baseline(name) / seconds / cores:.2f}")
        print(f"ratio {name}_vs_csv_by_cpu {baseline(name) / cpu:.2f}")
    copied, copied_cpu, *_ = took["copied_by_csv_crate"]
    seconds, cpu, *_ = took["match_csv"]
    print(f"ratio match_csv_vs_csv_from_file_to_file {copied / seconds / cores:.2f}")
    print(f"ratio match_csv_vs_csv_from_file_to_file_by_cpu {copied_cpu / cpu:.2f}")


if __name__ == "__main__":
    {"wrk": wrk, "rows": rows}[sys.argv[1]](*sys.argv[2:])
