from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.made import full
from transforms.grids.neighbours import Neighbours
from transforms.scoring.features import Past
from transforms.scoring.fitted import CategoryModel, fit_day
from transforms.scoring.fitting import fit_model
from transforms.scoring.silence import Heard
from transforms.scoring.stamp import Stamp
from transforms.words import Category

FIRST = dt.date(2024, 1, 1)


def fitted() -> CategoryModel:
    counts = np.random.default_rng(1).poisson(0.3, (4, 150)).astype(np.float32)
    days = [FIRST + dt.timedelta(days=k) for k in range(150)]
    model = fit_model(Past(counts, counts, full(4, 150)), days, {}, 7, Neighbours(np.linspace(0, 1500, 4), np.zeros(4)))
    as_of = dt.datetime(2024, 5, 31, 2, tzinfo=dt.UTC)
    return CategoryModel(Category.SAFETY, days[-1], {"fire": model, "gas": replace(model, size=1.0)}, stamp=Stamp("digest", as_of, 17))


def test_it_survives_its_store() -> None:
    for model in (fitted(), replace(fitted(), stamp=None, series={})):
        assert CategoryModel.from_payload(json.loads(json.dumps(model.payload()))) == model


def test_its_name_is_its_content() -> None:
    model = fitted()
    assert model.model_id == fitted().model_id == CategoryModel.from_payload(json.loads(json.dumps(model.payload()))).model_id
    assert len(model.model_id) == 16
    series = {**model.series, "gas": replace(model.series["gas"], size=1.0 + 1e-12)}
    assert model.stamp is not None
    stamps = [replace(model.stamp, training="other"), replace(model.stamp, lake_seq=18)]
    others = [*(replace(model, stamp=s) for s in stamps), replace(model, series=series)]
    assert len({model.model_id, *(m.model_id for m in others)}) == 4


@given(first=st.dates(dt.date(2020, 1, 1), dt.date(2021, 1, 1)), past=st.integers(0, 400))
def test_models_are_of_the_nights_monday(first: dt.date, past: int) -> None:
    night = first + dt.timedelta(days=past)
    day = fit_day(Heard(first, night))
    assert day <= night
    assert (day.weekday() == 0 and (night - day).days < 7 and (day - first).days >= 7) or (day == night and past < 14)
    # All nights from a Monday to the next have the same.
    if past >= 14:
        assert len({fit_day(Heard(first, night + dt.timedelta(days=k - night.weekday()))) for k in range(7)}) == 1
