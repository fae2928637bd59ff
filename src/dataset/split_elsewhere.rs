//! Words for splits in other languages than English, whatever their endings and accents, and the
//! short forms that tell a split only beside that of another (`imagesTr`, `imagesTs`).

use super::split_name::words;
use crate::sample::SplitRole::{self, Test, Training, Validation};

/// Beginnings of words of languages that put blanks between words, without accents.
const STEMS: &[(&str, SplitRole)] = &[
    // German, Dutch, the North.
    ("trainingsdaten", Training),
    ("traening", Training),
    ("traning", Training),
    ("trening", Training),
    ("validier", Validation),
    ("validatie", Validation),
    ("validering", Validation),
    ("testdaten", Test),
    ("pruf", Test),
    ("koulut", Training),
    ("validoin", Validation),
    // French, Spanish, Italian, Portuguese, Romanian.
    ("entrain", Training),
    ("apprentissage", Training),
    ("entrena", Training),
    ("addestra", Training),
    ("allena", Training),
    ("treina", Training),
    ("treino", Training),
    ("antrena", Training),
    ("validac", Validation),
    ("validaz", Validation),
    ("validare", Validation),
    ("convalid", Validation),
    ("prueba", Test),
    ("prova", Test),
    ("teste", Test),
    ("evaluac", Test),
    ("evaluation", Test),
    ("valutaz", Test),
    // Polish, Czech, Hungarian, Turkish, Indonesian.
    ("treningow", Training),
    ("trenink", Training),
    ("trenovac", Training),
    ("uczac", Training),
    ("tanito", Training),
    ("egitim", Training),
    ("pelatihan", Training),
    ("walidac", Validation),
    ("validasi", Validation),
    ("dogrulama", Validation),
    ("testov", Test),
    ("testow", Test),
    ("teszt", Test),
    ("pengujian", Test),
    // Russian, Ukrainian, Greek.
    ("обуч", Training),
    ("тренир", Training),
    ("тренув", Training),
    ("навчал", Training),
    ("навчан", Training),
    ("валидац", Validation),
    ("валідац", Validation),
    ("провер", Validation),
    ("перевір", Validation),
    ("тест", Test),
    ("контрольн", Test),
    ("εκπαιδευ", Training),
    ("επικυρω", Validation),
    ("δοκιμ", Test),
];

/// Words of languages that are written without blanks, or as several words.
const PARTS: &[(&str, SplitRole)] = &[
    ("训练", Training),
    ("訓練", Training),
    ("学習", Training),
    ("학습", Training),
    ("훈련", Training),
    ("验证", Validation),
    ("驗證", Validation),
    ("検証", Validation),
    ("검증", Validation),
    ("测试", Test),
    ("測試", Test),
    ("テスト", Test),
    ("試験", Test),
    ("评估", Test),
    ("評価", Test),
    ("테스트", Test),
    ("시험", Test),
    ("평가", Test),
    ("تدريب", Training),
    ("تحقق", Validation),
    ("اختبار", Test),
    ("אימון", Training),
    ("אימות", Validation),
    ("प्रशिक्षण", Training),
    ("सत्यापन", Validation),
    ("परीक्षण", Test),
    ("ฝึก", Training),
    ("ทดสอบ", Test),
    ("huan luyen", Training),
    ("xac thuc", Validation),
    ("kiem tra", Test),
    ("kiem thu", Test),
    ("danh gia", Test),
];

/// Short forms, which tell nothing alone.
const SHORT: &[(&str, SplitRole)] = &[
    ("tr", Training),
    ("trn", Training),
    ("va", Validation),
    ("vl", Validation),
    ("vld", Validation),
    ("te", Test),
    ("ts", Test),
    ("tst", Test),
];

/// The role that a word of another language spells in a name, and what is left of the name.
pub(super) fn elsewhere(name: &str) -> Option<(String, SplitRole)> {
    let plain = plain(name);
    let mut own = words(&plain);
    let of_stem = |word: &String| STEMS.iter().find(|(stem, _)| word.starts_with(stem));
    if let Some((at, &(_, role))) = own
        .iter()
        .enumerate()
        .find_map(|(at, word)| Some((at, of_stem(word)?)))
    {
        own.remove(at);
        return Some((own.join(" "), role));
    }
    let joined = own.join(" ");
    // Marks over and under letters part the words of some scripts.
    let (whole, key, role) = [joined, plain].into_iter().find_map(|whole| {
        let &(key, role) = PARTS.iter().find(|(key, _)| whole.contains(key))?;
        Some((whole, key, role))
    })?;
    Some((whole.replacen(key, "", 1).trim().to_owned(), role))
}

/// The role that a short form tells in a name, and what is left of it.
pub(super) fn short_form(name: &str) -> Option<(String, SplitRole)> {
    let mut own = words(name);
    let &(_, role) = SHORT
        .iter()
        .find(|(word, _)| own.last().is_some_and(|one| one == word))?;
    own.pop();
    Some((own.join(" "), role))
}

/// The role that one short form alone tells among words of which the others are known.
pub(super) fn short_role(words: &[&str]) -> Option<SplitRole> {
    let [word] = words else { return None };
    SHORT
        .iter()
        .find(|(short, _)| short == word)
        .map(|row| row.1)
}

/// The words of a name in small letters, without the accents of Latin and Greek ones, composed or
/// not.
fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut was_small = false;
    for character in name.chars() {
        // A capital after a small letter begins a word.
        if was_small && character.is_uppercase() {
            out.push(' ');
        }
        was_small = character.is_lowercase();
        let lower = character.to_lowercase();
        out.extend(
            lower
                .filter(|c| !('\u{300}'..='\u{36F}').contains(c))
                .map(without_accent),
        );
    }
    out
}

fn without_accent(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ạ' | 'ả' | 'ấ'..='ặ' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'đ' => 'd',
        'è'..='ë' | 'ę' | 'ě' | 'ẹ' | 'ẻ' | 'ẽ' | 'ế'..='ệ' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ı' | 'ỉ' | 'ị' => 'i',
        'ñ' | 'ń' => 'n',
        'ò'..='ö' | 'ø' | 'ő' | 'ọ'..='ợ' => 'o',
        'ś' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ț' => 't',
        'ù'..='ü' | 'ű' | 'ů' | 'ụ'..='ự' => 'u',
        'ý' | 'ỳ'..='ỹ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' => 'ι',
        'ό' => 'ο',
        'ύ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_languages_tell_splits_whatever_their_accents() {
        for (name, rest, role) in [
            ("entraînement", "", Training),
            ("entrai\u{302}nement", "", Training),
            ("Validierung", "", Validation),
            ("images_validación", "images", Validation),
            ("ImagesEntrainement", "images", Training),
            ("eğitim", "", Training),
            ("doğrulama", "", Validation),
            ("обучающая_выборка", "выборка", Training),
            ("тестовая_выборка", "выборка", Test),
            ("学習用", "用", Training),
            ("評価用", "用", Test),
            ("تدريب", "", Training),
            ("प्रशिक्षण", "", Training),
            ("परीक्षण", "", Test),
            ("huấn_luyện", "", Training),
            ("kiểm thử", "", Test),
        ] {
            assert_eq!(elsewhere(name), Some((rest.to_owned(), role)), "{name}");
        }
        for name in ["approval", "contest", "протест", "train", "cats", ""] {
            assert_eq!(elsewhere(name), None, "{name}");
        }
    }

    #[test]
    fn short_forms_stand_last() {
        assert_eq!(
            short_form("imagesTr"),
            Some(("images".to_owned(), Training))
        );
        assert_eq!(short_form("DUTS-TE"), Some(("duts".to_owned(), Test)));
        assert_eq!(short_form("tr_images"), None);
    }
}
