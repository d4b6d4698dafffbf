"""What holds for every test: how hard Hypothesis tries, and which tests need servers that may not be here."""

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

# No deadline: the machine is shared, and a slow example is no bug. In CI the same examples each time:
# a build breaks for what was changed, and the search for new ones is for people's own machines.
_SLOW = [HealthCheck.too_slow]
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=60, suppress_health_check=_SLOW)
settings.register_profile("here", deadline=None, max_examples=60, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "here"))

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_AS_ROOT = {"postfix", "dovecot"}  # they start as root, to become users of their own


def pytest_runtest_setup(item: pytest.Item) -> None:
    """`@pytest.mark.servers("postfix", "swaks")` needs those programs; without names, Postfix and Dovecot."""
    for marker in item.iter_markers("servers"):
        programs = marker.args or ("postfix", "dovecot")
        missing = [name for name in programs if shutil.which(name, path=_PATH) is None]
        if missing:
            pytest.skip(f"not installed: {', '.join(missing)}")
        if _AS_ROOT.intersection(programs) and os.geteuid() != 0:
            pytest.skip("needs root, to start servers")
