"""The same table against nginx, so that a wrong expectation of ours shows. Where nginx differs,
the case's note says how: a note that no longer fits fails as well."""

import os

import pytest

from cases import CASES
from cases.site import BODY_LIMIT, write_site
from nginx import PROGRAM, Nginx
from player import Player

pytestmark = pytest.mark.skipif(not os.path.exists(PROGRAM), reason="nginx is not installed")


@pytest.fixture(scope="module")
def player(module_folder):
    module_folder.chmod(0o755)
    with Nginx(module_folder / "nginx", write_site(module_folder / "root"), BODY_LIMIT) as server:
        yield Player(server, strict=False)


@pytest.mark.parametrize("name", CASES)
def test_nginx(player, name):
    case = CASES[name]
    if case.nginx is None:
        player.play(case)
        return
    assert player.statuses(case) == case.nginx.statuses, case.nginx.why
    pytest.xfail(case.nginx.why)
