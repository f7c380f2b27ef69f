"""The search over packaged releases, with an archive and verdicts that a test makes up."""

from dataclasses import dataclass, field

import pytest

from harness.bisect import finding
from harness.bisect.answer import Answer, Mark
from harness.bisect.finding import Finding, parse_tested
from harness.bisect.packages import PackageSearch
from harness.bisect.releases import Release, kernel_name
from harness.kernels.debian import DebianKernel
from harness.values.errors import DownloadError, HarnessError, InfrastructureError, UsageError
from tests.fake_releases import kernel

GOOD, BAD, SKIP = Mark.GOOD, Mark.BAD, Mark.SKIP


@dataclass
class Oracle:
    """Says of each version what a test laid down; an error is raised."""

    marks: dict[str, Mark | HarnessError]
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def ask(self, kernel: DebianKernel) -> Answer:
        name = str(kernel.version)
        self.asked.append(name)
        mark = self.marks[name]
        if isinstance(mark, HarnessError):
            raise mark
        return Answer(mark, f"seen on {name}")

    def search(self, *, good_is_older: bool = True) -> Finding:
        releases = tuple(Release((kernel(version),)) for version in self.marks)
        return PackageSearch(releases, self.ask, self.told.append, good_is_older).run()


def row(*marks: Mark) -> Oracle:
    """Versions 6.12.1-1, 6.12.2-1, … with these marks."""
    return Oracle({f"6.12.{number}-1": mark for number, mark in enumerate(marks, 1)})


def test_the_release_that_broke_it_is_named_on_one_line() -> None:
    oracle = row(GOOD, GOOD, GOOD, BAD, BAD, BAD, BAD)

    assert oracle.search().line() == (
        "first bad: debian:6.12.4-1 (seen on 6.12.4-1); last good: debian:6.12.3-1 "
        "(seen on 6.12.3-1)"
    )


def test_the_release_that_mended_it_is_found_as_well() -> None:
    oracle = row(BAD, BAD, GOOD, GOOD)

    assert oracle.search(good_is_older=False).line() == (
        "first fixed: debian:6.12.3-1 (seen on 6.12.3-1); last bad: debian:6.12.2-1 "
        "(seen on 6.12.2-1)"
    )


def test_each_step_is_told_as_it_ends() -> None:
    oracle = row(GOOD, GOOD, GOOD, BAD, BAD, BAD, BAD)

    oracle.search()

    assert oracle.told == [
        "step 1 of about 5: debian:6.12.1-1 is good: seen on 6.12.1-1",
        "step 2 of about 5: debian:6.12.7-1 is bad: seen on 6.12.7-1",
        "step 3 of about 5: debian:6.12.4-1 is bad: seen on 6.12.4-1",
        "step 4 of about 5: debian:6.12.3-1 is good: seen on 6.12.3-1",
    ]


def test_neighbours_need_no_more_than_their_own_tests() -> None:
    oracle = row(GOOD, BAD)

    assert oracle.search().exact
    assert oracle.asked == ["6.12.1-1", "6.12.2-1"]


def test_one_that_cannot_be_tested_gives_way_to_its_neighbour() -> None:
    oracle = row(GOOD, GOOD, SKIP, BAD, BAD)

    found = oracle.search()

    assert oracle.asked[2:] == ["6.12.3-1", "6.12.4-1", "6.12.2-1"]
    assert found.line() == (
        "first bad: between debian:6.12.2-1 (seen on 6.12.2-1), good, and debian:6.12.4-1 "
        "(seen on 6.12.4-1), bad; not testable: debian:6.12.3-1 (seen on 6.12.3-1)"
    )


def test_a_package_that_is_gone_is_skipped_with_the_reason() -> None:
    gone = DownloadError("404 Not Found\n  apt-get", remedy="try again")
    oracle = row(GOOD, SKIP, BAD)
    oracle.marks["6.12.2-1"] = gone

    found = oracle.search()

    assert not found.exact
    assert found.untestable[0].answer == Answer(SKIP, "404 Not Found apt-get remedy: try again")


def test_another_revision_of_a_release_stands_in_for_one_that_is_gone() -> None:
    oracle = row(GOOD, BAD)
    oracle.marks["6.12.2-2"] = DownloadError("404 Not Found")
    releases = (
        Release((kernel("6.12.1-1"),)),
        Release((kernel("6.12.2-2"), kernel("6.12.2-1"))),
    )

    found = PackageSearch(releases, oracle.ask, oracle.told.append, good_is_older=True).run()

    assert found.after.name == "debian:6.12.2-1"
    assert found.exact


def test_a_revision_that_ran_and_could_not_tell_speaks_for_its_release() -> None:
    """The other revisions are the same source; booting them all would tell no more."""
    oracle = row(GOOD, SKIP, BAD)
    releases = (
        Release((kernel("6.12.1-1"),)),
        Release((kernel("6.12.2-1"), kernel("6.12.2-1~bpo12+1"))),
        Release((kernel("6.12.3-1"),)),
    )

    PackageSearch(releases, oracle.ask, oracle.told.append, good_is_older=True).run()

    assert oracle.asked == ["6.12.1-1", "6.12.3-1", "6.12.2-1"]


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ((GOOD, BAD, GOOD), "the ends agree"),
        ((BAD, GOOD, BAD), "the ends agree"),
        ((BAD, GOOD, GOOD), "the other way round"),
    ],
)
def test_ends_that_are_none_are_refused_with_both_verdicts(
    marks: tuple[Mark, ...], said: str
) -> None:
    """And nothing between them is booted for it."""
    oracle = row(*marks)

    with pytest.raises(UsageError) as refused:
        oracle.search()

    assert said in str(refused.value)
    assert f"debian:6.12.1-1 is {marks[0]}: seen on 6.12.1-1" in str(refused.value)
    assert f"debian:6.12.3-1 is {marks[2]}: seen on 6.12.3-1" in str(refused.value)
    assert oracle.asked == ["6.12.1-1", "6.12.3-1"]


@pytest.mark.parametrize("marks", [(SKIP, BAD), (GOOD, SKIP)])
def test_an_end_that_nobody_can_test_is_our_side(marks: tuple[Mark, ...]) -> None:
    with pytest.raises(InfrastructureError, match="an end of the search cannot be tested"):
        row(*marks).search()


def test_the_user_says_which_end_is_the_good_one() -> None:
    """Not the search: a case that fails where it ought to pass shows something else."""
    with pytest.raises(UsageError, match="exchange --good and --bad"):
        row(BAD, GOOD).search(good_is_older=True)
    assert row(BAD, GOOD).search(good_is_older=False).exact


def test_the_name_is_that_of_the_package() -> None:
    assert kernel_name(kernel("6.12.85-1~bpo12+1")) == "debian:6.12.85-1~bpo12+1"


@pytest.mark.parametrize("mark", list(Mark))
def test_the_line_of_a_step_can_be_read_again(mark: Mark) -> None:
    """It is how the steps that git runs come back to us."""
    tested = finding.Tested("323bcfe0a1b2", Answer(mark, "FAILED a.bpf.c:b [jit]: 1 is bad: not 2"))

    assert parse_tested(tested.line()) == tested


@pytest.mark.parametrize(
    "line",
    [
        "323bcfe0a1b2 is the first bad commit",
        "Bisecting: 3 revisions left to test after this (roughly 2 steps)",
        "the tree is bad: two words for a name",
        "323bcfe0a1b2 is bad: ",
        "",
    ],
)
def test_what_git_says_is_no_step(line: str) -> None:
    assert parse_tested(line) is None
