//! The clock of a box decides which alerts are of now, however wrong it is.

use oobwatch_client::core::health::Item;
use oobwatch_sim::Alert;
use oobwatch_tests::Lab;

use super::{check_of, found};

const MINUTE: u64 = 60;
const YEARS: i64 = 10 * 365 * 86_400;

#[tokio::test]
async fn alerts_are_of_the_last_minutes_by_the_boxs_own_clock() {
    for skew in [0, 90, -90, 86_400, YEARS, -YEARS] {
        let lab = Lab::new(|all| {
            all.fmc.wire.date_skew_s = skew;
            all.fmc.alerts.more = [0, 14, 16, 600_000]
                .map(|age| Alert {
                    age_s: age * MINUTE,
                    ..Alert::default()
                })
                .to_vec();
        })
        .await;
        let client = lab.fmc().build().unwrap();
        let report = check_of(&client, Item::Alerts).await;
        client.close().await.unwrap();
        assert_eq!(
            found(&report, Item::Alerts),
            "critical=2",
            "skew {skew}: {report:?}"
        );
    }
}
