//! Layers of a model summary printed beside a log: which of them act in training only.

use super::ModelSummary;

/// Counts layers in a Keras summary (`dropout_1 (Dropout)  (None, 10)  0`) or a PyTorch one (`(2):
/// Dropout(p=0.5)`).
#[must_use]
pub(crate) fn read(text: &str) -> ModelSummary {
    let mut summary = ModelSummary::default();
    for (name, rest) in layer_types(text) {
        if name.contains("Dropo") {
            summary.dropout_layers += 1;
        } else if name.starts_with("BatchNorm") {
            summary.batch_norm_layers += 1;
        } else if name.starts_with("Gaussian") || name.starts_with("Random") {
            summary.noise_layers += 1;
        } else if name == "Dense" || name == "Linear" {
            summary.outputs = outputs(rest).or(summary.outputs);
        }
    }
    summary
}

/// Names of layer types, each with the text that follows. A type is written `(Name` after a layer's
/// name, possibly cut short (`(SpatialDropo `), or `): Name(`.
fn layer_types(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices('(').filter_map(|(at, _)| {
        let keras = &text[at + 1..];
        if keras.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Some(split_name(keras));
        }
        let torch = keras.split_once("): ")?;
        let index = !torch.0.is_empty() && torch.0.len() < 40 && !torch.0.contains(['(', '\n']);
        let named = torch.1.starts_with(|c: char| c.is_ascii_uppercase());
        (index && named).then(|| split_name(torch.1))
    })
}

fn split_name(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Outputs of a dense layer: `(None, 1)` in a Keras summary, `out_features=1` in a PyTorch one.
fn outputs(rest: &str) -> Option<u64> {
    let line: &str = rest.split(['\n', '_']).next().unwrap_or_default();
    let after = line
        .split_once("(None, ")
        .or_else(|| rest.split_once("out_features="))?
        .1;
    let digits: &str = &after[..after.find(|c: char| !c.is_ascii_digit())?];
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keras_layers_are_counted_even_when_lines_are_glued() {
        let text = "spatialdropout2d_1 (SpatialDropo (None, 31, 98, 24)    0           convolution2d_1[0][0]_____\
                    dropout_3 (Dropout)              (None, 10)            0           dense_3[0][0]_____\
                    dense_4 (Dense)                  (None, 1)             11          dropout_3[0][0]=====";
        let summary = read(text);
        assert_eq!((summary.dropout_layers, summary.outputs), (2, Some(1)));
    }

    #[test]
    fn pytorch_layers_are_counted() {
        let text = "Sequential(\n  (0): Dropout(p=0.5)\n  (1): BatchNorm2d(64)\n  (2): Linear(in_features=512, out_features=10, bias=True)\n)";
        let summary = read(text);
        assert_eq!(summary.dropout_layers, 1);
        assert_eq!(summary.batch_norm_layers, 1);
        assert_eq!(summary.outputs, Some(10));
    }

    #[test]
    fn prose_in_brackets_is_no_layer() {
        assert_eq!(
            read("I used a net (Keras, see below) with (dropout)."),
            ModelSummary::default()
        );
    }
}
