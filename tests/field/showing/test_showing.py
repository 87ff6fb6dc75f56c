"""A showing is decided cut by cut by the field's own law, and steered in between."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chisquare

from otio_genai import check, metadata
from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions
from otio_genai.field.model import Coverage
from otio_genai.field.realise import realise, timeline_of
from otio_genai.field.showing import Book, unseen
from otio_genai.field.showing.planning import Draft
from otio_genai.field.showing.recipe import digest, marks
from otio_genai.field.showing.rules import Rules
from otio_genai.field.showing.session import Alone
from otio_genai.field.showing.showing import Showing
from tests.support import fields
from tests.support.showings import all_films, played, takes, weight

OFF = Coverage(False, 0, 1.0, 1)
FEW = {"in": [12, 36], "out": [48, 60]}


def entropy(seed):
    return np.random.default_rng(seed).bytes


@pytest.fixture(scope="module")
def field():
    """Three slots of two takes with one rule that only whole films break."""
    made = fields.field(3, 2, cuts=FEW, seed=3)
    runtime = replace(made.runtime, shortest=84, longest=96)
    return replace(made, coverage=OFF, runtime=runtime)


def law(field, films, weights=None):
    """Chance of each film that keeps the rules."""
    rules = Rules(field)
    good = {f: weight(field, f, weights) for f in films if rules.broken(f) is None}
    total = sum(good.values())
    return {film: value / total for film, value in good.items() if value}


def agrees(found, chances):
    """Whether counts are as likely as a law has them; rare films are one class."""
    count = sum(found.values())
    assert set(found) <= set(chances)
    often = [film for film, chance in chances.items() if chance * count >= 5]
    seen = [found[film] for film in often]
    expected = [chances[film] * count for film in often]
    seen.append(count - sum(seen))
    expected.append(count - sum(expected))
    if expected[-1] < 1:
        seen[-2:], expected[-2:] = [sum(seen[-2:])], [sum(expected[-2:])]
    return chisquare(seen, expected).pvalue > 1e-3


def drawn(field, seed, asked=None):
    return Showing(field, np.random.default_rng(seed), Alone(), asked=asked)


def test_films_follow_the_law_of_the_field_given_its_rules(field):
    films = all_films(field)
    chances = law(field, films)
    assert len(chances) < len(films)
    found = Counter(played(drawn(field, seed)) for seed in range(300))
    assert agrees(found, chances)


def test_what_is_steered_follows_the_law_of_what_is_left(field):
    weights = {(1, 0): 5.0, (2, 1): 0.2}
    banned = frozenset({(2, 0)})
    first, found = None, Counter()
    for seed in range(450):
        showing = drawn(field, seed)
        one = showing.next()
        first = first or one
        if one != first:
            continue
        showing.steer(weights=weights)
        showing.steer(banned=banned)
        while showing.next() is not None:
            pass
        found[showing.decided] += 1
    films = all_films(field)
    left = [f for f in films if f[0] == first and not takes(f) & banned]
    assert agrees(found, law(field, left, weights))


@pytest.mark.slow
def test_a_showing_of_a_ledger_follows_the_law_of_films_not_shown(field, tmp_path):
    films = all_films(field)
    chances = law(field, films)
    shown = sorted(chances, key=chances.get)[-1]
    found = Counter()
    for seed in range(800):
        with Book.make(tmp_path / f"{seed}.book", "ledger", entropy(seed)) as book:
            book._page.films.add(_digest(book, field, shown))
            found[played(unseen(field, book, entropy(seed + 10_000)))] += 1
    left = {film: chance for film, chance in chances.items() if film != shown}
    total = sum(left.values())
    assert agrees(found, {film: chance / total for film, chance in left.items()})


def _digest(book, field, film):
    from otio_genai.field.showing.recipe import digest

    return digest(book.key, field, film)


def test_chances_are_those_of_the_next_shot(field):
    free = replace(field, runtime=replace(field.runtime, shortest=None, longest=None))
    films = all_films(free)
    showing = drawn(free, 0)
    for place in range(4):
        left = [f for f in films if f[:place] == showing.decided]
        chances = law(free, left)
        for chance in showing.chances():
            if chance.slot == 3:
                assert chance.probability == pytest.approx(1)
                continue
            mine = sum(
                c
                for f, c in chances.items()
                if (f[place].slot, f[place].option) == (chance.slot, chance.option)
            )
            assert chance.probability == pytest.approx(mine, rel=1e-5)
        showing.next()
    assert showing.over
    assert showing.chances() == []


def test_a_seed_repeats_a_film_and_leaves_the_field_alone(field):
    before = field.timeline.to_json_string()
    one, other = (realise(field, seed=5) for _ in range(2))
    assert one.to_json_string() == other.to_json_string()
    assert len({realise(field, seed=n).to_json_string() for n in range(12)}) > 6
    assert field.timeline.to_json_string() == before
    assert metadata.read(one, "film")["seed"] == 5
    wrong = [p for p in check(one) if p.code != "media-missing"]
    assert wrong == []
    with pytest.raises(FieldError, match="0 or more"):
        realise(field, seed=-1)


def test_a_document_is_realised_as_its_field_is():
    document = fields.document(3, 2, kinds=["carry", "dissolve"], bed=True)
    made = realise(document, seed=2)
    assert len(made.video_tracks()[0].find_clips()) == 3
    assert made.to_json_string() == realise(document, seed=2).to_json_string()
    with pytest.raises(FieldError):
        realise(made, seed=2)


def test_a_witnessed_showing_is_an_ordinary_timeline(field, tmp_path):
    with Book.make(tmp_path / "a.book", "ledger", entropy(0)) as book:
        showing = unseen(field, book, entropy(1))
        while showing.next() is not None:
            pass
        film, stems = showing.decided, showing.stems
        made = showing.close(witness=True)
        expected = timeline_of(field, film, stems=stems)
        assert made.to_json_string() == expected.to_json_string()
        facts = metadata.read(made, "film")
        assert not {"seed", "number"} & set(facts)
        assert showing.decided == ()
        kept = list(vars(showing).values())
        assert not any(isinstance(one, Draft) for one in kept)
        assert film not in kept
        assert showing.close(witness=True) is None
        with pytest.raises(FieldError, match="forgotten"):
            showing.next()
        with pytest.raises(FieldError, match="forgotten"):
            showing.timeline()
        assert unseen(field, book, entropy(2)).close(witness=True) is None


def test_a_showing_broken_off_never_comes_again(tmp_path):
    tiny = fields.field(1, 3, cuts={"in": [12], "out": [36]})
    with Book.make(tmp_path / "a.book", "ledger", entropy(0)) as book:
        first = unseen(tiny, book, entropy(1))
        shown = {first.next().option}
        first.close()
        for n in range(2):
            shown |= {one.option for one in played(unseen(tiny, book, entropy(n)))}
        assert shown == {0, 1, 2}
        with pytest.raises(FieldError, match="3 films, and all of them were shown"):
            unseen(tiny, book, entropy(4))
        assert book.count == 3


def test_what_cannot_be_steered_changes_nothing(field):
    showing = drawn(field, 1)
    showing.next()
    before = showing.chances()
    every = frozenset({(2, 0), (2, 1)})
    for changes in (
        {"banned": every},
        {"pinned": {1: 7}},
        {"weights": {(9, 9): 1.0}},
        {"dissonance": 2.0},
        {"turn": 3},
    ):
        with pytest.raises(FieldError):
            showing.steer(**changes)
    assert showing.chances() == before
    assert len(played(showing)) == 3


def test_a_shot_that_cannot_be_shown_becomes_another_of_its_slot(field):
    showing = drawn(field, 1)
    first = showing.next()
    other = replace(first, option=1 - first.option)
    with pytest.raises(FieldError):
        showing.instead(replace(first, slot=1))
    assert showing.decided == (first,)
    showing.instead(other)
    assert showing.decided == (other,)
    film = played(showing)
    assert film[0] == other
    assert tuple(film) in set(map(tuple, all_films(field)))


def test_pins_and_bans_hold_from_the_next_cut(field):
    for seed in range(5):
        showing = drawn(field, seed)
        first = showing.next()
        showing.steer(pinned={0: 1 - first.option, 1: 1}, banned=frozenset({(2, 0)}))
        film = played(showing)
        assert film[0] == first
        assert (film[1].option, film[2].option) == (1, 1)
        assert drawn(field, seed, Conditions(pinned={1: 1})).next().slot == 0


def with_takes(field, number, options):
    slots = list(field.slots)
    slots[number] = replace(slots[number], options=tuple(options))
    return replace(field, slots=tuple(slots))


def test_takes_come_and_go_while_a_film_is_shown(tmp_path):
    field = fields.field(3, 3, cuts=FEW)
    options = [slot.options for slot in field.slots]
    for seed in range(3):
        with Book.make(tmp_path / f"{seed}.book", "ledger", entropy(seed)) as book:
            showing = unseen(field, book, entropy(seed))
            showing.steer(banned=frozenset({(2, 2)}), weights={(2, 0): 0.5})
            first = showing.next()
            shown = field.slots[0].options[first.option].content
            # The take that was shown is deleted, and so is the first of the last slot.
            left = [o for o in options[0] if o.content != shown]
            new = with_takes(with_takes(field, 0, left), 2, options[2][1:])
            showing.renew(new)
            assert showing.decided == (first,)
            while showing.next() is not None:
                pass
            film, seen = showing.decided, showing.field
            contents = [seen.slots[c.slot].options[c.option].content for c in film]
            assert contents[0] == shown
            # The ban followed its take to another place.
            assert contents[2] == options[2][1].content
            made = showing.close(witness=True)
            name = made.video_tracks()[0].find_clips()[0].name
            assert name == options[0][first.option].clip.name
            assert book.count == 1


def test_what_is_decided_moves_with_its_take(field):
    options = field.slots[0].options
    for seed in range(4):
        showing = drawn(field, seed)
        first = showing.next()
        new = with_takes(field, 0, options[::-1])
        showing.renew(new)
        assert showing.field is new
        assert showing.decided == (replace(first, option=1 - first.option),)
        assert len(played(showing)) == 3


@pytest.mark.parametrize("renewed", [False, True])
@pytest.mark.parametrize("missing", [False, True])
def test_the_book_holds_what_was_shown_and_no_more(tmp_path, missing, renewed):
    field = fields.field(3, 3, cuts=FEW)
    with Book.make(tmp_path / "a.book", "ledger", entropy(0)) as book:
        showing = unseen(field, book, entropy(1))
        showing.next()
        drawn = showing.next()
        stood = replace(drawn, option=(drawn.option + 1) % 3)
        showing.aired(None if missing else stood)
        now = [0, 1, 2]
        if renewed:
            now = [2, 1, 0]
            options = [field.slots[1].options[k] for k in now]
            field = with_takes(field, 1, options)
            showing.renew(field)
        while showing.next() is not None:
            pass
        whole = showing.decided
        stood = replace(stood, option=now.index(stood.option))
        shown = (whole[0], *([] if missing else [stood]), whole[2])
        held = showing.close(witness=True)
        told = timeline_of(field, shown)
        assert [c.name for c in held.find_clips()] == [
            c.name for c in told.find_clips()
        ]
        assert book.knows(digest(book.key, field, shown))
        assert not book.knows(digest(book.key, field, whole))
        # Each take that was not shown may be shown, and comes within the bag.
        seen = {marks(book.key, field)[one.slot][one.option] for one in shown}
        assert book.begin()[1].seen == seen


def test_a_film_of_which_nothing_could_be_shown_was_not_shown(tmp_path):
    with Book.make(tmp_path / "a.book", "ledger", entropy(0)) as book:
        showing = unseen(fields.field(2, 2, cuts=FEW), book, entropy(1))
        with pytest.raises(FieldError, match="Nothing is decided"):
            showing.aired(None)
        while showing.next() is not None:
            showing.aired(None)
        assert showing.close(witness=True) is None
        assert book.count == 0


def test_another_film_altogether_is_refused(field):
    showing = drawn(field, 1)
    showing.next()
    before = showing.chances()
    for other in (
        fields.field(4, 2, cuts=FEW),
        replace(field, rate=field.rate * 2),
        with_takes(field, 2, []),
    ):
        with pytest.raises(FieldError):
            showing.renew(other)
    assert showing.chances() == before


def test_a_branch_may_end_the_film(tmp_path):
    field = fields.field(3, 2, cuts=FEW, branches=[("b", 0, 3, None, 1.0)])
    lengths = Counter(
        len(played(drawn(replace(field, coverage=OFF), n))) for n in range(40)
    )
    assert set(lengths) == {1, 3}
    assert tmp_path.exists()


def test_stems_are_heard_as_often_as_they_should_be():
    field = fields.field(1, 2, stems=3, bed=True)
    stems = list(field.audio.stems)
    stems = [replace(s, chance=c) for s, c in zip(stems, (0.0, 0.5, 1.0), strict=True)]
    field = replace(field, audio=replace(field.audio, stems=tuple(stems)))
    heard = Counter(index for n in range(60) for index in drawn(field, n).stems)
    assert heard[0] == 0
    assert heard[2] == 60
    assert 15 < heard[1] < 45
    made = realise(field, seed=1)
    names = [t.name for t in made.audio_tracks()]
    assert names[0] == "Bed"
    assert len(names) == 1 + len(drawn(field, 1).stems)
