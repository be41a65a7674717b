"""How far a model may be trusted.

Belongs here: the codes. Does not: the judgement (``transforms.scoring.promotion``).
"""

from __future__ import annotations

from transforms.words.bilingual import Vocabulary


class Standing(Vocabulary):
    """Whether a series is forecast by the mixture, and why not. ``incumbent`` is one that goes on with the weights of before a refit."""

    PROMOTED = "promoted", "采用混合模型", "the mixture is used"
    PROVISIONAL = "provisional", "混合模型试用中：检验期不足 26 周", "the mixture is provisional, judged on fewer than 26 weeks"
    INCUMBENT = "incumbent", "新权重不如旧权重，沿用旧权重", "the newest refit is worse than the one before, whose weights go on"
    REFUSED = "refused", "混合模型未胜过基线，改用收缩率", "the mixture does not beat the baselines, and the shrunk rate is used"
    FALLEN = (
        "fallen",
        "混合模型近 13 周不如收缩率，暂改用收缩率",
        "the mixture lost to the shrunk rate for 13 weeks, which is used until it gains",
    )
    LEARNING = "learning", "历史不足，模型尚在学习，未经检验", "too little history to judge the mixture, which is learning"

    @property
    def is_promoted(self) -> bool:
        """Whether the mixture is used."""
        return self in {Standing.PROMOTED, Standing.PROVISIONAL, Standing.INCUMBENT}
