//! One model of health: layers, verdicts, reports and their encoders.

mod layer;

pub use layer::Layer;
