"""Abstract tests by name, and what became of each."""

import traceback

TESTS = []


class Skip(Exception):
    """The test does not apply to this service; the message says why."""


def abstract_test(identifier):
    """Registers a generator of faults under the identifier of the abstract test it carries out."""

    def register(function):
        TESTS.append((identifier, function))
        return function

    return register


def run(service, expected_skips):
    """Runs all tests, tells of each, and returns whether all is as expected."""
    passed, failed, skipped = [], [], {}
    for identifier, function in TESTS:
        try:
            faults = list(function(service))
        except Skip as reason:
            skipped[identifier] = str(reason)
            continue
        except AssertionError as fault:
            faults = [str(fault)]
        except Exception:
            faults = [traceback.format_exc(limit=-3)]
        (failed if faults else passed).append(identifier)
        if faults:
            print(f"FAIL {identifier}: {function.__doc__}")
            for fault in faults[:6]:
                print(f"     {fault}")
            if len(faults) > 6:
                print(f"     and {len(faults) - 6} more")
    print(f"passed: {', '.join(passed)}")
    for identifier, reason in skipped.items():
        print(f"SKIP {identifier}: {reason}")
    unexpected_skips = sorted(set(skipped) - set(expected_skips))
    for identifier in unexpected_skips:
        print(f"NEW SKIP {identifier}: fix it, or say why in skips.txt")
    returned = sorted(set(expected_skips) - set(skipped))
    for identifier in returned:
        print(f"NO LONGER SKIPPED {identifier}: take it out of skips.txt")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    return not (failed or unexpected_skips or returned)
