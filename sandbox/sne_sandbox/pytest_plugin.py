"""The public name of the pytest plugin, which the suite offers: fixture `sne_sandbox`, the plan as items."""

pytest_plugins = ("sne_conformite.fixture_pytest",)
