//! A training run's log and predictions, as read from files.

pub use crate::explain::detection::{DetectedClass, Detection};
pub use crate::explain::inputs::Metric;
pub use crate::explain::predictions::{Line, PredictionError, Unnamed, parse as predictions};
pub use crate::explain::training_log::{
    Epoch, LogColumns, LogError, LogSource, ModelSummary, Printed, Quantity, TrainLossKind,
    TrainingLog, declared, parse as log, parse_with as log_with, printed,
};
