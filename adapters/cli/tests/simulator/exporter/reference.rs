//! The reference has each metric of the exporter. `OOBWATCH_BLESS=1` writes it.

use super::running::Running;
use crate::lab::Lab;

#[tokio::test]
async fn the_reference_has_each_metric_of_the_exporter() {
    let lab = Lab::new(|_| {}).await;
    let exporter = Running::start(&lab).await;
    exporter.probe("fmc1").await;
    let table = oobwatch_docs::metrics(&exporter.get("/metrics").await.body);
    oobwatch_docs::generated("reference/metrics.md", "exporter", &table);
}
