//! Words of other languages in the names of a log: German, French, Spanish, Portuguese, Russian,
//! Chinese and Japanese.

use super::names::Side;

/// Words for a loss.
const LOSSES: [&str; 14] = [
    "loss",
    "losses",
    "verlust",
    "verluste",
    "perte",
    "pertes",
    "pérdida",
    "perdida",
    "perda",
    "потери",
    "потеря",
    "损失",
    "損失",
    "ロス",
];

/// Those that are written in one word with the side: `Trainingsverlust`, `训练损失`.
pub(super) const GLUED: [&str; 4] = ["verlust", "损失", "損失", "ロス"];

/// Words for the sides, as they stand in such names.
const SIDES: [(&str, Side); 22] = [
    ("trainings", Side::Train),
    ("entraînement", Side::Train),
    ("entrainement", Side::Train),
    ("entrenamiento", Side::Train),
    ("treino", Side::Train),
    ("treinamento", Side::Train),
    ("обучение", Side::Train),
    ("обучения", Side::Train),
    ("обучении", Side::Train),
    ("训练", Side::Train),
    ("訓練", Side::Train),
    ("学習", Side::Train),
    ("validierungs", Side::Validation),
    ("validierung", Side::Validation),
    ("validación", Side::Validation),
    ("validacion", Side::Validation),
    ("validação", Side::Validation),
    ("validacao", Side::Validation),
    ("валидация", Side::Validation),
    ("валидации", Side::Validation),
    ("验证", Side::Validation),
    ("検証", Side::Validation),
];

/// Words between those two.
const FILLERS: [&str; 6] = ["de", "da", "do", "du", "на", "при"];

/// Whether a word, in lower case, is one for a loss.
pub(super) fn is_loss(word: &str) -> bool {
    LOSSES.contains(&word)
}

/// Whether a name may be one of a loss, for a first look at a line.
pub(super) fn names_loss(lower: &str) -> bool {
    LOSSES.iter().any(|word| lower.contains(word))
}

/// The side that a word, in lower case, names.
pub(super) fn side(word: &str) -> Option<Side> {
    let found = SIDES.iter().find(|(own, _)| *own == word);
    found.map(|(_, side)| *side)
}

/// Whether a word changes neither side nor measure.
pub(super) fn is_filler(word: &str) -> bool {
    // `第3轮` counts an epoch.
    FILLERS.contains(&word) || word.starts_with('第')
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn names_in_other_languages_are_read_with_their_side() {
        for text in [
            "Epoche;Trainingsverlust;Validierungsverlust\n1;0,5;0,4",
            "Epoche 1: Trainingsverlust 0.5, Validierungsverlust 0.4",
            "Époque 1 - perte entraînement : 0.5 - perte validation : 0.4",
            "\"Época\",\"Pérdida de entrenamiento\",\"Pérdida de validación\"\n\"1\",\"0.5\",\"0.4\"",
            "Época 1: perda treino 0.5 perda validação 0.4",
            "Эпоха 1: потери на обучении: 0.5, потери на валидации: 0.4",
            "第1轮 训练损失: 0.5 验证损失: 0.4",
            "エポック 1 訓練損失: 0.5 検証損失: 0.4",
        ] {
            let log = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}\n{error}"));
            let epoch = log.explained().unwrap();
            let sides = (
                epoch.train.map(|p| p.value),
                epoch.validation.map(|p| p.value),
            );
            assert_eq!(sides, (Some(0.5), Some(0.4)), "{text}");
        }
        assert!(parse("Höhenverlust 0.5, Verlustrate 0.4".as_bytes()).is_err());
    }
}
