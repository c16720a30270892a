"""One realistic case of each kind of every regulation, over the API, from the first call to the review."""

import pytest

pytest.register_assert_rewrite("tests.journeys.walk")
