"""All cases of the table. Names are unique: they are the names of the tests."""

from cases import (caching, chunked, conditional, framing, methods, negotiation, ranges, target)
from cases.nginx_differs import NGINX_DIFFERS

SUBJECTS = {
    "framing": framing, "chunked": chunked, "target": target, "methods": methods,
    "conditional": conditional, "ranges": ranges, "negotiation": negotiation, "caching": caching,
}


def _all():
    cases = {}
    for subject, module in SUBJECTS.items():
        for case in module.CASES:
            name = f"{subject}: {case.name}"
            assert name not in cases, f"two cases are called {name!r}"
            case.nginx = NGINX_DIFFERS.get(name)
            cases[name] = case
    strangers = set(NGINX_DIFFERS) - set(cases)
    assert not strangers, f"notes on nginx without a case: {sorted(strangers)}"
    return cases


CASES = _all()
